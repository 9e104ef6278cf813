import Glibc
import Postgres
import SeedTesting
import Testing

/// The server's last message may be a warning, and libpq may report a connection as OK after a failed write.
@Suite("A server that was shut down while a connection was idle")
struct ServerShutdownTests {
  private static let uses: [(name: String, body: @Sendable (PostgresConnection) async throws -> Void)] = [
    ("a statement", { try await $0.query("SELECT 1") }),
    ("a script", { try await $0.runScript("SELECT 1; SELECT 2") }),
    ("a pipeline", { _ = try await $0.pipeline(["SELECT 1", "SELECT 2"]) }),
    ("a transaction", { try await $0.withTransaction { _ = try await $0.query("SELECT 1") } }),
    (
      "a transaction with settings",
      {
        try await $0.withTransaction(setup: ["SET LOCAL jit = off"]) { _ = try await $0.query("SELECT 1") }
      }
    ),
    (
      "a COPY",
      { connection in
        _ = try await connection.copyIn(into: "t", columns: [try PostgresIdentifier("a")]) { writer in
          for number in 0..<100_000 { try await writer.write(Int32(number)) }
        }
      }
    ),
  ]

  @Test("is reported as a lost connection by the next statement", arguments: [SIGINT, SIGQUIT])
  func lost(signal: Int32) async throws {
    try await DebianPostgres.with { server in
      var connections: [PostgresConnection] = []
      for _ in Self.uses { connections.append(try await PostgresConnection.connect(server.configuration)) }
      try await connections[0].query("CREATE TABLE t (a int)")
      let file = try await connections[0].queryOne("SELECT pg_read_file('postmaster.pid')").decode(
        String.self)
      let process = try #require(file.split(separator: "\n").first.flatMap { Int32($0) })
      kill(process, signal)
      while kill(process, 0) == 0 { try await Task.sleep(for: .milliseconds(1)) }
      for (connection, use) in zip(connections, Self.uses) {
        let error = await #expect(throws: (any Error).self, "\(use.name)") { try await use.body(connection) }
        let cause = (error as? PostgresTransactionError)?.cause ?? error
        #expect(
          (cause as? PostgresError)?.isTransient == true, "\(use.name): \(String(describing: cause))")
        let isAlive = await connection.isAlive
        #expect(!isAlive, "\(use.name)")
      }
    }
  }
}
