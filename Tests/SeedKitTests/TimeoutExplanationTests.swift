import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("A statement that takes too long")
struct TimeoutExplanationTests {
  /// Runs a seeder of one statement; earlier runs have migrated.
  private func failure(
    _ statement: PostgresQuery, _ setup: PostgresQuery = "SELECT 1", on database: TemporaryDatabase,
    configuration: PostgresConfiguration? = nil
  ) async throws -> (FailureReport, retries: Int) {
    let seeder = StubSeeder(id: "slow") { context in
      try await context.connection.query(setup)
      try await context.connection.query(statement)
      return SeedOutcome()
    }
    let report = try await Harness.run([seeder], on: database, configuration: configuration) {
      $0.retry = RetryPolicy(budget: .zero)
    }
    let slow = try #require(report.seeders.first)
    return (try #require(slow.failure), slow.retries.count)
  }

  @Test(
    "names statement_timeout and where it is set, and is not retried",
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
      #expect(failure.remedy?.contains("options=-c%20statement_timeout%3D0") == true)
      #expect(retries == 0)
    }
  }

  @Test("names transaction_timeout")
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

  @Test("says that another session cancelled it")
  func cancelled() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([StubSeeder(id: "earlier")], on: database)
      let (failure, retries) = try await failure(
        "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)", on: database)
      #expect(failure.message.contains("another session cancelled it"), "\(failure.message)")
      #expect(retries == 0)
    }
  }

  @Test("because of a lock names the session that holds it", arguments: [nil, 16])
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
        #expect(failure.remedy?.contains("pg_terminate_backend") == true)
      }
    }
  }
}
