import Postgres
import SeedKit
import SeedTesting
import Testing
import Threads

@Suite("A table name without a schema")
struct AmbiguousTableTests {
  private static let table = "(id int PRIMARY KEY, a text)"

  /// The notes of a run and of a plan with these schemas in the search path.
  private func notes(
    _ path: String, _ sql: String, table: String = "customer"
  ) async throws -> [String] {
    let told = Lock<[String]>([])
    try await SeederFolder.with(
      sql, tables: #"{table: "\#(table)", files: "t.csv", key: "id"}"#, files: ["t.csv": "id,a\n1,x\n"]
    ) { folder in
      var configuration = folder.database.configuration
      try configuration.setParameter("options", to: "-c search_path=\(path)")
      let seeder = try DeclarativeSeeder(directory: folder.path)
      let plan = try SeedPlan(registry: SeederRegistry([seeder]), selection: .all(), environment: .test)
      let runner = SeedRunner(
        plan: plan, configuration: configuration, fixtures: FixtureStore(files: [:])
      ) { event in
        if case .note(_, let text) = event { told.withLock { $0.append(text) } }
      }
      let preview = try await runner.preview()
      #expect(preview.entries.first?.tables.total == RowCounts(inserted: 1))
      let report = try await runner.run()
      #expect(report.seeders.first?.outcome == .seeded)
    }
    return told.withLock { $0 }
  }

  @Test("that exists in several schemas of the path is reported with its schema, in plan and run")
  func several() async throws {
    let note = "customer is app.customer; public.customer has the same name"
    let found = try await notes(
      "app,public",
      "CREATE SCHEMA app; CREATE TABLE app.customer \(Self.table); CREATE TABLE customer \(Self.table)")
    #expect(found == [note, note])
  }

  @Test("that is also the name of a view is reported")
  func view() async throws {
    let found = try await notes(
      "app,public",
      "CREATE SCHEMA app; CREATE TABLE app.customer \(Self.table); CREATE VIEW customer AS SELECT 1 AS id")
    #expect(found.first == "customer is app.customer; public.customer has the same name")
  }

  @Test("that is missing in the first schema of the path is reported")
  func later() async throws {
    let found = try await notes("app,public", "CREATE SCHEMA app; CREATE TABLE customer \(Self.table)")
    #expect(
      found.first
        == "customer is public.customer; 'app', the first schema of the search_path, has no such table")
  }

  @Test(
    "that is unambiguous is not reported",
    arguments: [
      ("public", "customer"), ("missing,public", "customer"), ("public,app", "customer"),
      ("app,public", "public.customer"),
    ])
  func clear(path: String, table: String) async throws {
    let found = try await notes(
      path, "CREATE SCHEMA app; CREATE TABLE app.other \(Self.table); CREATE TABLE customer \(Self.table)",
      table: table)
    #expect(found.isEmpty)
  }
}
