import Glibc
import Postgres
import SeedTesting
import Testing

@Suite("A signal")
struct SignalTests {
  @Test(
    "rolls back open transactions with a message, also if it is sent twice at once, as timeout(1) does",
    arguments: [SIGINT, SIGTERM], [1, 2])
  func rollsBack(signal: Int32, times: Int) async throws {
    try await TemporaryDatabase.with { database in
      _ = try await SeedRunnerBinary.run("migrate", "up", url: database.url)
      try await database.withConnection { holder in
        // The seeder waits for the locked table until it is stopped.
        try await holder.query("BEGIN")
        try await holder.query("LOCK TABLE users")
        let process = try SeedRunnerBinary.start(["--users"], url: database.url)
        while try await waiters(in: database) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        for _ in 0..<times { process.signal(signal) }
        let end = try await process.wait()
        #expect(end.exitCode == 128 + signal)
        #expect(end.errors.contains("interrupted; open transactions are rolled back"), "\(end.errors)")
        try await holder.query("ROLLBACK")
        #expect(try await holder.queryOne("SELECT count(*) FROM users").decode(Int.self) == 0)
      }
    }
  }

  @Test("ends the program even if the network drops all packets", arguments: [SIGINT, SIGTERM])
  func blackHole(signal: Int32) async throws {
    try await TemporaryDatabase.with { database in
      _ = try await SeedRunnerBinary.run("migrate", "up", url: database.url)
      try await SocketProxy.blackHole(from: "users", database: database) { proxy, hasCome in
        let url = "postgresql://seed@/\(database.name)?host=\(proxy.host ?? "")&port=\(proxy.port ?? "5432")"
        let process = try SeedRunnerBinary.start(["--users"], url: url)
        while !hasCome() { await Task.yield() }
        process.signal(signal)
        let end = try await process.wait()
        #expect(end.exitCode == 128 + signal)
        #expect(end.errors.contains("interrupted; open transactions are rolled back"), "\(end.errors)")
      }
    }
  }

  private func waiters(in database: TemporaryDatabase) async throws -> Int {
    try await database.withConnection { connection in
      try await connection.queryOne(
        """
        SELECT count(*) FROM pg_locks
        WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """
      ).decode(Int.self)
    }
  }
}
