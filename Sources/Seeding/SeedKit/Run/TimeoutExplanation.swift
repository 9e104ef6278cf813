import Postgres
import Threads

/// Says who or what ended a statement that took too long.
///
/// The server only says that a limit was reached. Which session held the lock is known while the statement waits,
/// and where a limit is set is known to the catalog: both are looked up over a connection of their own, as well as
/// that is possible.
struct TimeoutExplanation: Sendable {
  let configuration: PostgresConfiguration

  /// When a statement that waits for a lock is first looked at. Less than the shortest `lock_timeout` of ours, 5 s.
  private static let firstLook = Duration.seconds(2)
  private static let pause = Duration.seconds(10)

  /// Runs `body`, whose statements run on `connection`, and names the sessions that held a lock for too long.
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
        let found = try await blockingSessions(of: process)
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

  /// Runs `body` and says where the limit is set that ended one of its statements.
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
      // Without a limit somebody has cancelled the statement.
      await source(of: "statement_timeout") ?? "no statement_timeout is set: another session cancelled it"
    case .transactionTimeout: await source(of: "transaction_timeout")
    case .idleInTransactionSessionTimeout: "this program was held up for 5 minutes within a transaction"
    default: nil
    }
  }

  /// The sessions that a server process waits for; nil if it waits for none.
  private func blockingSessions(of process: Int32) async throws -> String? {
    let rows = try? await PostgresConnection.with(configuration) { connection in
      try await connection.query(
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

  /// What a limit is and where it is set; nil if it is not set, or if that cannot be read.
  private func source(of name: String) async -> String? {
    let rows = try? await PostgresConnection.with(configuration) { connection in
      try await connection.query(
        """
        SELECT current_setting(name), source, coalesce(sourcefile || ':' || sourceline, ''), current_user::text,
          current_database()::text
        FROM pg_settings WHERE name = \(name) AND setting <> '0'
        """
      ).map { try $0.decode(String.self, String.self, String.self, String.self, String.self) }
    }
    guard let (value, source, file, role, database) = rows?.first else { return nil }
    let place =
      switch source {
      case "database": "for the database \(database) (ALTER DATABASE … SET)"
      case "user": "for the role \(role) (ALTER ROLE … SET)"
      case "database user":
        "for the role \(role) in the database \(database) (ALTER ROLE … IN DATABASE … SET)"
      case "global": "for all roles (ALTER ROLE ALL SET)"
      case "client": "by this connection (options in DATABASE_URL, or PGOPTIONS)"
      case "configuration file": file.isEmpty ? "in the server's configuration file" : "in \(file)"
      case "command line": "on the server's command line"
      case "environment variable": "in the server's environment"
      default: "by: \(source)"
      }
    return "\(name) is \(value), set \(place)"
  }
}
