import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Guards of a run")
struct SeedRunnerGuardTests {
  private let seeder = StubSeeder.items("items", [(1, "a", nil)])

  @Test("reject production without permission before opening a connection")
  func production() async throws {
    try await TemporaryDatabase.with { database in
      var allowed = seeder
      allowed.environments = [.production]
      await #expect(throws: SeedGuardError.productionNotAllowed) {
        try await Harness.run([allowed], on: database, environment: .production)
      }
      let isVirgin = try await database.withConnection { connection in
        try await connection.queryOne("SELECT to_regnamespace('seed_runner') IS NULL").decode(Bool.self)
      }
      #expect(isVirgin)
      let report = try await Harness.run([allowed], on: database, environment: .production) {
        $0.allowsProduction = true
      }
      #expect(report.isSuccess)
    }
  }

  @Test("reject another environment than that of the first run, except with --restamp")
  func stamp() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([seeder], on: database, environment: .dev)
      let error = await #expect(throws: SeedGuardError.self) {
        try await Harness.run([seeder], on: database, environment: .test)
      }
      #expect(error == .otherEnvironment(stamp: "dev", run: .test))
      _ = try await Harness.run([seeder], on: database, environment: .test) { $0.restamps = true }
      await #expect(throws: SeedGuardError.otherEnvironment(stamp: "test", run: .dev)) {
        try await Harness.run([seeder], on: database, environment: .dev)
      }
    }
  }

  @Test("do not restamp a production database without permission to seed production")
  func productionStamp() async throws {
    try await TemporaryDatabase.with { database in
      var everywhere = seeder
      everywhere.environments = Set(SeedEnvironment.allCases)
      _ = try await Harness.run([everywhere], on: database, environment: .production) {
        $0.allowsProduction = true
      }
      await #expect(throws: SeedGuardError.productionNotAllowed) {
        try await Harness.run([everywhere], on: database, environment: .dev) { $0.restamps = true }
      }
    }
  }

  @Test("skip current seeders without comparing rows")
  func fastPath() async throws {
    try await TemporaryDatabase.with { database in
      func seeder(_ id: SeederID, dependencies: [SeederID] = [], calls: Counter) -> StubSeeder {
        var seeder = StubSeeder(id: id, dependencies: dependencies) { _ in
          _ = calls.next()
        }
        seeder.fixtures = ["\(id).json"]
        return seeder
      }
      let calls = Counter()
      let childCalls = Counter()
      func run(_ fixture: String) async throws -> [SeederReport.Outcome] {
        try await Harness.run(
          [seeder("parent", calls: calls), seeder("child", dependencies: ["parent"], calls: childCalls)],
          on: database, fixtures: ["parent.json": Array(fixture.utf8), "child.json": []]
        ) { $0.skipsCurrent = true }.seeders.map(\.outcome)
      }
      #expect(try await run("1") == [.unchanged, .unchanged])
      #expect(try await run("1") == [.unchanged, .unchanged])
      #expect(calls.value == 1, "the second run asks the history only")
      #expect(childCalls.value == 1)
      _ = try await run("2")
      #expect(calls.value == 2, "a changed fixture is noticed")
      #expect(childCalls.value == 2, "and so is one of a dependency")
    }
  }

  @Test("limit the wait for another run of the same seeder and name the holder of the lock")
  func lockTimeout() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([seeder], on: database)
      try await database.withConnection { holder in
        try await holder.withTransaction { holder in
          try await holder.query("SELECT FROM seed_runner.lock WHERE name = 'seeder/items' FOR UPDATE")
          let report = try await Harness.run([seeder], on: database) {
            $0.lockTimeout = .milliseconds(100)
            $0.retry.budget = .zero
          }
          #expect(report.seeders.map(\.outcome) == [.failed])
          let message = report.seeders.first?.failure?.message ?? ""
          #expect(message.contains("\(holder.backendProcessID)"), "\(message)")
        }
      }
    }
  }

  @Test("name the missing schema if migrations are turned off")
  func noMigrate() async throws {
    try await TemporaryDatabase.with { database in
      let error = await #expect(throws: PostgresError.self) {
        try await Harness.run([seeder], on: database) { $0.migrates = false }
      }
      #expect(error?.sqlState == .undefinedTable)
      #expect(
        error?.fix
          == "run 'seed-runner migrate up'; if nothing is due, 'seed-runner doctor' shows what is missing.")
    }
  }
}
