import FoundationEssentials
import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Start-up seeding with an unavailable database")
struct StartupConnectTests {
  private let items = StubSeeder.items("items", [(1, "a", nil)])

  @Test("waits for it")
  func late() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        var configuration = database.configuration
        let socket = "/.s.PGSQL.\(configuration.port ?? "5432")"
        let real = (configuration.host ?? "") + socket
        configuration.host = folder.path
        let seeding = try StartupHarness.seeding([items], on: configuration) { $0.mode = .background }
        await seeding.run()
        try await seeding.reachRetries(3)
        #expect(seeding.state.phase == .connecting)
        try FileManager.default.createSymbolicLink(
          atPath: folder.path + socket, withDestinationPath: real)
        try await seeding.reach { $0.finishedAt != nil }
        #expect(seeding.state.isSuccess, "\(seeding.state.failure ?? "")")
        #expect(seeding.retries.allSatisfy { $0.subject == "connect" })
        #expect(try await Harness.count("items", on: database) == 1)
      }
    }
  }

  @Test("waits until the retry budget is used up, and lets the server start")
  func budget() async throws {
    for configuration in [
      PostgresConfiguration(host: "/nowhere"), PostgresConfiguration(host: "no-such-host.invalid"),
      PostgresConfiguration(host: "127.0.0.1", port: 1),
    ] {
      let seeding = try StartupHarness.seeding([items], on: configuration) {
        $0.run.connectBudget = .milliseconds(50)
      }
      let state = await seeding.run()
      #expect(state.phase == .failed && state.finishedAt != nil)
      #expect(state.failure?.contains("cannot connect") == true, "\(state.failure ?? "")")
      #expect(!seeding.retries.isEmpty)
    }
  }

  @Test("seeds in the background when the database is back after the retry budget")
  func recovery() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        var configuration = database.configuration
        let socket = "/.s.PGSQL.\(configuration.port ?? "5432")"
        let real = (configuration.host ?? "") + socket
        configuration.host = folder.path
        let seeding = try StartupHarness.seeding([items], on: configuration) {
          $0.run.connectBudget = .milliseconds(50)
        }
        let state = await seeding.run()
        #expect(state.phase == .failed && state.finishedAt != nil)
        try FileManager.default.createSymbolicLink(
          atPath: folder.path + socket, withDestinationPath: real)
        try await seeding.reach { $0.phase == .done }
        #expect(seeding.state.isSuccess && seeding.state.failure == nil)
        #expect(seeding.state.seeders.map(\.outcome) == ["seeded"])
        #expect(try await Harness.count("items", on: database) == 1)
      }
    }
  }

  @Test("does not try again for a failure that the database did not cause, and stops with the server")
  func noRecovery() async throws {
    try await TemporaryDatabase.with { database in
      let refused = try StartupHarness.seeding([items], on: database.configuration, environment: .production)
      {
        $0.run.connectBudget = .milliseconds(50)
      }
      #expect(await refused.run().phase == .failed)
      let phases = refused.phases.count
      let stopped = try StartupHarness.seeding([items], on: PostgresConfiguration(host: "/nowhere")) {
        $0.run.connectBudget = .milliseconds(50)
      }
      #expect(await stopped.run().phase == .failed)
      await stopped.seeding.stop()
      await refused.seeding.stop()
      #expect(refused.phases.count == phases)
      #expect(stopped.phases == [.connecting, .failed])
    }
  }

  @Test("waits if it is starting or has no free connections", arguments: ["57P03", "53300", "57P01"])
  func starting(sqlState: String) async throws {
    try await TemporaryDatabase.with { database in
      try await SocketProxy.with(database: database, cut: .handshake(sqlState: sqlState), times: 3) {
        let seeding = try StartupHarness.seeding([items], on: $0)
        #expect(await seeding.run().isSuccess)
        #expect(seeding.retries.count == 3)
      }
    }
  }

  @Test("fails at once for a wrong password or name", arguments: ["28P01", "28000", "3D000"])
  func refused(sqlState: String) async throws {
    try await TemporaryDatabase.with { database in
      try await SocketProxy.with(database: database, cut: .handshake(sqlState: sqlState), times: 1) {
        let seeding = try StartupHarness.seeding([items], on: $0)
        let state = await seeding.run()
        #expect(state.phase == .failed)
        #expect(state.failure?.contains(sqlState) == true)
        #expect(seeding.retries.isEmpty)
      }
    }
  }

  @Test(
    "retries while it migrates or seeds",
    arguments: [
      "FROM seed_runner.environment", "CREATE TABLE items", "INSERT INTO seed_runner.migration",
      "FOR UPDATE SKIP", "INSERT INTO seed_runner.environment", "CREATE TEMPORARY",
      "INSERT INTO seed_runner.history",
    ])
  func lost(statement: String) async throws {
    try await TemporaryDatabase.with { database in
      for cut in [SocketProxy.Cut.request(statement), .answer(to: statement)] {
        try await SocketProxy.with(database: database, cut: cut) { configuration in
          let seeding = try StartupHarness.seeding([items], on: configuration)
          let state = await seeding.run()
          #expect(state.isSuccess, "\(cut): \(state.failure ?? "") \(state.seeders)")
          #expect(try await Harness.count("items", on: database) == 1)
          #expect(try await Harness.history(of: "items", on: database) == ["seeded"])
        }
        try await database.withConnection { connection in
          try await connection.runScript("DROP TABLE items; DROP SCHEMA seed_runner CASCADE")
        }
      }
    }
  }

  @Test("repeats a seeder if the database restarts during it")
  func terminated() async throws {
    try await TemporaryDatabase.with { database in
      let calls = Counter()
      let seeder = StubSeeder(id: "items") { context in
        let rows: [[any PostgresEncodable & Sendable]] = [[Int32(1), "a", String?.none, Int32(0)]]
        try await context.converge(StubSeeder.itemsTable(), rows: rows)
        // 57P01, as from a server that is shutting down.
        if calls.next() == 1 {
          try await context.connection.query("SELECT pg_terminate_backend(pg_backend_pid())")
        }
      }
      let seeding = try StartupHarness.seeding([seeder], on: database.configuration)
      let state = await seeding.run()
      #expect(state.isSuccess && state.seeders.first?.tables?.total == RowCounts(inserted: 1))
      #expect(seeding.retries.count == 1)
    }
  }

  @Test("does not need the database after seeding")
  func goneLater() async throws {
    let seeding = try await TemporaryDatabase.with { database in
      let seeding = try StartupHarness.seeding([items], on: database.configuration)
      await seeding.run()
      return seeding
    }
    #expect(await seeding.run().isSuccess)
    await seeding.seeding.stop()
    #expect(seeding.state.isSuccess)
  }
}
