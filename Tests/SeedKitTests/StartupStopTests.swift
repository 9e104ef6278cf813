import FoundationEssentials
import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Stopping start-up seeding")
struct StartupStopTests {
  /// Writes a row and then keeps the server busy until it is canceled.
  private func busy(_ isBusy: Gate) -> StubSeeder {
    StubSeeder(id: "busy") { context in
      let rows: [[any PostgresEncodable & Sendable]] = [[Int32(1), "a", String?.none, Int32(0)]]
      try await context.converge(StubSeeder.itemsTable(), rows: rows)
      await isBusy.open()
      try await context.connection.query("SELECT pg_sleep(600)")
    }
  }

  private func check(_ seeding: StartupHarness, on database: TemporaryDatabase) async throws {
    #expect(seeding.state.phase == .failed)
    #expect(
      seeding.state.failure == "stopped before it finished; the transaction in progress was rolled back")
    #expect(try await Harness.count("items", on: database) == 0)
    #expect(try await Harness.history(of: "busy", on: database).isEmpty)
    let others = try await database.withConnection { connection in
      try await connection.queryOne(
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%' AND state = 'active'
          AND pid <> pg_backend_pid()
        """
      ).decode(Int.self)
    }
    #expect(others == 0, "the statement was cancelled at the server")
  }

  @Test("rolls back the current seeder and waits for it")
  func stop() async throws {
    try await TemporaryDatabase.with { database in
      let isBusy = Gate()
      let seeding = try StartupHarness.seeding([busy(isBusy)], on: database.configuration) {
        $0.mode = .background
      }
      await seeding.run()
      await isBusy.wait()
      await seeding.seeding.stop()
      try await check(seeding, on: database)
    }
  }

  @Test("works by cancelling the task of start()")
  func cancel() async throws {
    try await TemporaryDatabase.with { database in
      let isBusy = Gate()
      let seeding = try StartupHarness.seeding([busy(isBusy)], on: database.configuration)
      let start = Task { await seeding.run() }
      await isBusy.wait()
      start.cancel()
      #expect(await start.value.phase == .failed)
      try await check(seeding, on: database)
    }
  }

  @Test("works by cancelling the task of run()")
  func cancelService() async throws {
    try await TemporaryDatabase.with { database in
      let isBusy = Gate()
      let seeding = try StartupHarness.seeding([busy(isBusy)], on: database.configuration)
      await withTaskGroup { group in
        group.addTask { await seeding.seeding.run() }
        await isBusy.wait()
        group.cancelAll()
      }
      #expect(seeding.state.phase == .failed)
      try await check(seeding, on: database)
    }
  }

  @Test("ends run() after seeding has finished")
  func endService() async throws {
    try await TemporaryDatabase.with { database in
      let seeding = try StartupHarness.seeding(
        [StubSeeder.items("items", [(1, "a", nil)])], on: database.configuration)
      try await withThrowingTaskGroup { group in
        group.addTask { await seeding.seeding.run() }
        try await seeding.reach { $0.phase == .done }
        group.cancelAll()
      }
      #expect(seeding.state.isSuccess)
    }
  }

  @Test("ends the wait for a database that is not ready")
  func stopConnecting() async throws {
    let seeding = try StartupHarness.seeding(
      [StubSeeder(id: "any")], on: PostgresConfiguration(host: "/nowhere")
    ) {
      $0.mode = .background
      $0.run.connectBudget = .seconds(3600)
    }
    await seeding.run()
    try await seeding.reachRetries(1)
    await seeding.seeding.stop()
    #expect(seeding.state.phase == .failed)
  }

  @Test("before the start prevents it")
  func stopBefore() async throws {
    let seeding = try StartupHarness.seeding(
      [StubSeeder(id: "any")], on: PostgresConfiguration(host: "/nowhere"))
    await seeding.seeding.stop()
    #expect(await seeding.run().phase == .off)
    #expect(seeding.events.isEmpty)
  }
}
