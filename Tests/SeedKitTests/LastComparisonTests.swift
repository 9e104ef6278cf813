import Migrations
import Postgres
import SeedKit
import SeedTesting
import Testing
import Threads

/// On a server of their own, because any write on the server makes a run compare again.
@Suite("If nothing was written since the last comparison")
struct LastComparisonTests {
  /// A seeder that counts its calls.
  private struct Counted: Seeder, MigratingSeeder, VersionedSeeder {
    let id: SeederID
    let summary = "for tests"
    var version = 1
    var isDeterministic = true
    let calls = Lock(0)
    var row: Int32 = 1

    func migrations() throws -> [MigrationSet] { [try StubSeeder.tables()] }

    func seed(in context: SeedContext) async throws {
      calls.withLock { $0 += 1 }
      try await context.converge(StubSeeder.itemsTable(), rows: [[row, "\(id)", "x", Int32(0)]])
    }
  }

  private let seeders = [Counted(id: "first"), Counted(id: "second", row: 2)]

  private var calls: [Int] { seeders.map { $0.calls.withLock(\.self) } }

  /// Passes a function that runs the seeders, after a run that has stored its comparison.
  private func withRuns(
    _ body: (PostgresConfiguration, () async throws -> SeedReport) async throws -> Void
  ) async throws {
    try await DebianPostgres.with(settings: ["autovacuum": "off"]) { server in
      let configuration = server.configuration
      func run() async throws -> SeedReport {
        let plan = try SeedPlan(registry: SeederRegistry(seeders), selection: .all(), environment: .test)
        return try await SeedRunner(
          plan: plan, configuration: configuration, fixtures: FixtureStore(files: [:])
        ).run()
      }
      // The first writes the rows, the second compares them.
      for _ in 0..<2 { _ = try await run() }
      for seeder in seeders { seeder.calls.withLock { $0 = 0 } }
      try await body(configuration, run)
    }
  }

  @Test("a run takes one round trip, calls no seeder, and reports the same")
  func unchanged() async throws {
    try await withRuns { _, run in
      let report = try await run()
      #expect(calls == [0, 0])
      #expect(report.roundTrips == 1)
      #expect(report.seeders.map(\.outcome) == [.unchanged, .unchanged])
      #expect(report.seeders.map(\.tables.total) == Array(repeating: RowCounts(unchanged: 1), count: 2))
    }
  }

  @Test(
    "does not hold: a run compares after a write to",
    arguments: [
      "UPDATE items SET value = 'edited' WHERE id = 1", "CREATE TABLE other (id int)",
      "ALTER ROLE CURRENT_USER SET work_mem = '8MB'", "BEGIN; SELECT txid_current(); ROLLBACK",
    ])
  func written(statement: String) async throws {
    try await withRuns { configuration, run in
      try await PostgresConnection.with(configuration) { try await $0.runScript(statement) }
      let report = try await run()
      #expect(calls.allSatisfy { $0 > 0 })
      #expect(report.seeders.first?.tables.total.written == (statement.contains("edited") ? 1 : 0))
    }
  }

  @Test("the next run compares if a transaction was open during the comparison and commits later")
  func openTransaction() async throws {
    try await withRuns { configuration, run in
      try await PostgresConnection.with(configuration) { writer in
        try await writer.runScript("BEGIN; UPDATE items SET value = 'edited' WHERE id = 1")
        // Otherwise the comparison before it would still hold.
        try await PostgresConnection.with(configuration) { try await $0.query("SELECT txid_current()") }
        for _ in 0..<2 { _ = try await run() }
        #expect(calls == [2, 2])
        try await writer.query("COMMIT")
      }
      let report = try await run()
      #expect(report.seeders.map(\.tables.total.written) == [1, 0])
    }
  }

  @Test("a run compares in a database with an unlogged table, which a crash would empty")
  func unlogged() async throws {
    try await withRuns { configuration, run in
      try await PostgresConnection.with(configuration) {
        try await $0.runScript("CREATE UNLOGGED TABLE u (id int)")
      }
      for _ in 0..<2 { _ = try await run() }
      #expect(calls == [2, 2])
    }
  }

  @Test("a run of other seeders compares, and so does the next run of these")
  func otherSeeders() async throws {
    try await withRuns { configuration, run in
      let plan = try SeedPlan(
        registry: SeederRegistry(seeders + [Counted(id: "third", row: 3)]), selection: .all(),
        environment: .test)
      let report = try await SeedRunner(
        plan: plan, configuration: configuration, fixtures: FixtureStore(files: [:])
      ).run()
      #expect(report.seeders.map(\.outcome) == [.unchanged, .unchanged, .seeded])
      _ = try await run()
      #expect(calls == [2, 2])
    }
  }

  @Test("a seeder that may depend on the time is called")
  func notDeterministic() async throws {
    try await DebianPostgres.with(settings: ["autovacuum": "off"]) { server in
      var clock = Counted(id: "clock", row: 2)
      clock.isDeterministic = false
      let plan = try SeedPlan(
        registry: SeederRegistry([seeders[0], clock]), selection: .all(), environment: .test)
      for _ in 0..<3 {
        _ = try await SeedRunner(
          plan: plan, configuration: server.configuration, fixtures: FixtureStore(files: [:])
        ).run()
      }
      #expect(clock.calls.withLock(\.self) == 3)
    }
  }
}
