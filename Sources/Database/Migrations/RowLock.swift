public import Postgres

/// A lock that ends with its transaction: a row of `seed_runner.lock`, locked with `FOR UPDATE`.
///
/// Session advisory locks do not work behind a pooler: two clients can hold the same one, and it outlives both. If
/// a program dies, its transaction ends and the lock is released, so nothing has to be cleaned up.
public struct RowLock: Sendable {
  /// The row's name.
  public let name: String
  /// How long to wait for the lock. 300 seconds by default.
  public let timeout: Duration

  /// Names a lock. Locks nothing.
  public init(name: String, timeout: Duration = .seconds(300)) {
    self.name = name
    self.timeout = timeout
  }

  /// Creates missing rows for locks. Only reads if there are none.
  ///
  /// - Throws: `PostgresError`.
  public static func prepare(_ names: [String], on connection: PostgresConnection) async throws {
    let found = try await connection.query("SELECT name FROM seed_runner.lock WHERE name = ANY(\(names))")
    guard found.count < Set(names).count else { return }
    try await connection.query(creation(of: names))
  }

  /// The statement that creates missing rows for locks.
  package static func creation(of names: [String]) -> PostgresQuery {
    """
    INSERT INTO seed_runner.lock (name) SELECT name FROM unnest(\(Set(names).sorted())) AS name
    ON CONFLICT DO NOTHING
    """
  }

  /// Runs `body` in a transaction that holds the lock.
  ///
  /// A waiting program polls in short transactions. Waiting inside a statement would hold a snapshot, and if the
  /// holder of the lock runs `CREATE INDEX CONCURRENTLY`, it would wait for that snapshot: a deadlock.
  ///
  /// - Parameters:
  ///   - connection: the connection on which the transaction runs.
  ///   - setup: statements sent together with `BEGIN`.
  ///   - onWait: called before each pause with the time waited so far.
  ///   - body: runs while the lock is held.
  /// - Throws: `PostgresTransactionError`; ``MigrationError`` with code `lockTimeout`.
  public func withTransaction<Result>(
    on connection: PostgresConnection, setup: [PostgresQuery] = [], onWait: (Duration) -> Void = { _ in },
    _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    try await withTransaction(on: connection, setup: setup, reading: [], onWait: onWait) { connection, _ in
      try await connection.sendOpening()
      return try await body(connection)
    }
  }

  /// Thrown if another transaction holds the lock.
  private struct Held: Error {}

  /// Like ``withTransaction(on:setup:onWait:_:)``, and also runs `queries` once the lock is held. Everything is sent
  /// together with the first statements of `body`, which gets the rows of the queries with
  /// ``PostgresConnection/rows(of:)``.
  package func withTransaction<Result>(
    on connection: PostgresConnection, setup: [PostgresQuery], reading queries: [PostgresQuery],
    onWait: (Duration) -> Void, _ body: (PostgresConnection, TransactionOpening) async throws -> Result
  ) async throws -> Result {
    let lock: PostgresQuery = "SELECT name FROM seed_runner.lock WHERE name = \(name) FOR UPDATE SKIP LOCKED"
    let start = ContinuousClock.now
    var pause = Duration.milliseconds(10)
    var hasWaited = false
    while true {
      let opening = TransactionOpening(setup + [lock], reading: queries) { rows in
        if rows.last?.isEmpty != false { throw Held() }
      }
      do {
        return try await connection.withTransaction(opening: opening) { connection in
          // After a first failure it is likely to fail again, so `body` does not start in vain.
          if hasWaited { try await connection.sendOpening() }
          return try await body(connection, opening)
        }
      } catch let error as PostgresTransactionError where opening.isRejected {
        if let rollbackError = error.rollbackError { throw rollbackError }
      }
      let waited = ContinuousClock.now - start
      guard waited < timeout else { throw try await timeoutError(waited, on: connection) }
      hasWaited = true
      onWait(waited)
      try await Task.sleep(for: pause * Double.random(in: 0.5...1))
      pause = min(pause * 2, .milliseconds(100))
    }
  }

  private func timeoutError(
    _ waited: Duration, on connection: PostgresConnection
  ) async throws -> MigrationError {
    let (exists, holders) = try await connection.queryOne(
      """
      SELECT EXISTS (SELECT FROM seed_runner.lock WHERE name = \(name)),
        ARRAY(SELECT pid || ' (' || application_name || ', for ' || date_trunc('second', now() - xact_start) || ')'
          FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL
          ORDER BY xact_start)
      """
    ).decode(Bool.self, [String].self)
    guard exists else {
      return MigrationError(.lockTimeout, "the lock '\(name)' does not exist; RowLock.prepare creates it")
    }
    let list = holders.isEmpty ? "none" : holders.joined(separator: ", ")
    return MigrationError(
      .lockTimeout,
      """
      another session has held the lock '\(name)' for \(waited.components.seconds) s. Sessions with \
      an open transaction: \(list). The lock is released when its transaction ends; no manual unlock \
      is needed.
      """)
  }
}
