import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("A statement that times out")
struct TimeoutExplanationTests {
  /// Runs a seeder with one statement. Earlier runs have applied the migrations.
  private func failure(
    _ statement: PostgresQuery, _ setup: PostgresQuery = "SELECT 1", on database: TemporaryDatabase,
    configuration: PostgresConfiguration? = nil
  ) async throws -> (FailureReport, retries: Int) {
    let seeder = StubSeeder(id: "slow") { context in
      try await context.connection.query(setup)
      try await context.connection.query(statement)
    }
    let report = try await Harness.run([seeder], on: database, configuration: configuration) {
      $0.retry = RetryPolicy(budget: .zero)
    }
    let slow = try #require(report.seeders.first)
    return (try #require(slow.failure), slow.retries.count)
  }

  @Test(
    "reports statement_timeout and where it is set, and is not retried",
    arguments: [
      ("ALTER DATABASE %d SET statement_timeout = '400ms'", "for the database"),
      ("ALTER ROLE CURRENT_USER IN DATABASE %d SET statement_timeout = '400ms'", "in the database"),
      ("SELECT 1", "by this connection"),
    ], [nil, 16])
  func statementTimeout(setting: (sql: String, place: String), major: Int?) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      _ = try await Harness.run([StubSeeder(id: "earlier")], on: database)
      try await database.withConnection {
        try await $0.runScript(setting.sql.replacing("%d", with: "\"\(database.name)\""))
      }
      var configuration = database.configuration
      if setting.place == "by this connection" {
        try configuration.setParameter("options", to: "-c statement_timeout=400ms")
      }
      let (failure, retries) = try await failure(
        "SELECT pg_sleep(60)", on: database, configuration: configuration)
      #expect(failure.message.contains("statement_timeout is 400ms, set"), "\(failure.message)")
      #expect(failure.message.contains(setting.place), "\(failure.message)")
      #expect(failure.fix?.contains("options=-c%20statement_timeout%3D0") == true)
      #expect(retries == 0)
    }
  }

  @Test(
    "reports a limit that is too short for its own lookup",
    arguments: [
      ("ALTER DATABASE %d SET statement_timeout = '1ms'", "set for the database"),
      ("ALTER ROLE CURRENT_USER IN DATABASE %d SET statement_timeout = '1ms'", "in the database"),
    ])
  func shortLimit(setting: (sql: String, place: String)) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection {
        try await $0.runScript(setting.sql.replacing("%d", with: "\"\(database.name)\""))
      }
      let explanation = TimeoutExplanation(configuration: database.configuration)
      let error = await #expect(throws: PostgresError.self) {
        try await explanation.namingLimits {
          try await PostgresConnection.with(database.configuration) {
            _ = try await $0.query("SELECT pg_sleep(60)")
          }
        }
      }
      let message = error?.description ?? ""
      #expect(message.contains("statement_timeout is 1ms, set"), "\(message)")
      #expect(message.contains(setting.place), "\(message)")
    }
  }

  @Test("reports no reason if the limit cannot be looked up")
  func unknownLimit() async throws {
    try await TemporaryDatabase.with { database in
      var unreachable = database.configuration
      unreachable.database = "nowhere"
      let explanation = TimeoutExplanation(configuration: unreachable)
      let error = await #expect(throws: PostgresError.self) {
        try await explanation.namingLimits {
          try await database.withConnection {
            _ = try await $0.query("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)")
          }
        }
      }
      #expect(error?.sqlState == .queryCanceled)
      #expect(error?.description.contains("another session") == false)
    }
  }

  @Test(
    "or may not write reports default_transaction_read_only and where it is set, and is not retried",
    arguments: ["slow", "earlier"], [nil, 16])
  func readOnly(seeder: SeederID, major: Int?) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      _ = try await Harness.run([StubSeeder(id: seeder)], on: database)
      try await database.withConnection {
        try await $0.runScript("ALTER DATABASE \"\(database.name)\" SET default_transaction_read_only = on")
      }
      let failure: FailureReport
      do {
        failure = try await self.failure("CREATE TABLE t ()", on: database).0
      } catch let error as PostgresError {
        // The row of the seeder's lock could not be created.
        failure = FailureReport(error)
      }
      #expect(failure.cause == .database)
      #expect(
        failure.message.contains("default_transaction_read_only is on, set for the database"),
        "\(failure.message)")
      #expect(failure.fix?.contains("options=-c%20default_transaction_read_only%3Doff") == true)
    }
  }

  @Test("reports transaction_timeout")
  func transactionTimeout() async throws {
    try await TemporaryDatabase.with(major: 18) { database in
      _ = try await Harness.run([StubSeeder(id: "earlier")], on: database)
      try await database.withConnection {
        try await $0.runScript("ALTER DATABASE \"\(database.name)\" SET transaction_timeout = '400ms'")
      }
      let (failure, _) = try await failure("SELECT pg_sleep(60)", on: database)
      #expect(
        failure.message.contains("transaction_timeout is 400ms, set for the database"), "\(failure.message)")
    }
  }

  @Test("reports if another session canceled it")
  func cancelled() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([StubSeeder(id: "earlier")], on: database)
      let (failure, retries) = try await failure(
        "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)", on: database)
      #expect(failure.message.contains("another session canceled the statement"), "\(failure.message)")
      #expect(retries == 0)
    }
  }

  @Test("waiting for a lock reports the session that holds it", arguments: [nil, 16])
  func lock(major: Int?) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      _ = try await Harness.run([StubSeeder(id: "earlier")], on: database)
      var holding = database.configuration
      holding.applicationName = "night shift"
      try await PostgresConnection.with(holding) { holder in
        try await holder.runScript("CREATE TABLE busy ()")
        try await holder.runScript("BEGIN; LOCK TABLE busy")
        let (failure, _) = try await failure("LOCK TABLE busy", "SET LOCAL lock_timeout = '4s'", on: database)
        let process = holder.backendProcessID
        #expect(failure.message.contains("held by process \(process) (user seed, application night shift"))
        #expect(failure.message.contains("idle in transaction since"), "\(failure.message)")
        #expect(failure.message.contains("transaction began"), "\(failure.message)")
        #expect(failure.fix?.contains("pg_terminate_backend") == true)
      }
    }
  }

  /// A seeder with a reset that runs statements of a test.
  private struct Removable: ResettableSeeder {
    let id: SeederID = "slow"
    let summary = "for tests"
    let statements: [PostgresQuery]

    func seed(in context: SeedContext) async throws {}

    func reset(in context: SeedContext) async throws {
      for statement in statements { try await context.connection.query(statement) }
    }
  }

  /// The error of a reset that runs some statements.
  private func resetFailure(
    _ statements: [PostgresQuery], on database: TemporaryDatabase
  ) async throws -> FailureReport {
    let plan = try SeedPlan(
      registry: SeederRegistry([Removable(statements: statements)]), selection: .all(), environment: .test)
    let runner = SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:]))
    let error = await #expect(throws: (any Error).self) { try await runner.reset() }
    return FailureReport(try #require(error))
  }

  @Test("in a reset reports the limit and the session that holds a lock", arguments: [nil, 16])
  func reset(major: Int?) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      _ = try await Harness.run([StubSeeder(id: "earlier")], on: database)
      try await PostgresConnection.with(database.configuration) { holder in
        try await holder.runScript("CREATE TABLE busy ()")
        try await holder.runScript("BEGIN; LOCK TABLE busy")
        let locked = try await resetFailure(
          ["SET LOCAL lock_timeout = '4s'", "LOCK TABLE busy"], on: database)
        #expect(
          locked.message.contains("held by process \(holder.backendProcessID)"), "\(locked.message)")
      }
      try await database.withConnection {
        try await $0.runScript("ALTER DATABASE \"\(database.name)\" SET statement_timeout = '400ms'")
      }
      let set = try await resetFailure(["SELECT pg_sleep(60)"], on: database)
      #expect(set.message.contains("statement_timeout is 400ms, set for the database"), "\(set.message)")
    }
  }

  @Test("without a timeout, a reset writes one entry to the history")
  func resetEntry() async throws {
    try await TemporaryDatabase.with { database in
      let seeders = [StubSeeder.items("items", [(1, "a", nil)])]
      _ = try await Harness.run(seeders, on: database)
      let plan = try SeedPlan(registry: SeederRegistry(seeders), selection: .all(), environment: .test)
      _ = try await SeedRunner(
        plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:])
      ).reset()
      #expect(try await Harness.history(of: "items", on: database) == ["seeded", "reset"])
    }
  }
}
