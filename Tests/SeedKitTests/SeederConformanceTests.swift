import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("The conformance test for seeders")
struct SeederConformanceTests {
  private static let table = "CREATE TABLE IF NOT EXISTS things (id int PRIMARY KEY, name text NOT NULL)"

  private func failure(of seeder: StubSeeder) async throws -> String {
    do {
      try await SeederConformance.check(seeder, prepare: Self.table)
      return "none"
    } catch let error as SeederConformance.Failure {
      return error.description
    }
  }

  private func seeder(_ body: @escaping @Sendable (SeedContext) async throws -> Void) -> StubSeeder {
    StubSeeder(id: "things", body: body)
  }

  private static func converge(_ context: SeedContext) async throws {
    let table = try ConvergeTable(
      "things", columns: [.init("id", "integer", .naturalKey), .init("name", "text")], timestamps: false)
    try await context.converge(table, rows: [[Int32(1), "one"], [Int32(2), "two"]])
  }

  @Test("accepts a seeder that converges")
  func passes() async throws {
    #expect(try await failure(of: seeder(Self.converge)) == "none")
  }

  @Test("finds a seeder that writes every time")
  func writesAgain() async throws {
    let found = try await failure(
      of: seeder { context in
        try await context.connection.query(
          "INSERT INTO things VALUES (1, 'one') ON CONFLICT (id) DO UPDATE SET name = excluded.name")
        context.count(RowCounts(unchanged: 1), in: "things")
      })
    #expect(found.contains("a second run writes nothing"))
  }

  @Test("finds a seeder that duplicates rows")
  func duplicates() async throws {
    let found = try await failure(
      of: seeder { context in
        try await context.connection.query(
          "INSERT INTO things SELECT coalesce(max(id), 0) + 1, 'one' FROM things")
        context.count(RowCounts(inserted: 1), in: "things")
      })
    #expect(found.contains("a second run finds nothing to do"))
  }

  @Test("finds a seeder whose rows are not recorded, so that no reset deletes them")
  func unowned() async throws {
    let found = try await failure(
      of: seeder { context in
        let inserted = try await context.connection.query(
          "INSERT INTO things VALUES (1, 'one') ON CONFLICT DO NOTHING RETURNING id"
        ).count
        context.count(RowCounts(inserted: inserted, unchanged: 1 - inserted), in: "things")
      })
    #expect(found.contains("a reset restores the state before"))
  }

  @Test("finds a seeder that commits on its own, so that an interrupted run leaves partial data")
  func halfWritten() async throws {
    let found = try await failure(
      of: seeder { context in
        try await context.connection.query(
          "INSERT INTO things VALUES (3, 'three') ON CONFLICT DO NOTHING")
        try await context.connection.query("COMMIT")
        try await context.connection.query("BEGIN")
        try await Self.converge(context)
      })
    #expect(found.contains("violates a guarantee"))
  }
}
