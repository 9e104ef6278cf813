import Postgres

extension DatabaseDoctor {
  /// Whether a pooler is between client and server. A pooler sends its own process id for cancel requests, so it
  /// differs from the id of the server process.
  var isPooled: Bool {
    get async throws {
      try await backend(connection) != connection.backendProcessID
    }
  }

  private func backend(_ connection: PostgresConnection) async throws -> Int32 {
    try await connection.queryOne("SELECT pg_backend_pid()").decode(Int32.self)
  }

  /// Reports a pooler and its mode: session, transaction or statement.
  func pooler() async throws -> DoctorVerdict {
    guard try await isPooled else { return .ok("none: direct connection to the server") }
    do {
      _ = try await reading { try await connection.query("SELECT 1") }
    } catch let error as PostgresError
      where error.code == .connectionLost || error.sqlState?.rawValue == "08P01"
    {
      // pgbouncer rejects BEGIN in statement mode with this error.
      return .failure(
        "a pooler in statement mode, which allows no transactions",
        fix: "set pool_mode = transaction (or session) for this database in the pooler")
    }
    guard try await sharesConnections() else {
      return .ok("a pooler in session mode, or without other clients at the moment")
    }
    return .ok(
      """
      a pooler such as pgbouncer in transaction mode. Seeding works because it keeps no session state. \
      SET and LISTEN outside a transaction, named statements and session locks do not work
      """)
  }

  /// Whether two clients get the same server connection, which only happens in transaction mode.
  private func sharesConnections() async throws -> Bool {
    try await PostgresConnection.with(connection.configuration) { other in
      // Another client may get the connection in between, so try several times.
      for _ in 0..<10 {
        if try await backend(connection) == backend(other) { return true }
      }
      return false
    }
  }
}
