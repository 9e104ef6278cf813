import SeedKit
import Testing

/// Limits, so that round trips cannot creep back. A network adds 1 to 30 ms to each of them.
@Suite("The round trips of a declarative seeder")
struct RoundTripTests {
  private static let table = "CREATE TABLE t (slug text PRIMARY KEY, name text CHECK (name <> ''))"
  private static let definition = #"{table: "t", files: "t.csv", key: "slug"}"#

  private func trips(_ sql: String, tables: String, files: [String: String]) async throws -> (
    first: Int, again: Int
  ) {
    var counts: [Int] = []
    try await SeederFolder.with(sql, tables: tables, files: files) { folder in
      for _ in 0..<2 { counts.append(try await folder.run().roundTrips) }
    }
    return (counts[0], counts[1])
  }

  @Test("are at most 8 to fill a table, and 4 if nothing is due")
  func oneTable() async throws {
    let trips = try await trips(
      Self.table, tables: Self.definition, files: ["t.csv": "slug,name\na,A\nb,B\n"])
    #expect(trips.first <= 8)
    #expect(trips.again <= 4)
  }

  @Test("do not grow with the number of tables if nothing is due")
  func severalTables() async throws {
    let trips = try await trips(
      Self.table + "; CREATE TABLE u (slug text PRIMARY KEY, t text NOT NULL REFERENCES t)",
      tables: Self.definition + #", {table: "u", files: "u.csv", key: "slug"}"#,
      files: ["t.csv": "slug,name\na,A\n", "u.csv": "slug,t\nx,a\n"])
    #expect(trips.again <= 4)
  }
}
