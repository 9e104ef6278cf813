import Postgres

extension DatabaseDoctor {
  /// A pooler makes up the process that a client may cancel, so it is not the one that answers.
  var isPooled: Bool {
    get async throws {
      try await backend(connection) != connection.backendProcessID
    }
  }

  private func backend(_ connection: PostgresConnection) async throws -> Int32 {
    try await connection.queryOne("SELECT pg_backend_pid()").decode(Int32.self)
  }

  /// Whether somebody stands between us and the server, and how long it lends out a connection.
  func pooler() async throws -> DoctorVerdict {
    guard try await isPooled else { return .ok("none: direct connection to the server") }
    do {
      try await reading {}
    } catch let error as PostgresError
      where error.code == .connectionLost || error.sqlState?.rawValue == "08P01"
    {
      // That is how pgbouncer refuses BEGIN.
      return .failure(
        "a pooler in statement mode, which allows no transactions",
        fix: "set pool_mode = transaction (or session) for this database in the pooler")
    }
    guard try await sharesConnections() else {
      return .ok("a pooler in session mode, or without other clients at the moment")
    }
    return .ok(
      """
      a pooler such as pgbouncer in transaction mode: seeding works as it is, since it keeps no session \
      state. What does not work through it: SET and LISTEN outside a transaction, named statements, session locks
      """)
  }

  /// Two clients at once got the same connection of the server: it is lent out by the transaction.
  private func sharesConnections() async throws -> Bool {
    try await PostgresConnection.with(connection.configuration) { other in
      // Somebody else may be given the connection in between; then the next time shows it.
      for _ in 0..<10 {
        if try await backend(connection) == backend(other) { return true }
      }
      return false
    }
  }
}
