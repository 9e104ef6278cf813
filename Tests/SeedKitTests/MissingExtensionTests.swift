import Migrations
import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("A missing extension that a seeder's migrations need")
struct MissingExtensionTests {
  /// A seeder with a table that needs an extension.
  private struct Extended: Seeder, MigratingSeeder {
    let id: SeederID = "extended"
    let summary = "for tests"
    var name = "missing_one"

    func migrations() throws -> [MigrationSet] {
      let files = [
        ("0001_extension.sql", "-- migrate:up\nCREATE EXTENSION IF NOT EXISTS \(name);"),
        ("0002_table.sql", "-- migrate:up\nCREATE TABLE extended (id int);"),
      ]
      return [try StubSeeder.tables(), try MigrationSet(name: "extended", files: files)]
    }

    func seed(in context: SeedContext) async throws {
      try await context.connection.query("INSERT INTO extended VALUES (1)")
      context.count(RowCounts(inserted: 1), in: "extended")
    }
  }

  private static let seeders: [any Seeder] = [
    Extended(), StubSeeder.items("plain", [(1, "a", nil)]),
    StubSeeder.items("dependent", [(2, "b", nil)], dependencies: ["extended"]),
  ]

  @Test("fails that seeder, skips its dependents, and does not affect others", arguments: [16, 18])
  func isolation(major: Int) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      for outcome in [SeederReport.Outcome.seeded, .unchanged] {
        let report = try await Harness.run(Self.seeders, on: database)
        let outcomes = Dictionary(uniqueKeysWithValues: report.seeders.map { ($0.id, $0.outcome) })
        #expect(outcomes == ["extended": .failed, "plain": outcome, "dependent": .skipped])
        let failure = report.seeders.first { $0.id == "extended" }?.failure
        #expect(failure?.message.contains("0001_extension.sql of 'extended'") == true)
        #expect(failure?.fix?.contains("does not provide the extension 'missing_one'") == true)
      }
      #expect(try await Harness.history(of: "extended", on: database) == ["failed", "failed"])
      #expect(try await Harness.history(of: "plain", on: database) == ["seeded"])
    }
  }

  @Test("is reported by the plan, which compares the others")
  func plan() async throws {
    try await TemporaryDatabase.with { database in
      let plan = try SeedPlan(
        registry: SeederRegistry(Self.seeders), selection: .all(), environment: .test)
      let runner = SeedRunner(
        plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:]))
      let report = try await runner.preview()
      let entries = Dictionary(uniqueKeysWithValues: report.entries.map { ($0.id, $0) })
      #expect(entries["extended"]?.failure?.fix?.contains("'missing_one'") == true)
      #expect(entries["plain"]?.tables.total == RowCounts(inserted: 1))
      #expect(entries["dependent"]?.note?.contains("depends on 'extended'") == true)
      #expect(report.migrations.contains("stub 1 items"))
      #expect(!report.migrations.contains { $0.hasPrefix("extended") })
    }
  }

  @Test("fails a run with no other seeders")
  func alone() async throws {
    try await TemporaryDatabase.with { database in
      let error = await #expect(throws: MigrationError.self) {
        _ = try await Harness.run([Extended()], on: database)
      }
      #expect(error?.code == .extensionUnavailable)
    }
  }

  @Test("no longer fails the seeder after a superuser has created it")
  func later() async throws {
    try await DebianPostgres.with { server in
      try await PostgresConnection.with(server.configuration) { connection in
        try await connection.runScript(
          "CREATE ROLE app LOGIN; GRANT CREATE ON DATABASE postgres TO app; GRANT CREATE ON SCHEMA public TO app"
        )
      }
      var app = server.configuration
      app.user = "app"
      let seeders: [any Seeder] = [
        Extended(name: "pg_buffercache"), StubSeeder.items("plain", [(1, "a", nil)]),
      ]
      let plan = try SeedPlan(registry: SeederRegistry(seeders), selection: .all(), environment: .test)
      let runner = SeedRunner(plan: plan, configuration: app, fixtures: FixtureStore(files: [:]))
      let first = try await runner.run()
      #expect(first.seeders.map(\.outcome) == [.failed, .seeded])
      #expect(
        first.seeders.first?.failure?.fix?.contains("Run 'CREATE EXTENSION pg_buffercache'")
          == true)
      try await PostgresConnection.with(server.configuration) { connection in
        try await connection.runScript("CREATE EXTENSION pg_buffercache")
      }
      let second = try await runner.run()
      #expect(second.seeders.map(\.outcome) == [.seeded, .unchanged])
    }
  }
}
