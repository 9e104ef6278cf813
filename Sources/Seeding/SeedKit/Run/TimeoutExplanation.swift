import Postgres
import Threads

/// Explains why a statement timed out or was not allowed to write.
///
/// The server only reports that a limit was reached. Which session holds the lock can only be queried during the
/// wait, and the catalog knows where a limit is set. Both are looked up over a separate connection. If a lookup
/// fails, the error stays as it is.
struct TimeoutExplanation: Sendable {
  let configuration: PostgresConfiguration

  /// The wait before the first lookup. Less than the shortest `lock_timeout` used here, 5 s.
  private static let firstLook = Duration.seconds(2)
  private static let pause = Duration.seconds(10)

  /// Runs `body`, whose statements run on `connection`. A lock timeout names the sessions that held the lock.
  ///
  /// - Throws: what `body` throws.
  func namingBlockers<Result>(
    of connection: PostgresConnection, _ body: () async throws -> Result
  ) async throws -> Result {
    let blockers = Lock<String?>(nil)
    let process = connection.backendProcessID
    let look = Task {
      try await Task.sleep(for: Self.firstLook)
      while true {
        // Not counted, because the seeder does not wait for it.
        let found = try await PostgresTraffic.$current.withValue(nil) {
          try await blockingSessions(of: process)
        }
        blockers.withLock { $0 = found ?? $0 }
        try await Task.sleep(for: Self.pause)
      }
    }
    defer { look.cancel() }
    do {
      return try await body()
    } catch {
      guard let cause = Self.cause(error), cause.sqlState == .lockNotAvailable,
        let sessions = blockers.withLock({ $0 })
      else { throw error }
      throw cause.explained("held by \(sessions)")
    }
  }

  /// Runs `body`. If a limit ends a statement, or a setting forbids writing, the error says where it is set.
  ///
  /// - Throws: what `body` throws.
  func namingLimits<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch {
      guard !Task.isCancelled, let cause = Self.cause(error), let text = await limit(behind: cause) else {
        throw error
      }
      throw cause.explained(text)
    }
  }

  private static func cause(_ error: any Error) -> PostgresError? {
    ((error as? PostgresTransactionError)?.cause ?? error) as? PostgresError
  }

  private func limit(behind error: PostgresError) async -> String? {
    switch error.sqlState {
    case .queryCanceled:
      switch await limit("statement_timeout") {
      case .set(let text): text
      // Without a limit, another session has canceled the statement.
      case .unset: "no statement_timeout is set: another session canceled the statement"
      case .unknown: nil
      }
    case .transactionTimeout:
      if case .set(let text) = await limit("transaction_timeout") { text } else { nil }
    case .readOnlyTransaction:
      if case .set(let text) = await limit("default_transaction_read_only") { text } else { nil }
    case .idleInTransactionSessionTimeout: "this program was idle in a transaction for 5 minutes"
    default: nil
    }
  }

  /// The sessions that a server process waits for; nil if there are none.
  private func blockingSessions(of process: Int32) async throws -> String? {
    let rows = try? await PostgresConnection.with(configuration) { connection in
      try await Self.liftLimit(of: connection)
      return try await connection.query(
        """
        SELECT format('process %s (user %s, application %s, %s%s)', blocker.pid, coalesce(blocker.usename, '?'),
          coalesce(nullif(blocker.application_name, ''), '?'), coalesce(blocker.state, 'state unknown'),
          coalesce(' since ' || to_char(blocker.state_change, 'HH24:MI:SS TZ'), '')
          || coalesce(', last statement began ' || to_char(blocker.query_start, 'HH24:MI:SS TZ'), '')
          || coalesce(', transaction began ' || to_char(blocker.xact_start, 'HH24:MI:SS TZ'), ''))
        FROM unnest(pg_blocking_pids(\(process))) AS waited (pid) JOIN pg_stat_activity AS blocker USING (pid)
        ORDER BY blocker.pid
        """
      ).map { try $0.decode(String.self) }
    }
    guard let rows, !rows.isEmpty else { return nil }
    return rows.joined(separator: "; ")
  }

  /// The result of looking up a limit.
  private enum Limit {
    case unset
    /// The value and where it is set.
    case set(String)
    /// It could not be read.
    case unknown
  }

  /// The value of a limit and where it is set.
  private func limit(_ name: String) async -> Limit {
    let limit = try? await PostgresConnection.with(configuration) { connection in
      do {
        return try await Self.limit(name, on: connection)
      } catch let error as PostgresError where error.sqlState == .queryCanceled {
        // The limit ends its own lookup too.
        try await Self.liftLimit(of: connection)
        return try await Self.limit(name, on: connection)
      }
    }
    return limit ?? .unknown
  }

  /// Turns the limit off for the lookups. This statement takes a fraction of a millisecond, but with a very short
  /// limit on a busy machine it may need several attempts.
  private static func liftLimit(of connection: PostgresConnection) async throws {
    for _ in 1..<10 {
      do {
        try await connection.query("SET statement_timeout = 0")
        return
      } catch let error as PostgresError where error.sqlState == .queryCanceled {}
    }
    try await connection.query("SET statement_timeout = 0")
  }

  /// Reads a limit. If this session has changed it, `pg_settings` has the previous value only as `reset_val` and
  /// without its source, which is then looked up in the settings of roles and databases.
  private static func limit(_ name: String, on connection: PostgresConnection) async throws -> Limit {
    let row = try await connection.query(
      """
      SELECT CASE source WHEN 'session' THEN reset_val || coalesce(unit, '') ELSE current_setting(name) END,
        CASE source WHEN 'session' THEN coalesce((
          SELECT CASE WHEN setrole <> 0 AND setdatabase <> 0 THEN 'database user' WHEN setrole <> 0 THEN 'user'
            WHEN setdatabase <> 0 THEN 'database' ELSE 'global' END
          FROM pg_db_role_setting, unnest(setconfig) AS config
          WHERE starts_with(config, name || '=') AND setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
            AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
          ORDER BY setrole = 0, setdatabase = 0 LIMIT 1), 'configuration') ELSE source END,
        coalesce(sourcefile || ':' || sourceline, ''), current_user::text, current_database()::text
      FROM pg_settings WHERE name = \(name)
        AND CASE source WHEN 'session' THEN reset_val ELSE setting END NOT IN ('0', 'off')
        -- A replica is read-only regardless of the setting.
        AND NOT (name = 'default_transaction_read_only' AND pg_is_in_recovery())
      """
    ).first
    guard let row else { return .unset }
    let (value, source, file, role, database) = try row.decode(
      String.self, String.self, String.self, String.self, String.self)
    let place =
      switch source {
      case "database": "for the database \(database) (ALTER DATABASE … SET)"
      case "user": "for the role \(role) (ALTER ROLE … SET)"
      case "database user":
        "for the role \(role) in the database \(database) (ALTER ROLE … IN DATABASE … SET)"
      case "global": "for all roles (ALTER ROLE ALL SET)"
      case "client": "by this connection (options in DATABASE_URL, or PGOPTIONS)"
      case "configuration": "by this connection or in the server's configuration"
      case "configuration file": file.isEmpty ? "in the server's configuration file" : "in \(file)"
      case "command line": "on the server's command line"
      case "environment variable": "in the server's environment"
      default: "by: \(source)"
      }
    return .set("\(name) is \(value), set \(place)")
  }
}
