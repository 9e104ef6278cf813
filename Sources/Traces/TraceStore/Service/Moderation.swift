public import FoundationEssentials
public import Postgres

/// Reports of traces, and what moderators do about them.
public enum Moderation {
  /// The length of a report in characters.
  public static let reason = 1...2_000

  /// A trace with open reports.
  public struct ReportedTrace: Hashable, Sendable {
    /// The trace.
    public let id: UUID
    /// Its title.
    public let title: String
    /// The user who contributed it.
    public let contributorID: UUID
    /// Whether search excludes it.
    public let isFlagged: Bool
    /// The number of reports.
    public let count: Int
    /// The latest reason.
    public let latestReason: String
    /// The time of the latest report.
    public let latestAt: Date
  }

  /// Who reports a trace.
  public enum Reporter: Hashable, Sendable {
    /// A user.
    case user(UUID)
    /// Somebody without a token.
    case network(ClientNetwork)

    var key: String {
      switch self {
      case .user(let id): "user \(id.uuidString.lowercased())"
      case .network(let network): "network \(network.digest)"
      }
    }
  }

  /// Records a report. A second report by the same reporter replaces the first one.
  ///
  /// - Returns: false if the trace does not exist.
  /// - Throws: `PostgresError`.
  public static func report(
    _ trace: UUID, by reporter: Reporter, reason: String, on connection: PostgresConnection
  ) async throws -> Bool {
    let rows = try await connection.query(
      """
      INSERT INTO trace_reports AS report (trace_id, reporter, reason)
      SELECT id, \(reporter.key), \(reason) FROM traces WHERE id = \(trace)
      ON CONFLICT (trace_id, reporter) DO UPDATE SET reason = EXCLUDED.reason, created_at = EXCLUDED.created_at
      RETURNING report.trace_id
      """)
    return !rows.isEmpty
  }

  /// The reported traces, most reports first.
  ///
  /// - Throws: `PostgresError`.
  public static func reported(
    _ limit: Int, on connection: PostgresConnection
  ) async throws -> [ReportedTrace] {
    try await connection.query(
      """
      SELECT id, title, contributor_id, is_flagged, reports, (SELECT reason FROM trace_reports
        WHERE trace_id = id ORDER BY created_at DESC LIMIT 1), latest
      FROM (SELECT trace_id, count(*) AS reports, max(created_at) AS latest FROM trace_reports GROUP BY trace_id)
        AS found JOIN traces ON traces.id = trace_id
      ORDER BY reports DESC, latest DESC, id LIMIT \(Int32(limit))
      """
    ).map { row in
      let (id, title, contributor, isFlagged, count, reason, latest) = try row.decode(
        UUID.self, String.self, UUID.self, Bool.self, Int.self, String?.self, Date.self)
      return ReportedTrace(
        id: id, title: title, contributorID: contributor, isFlagged: isFlagged, count: count,
        latestReason: reason ?? "", latestAt: latest)
    }
  }

  /// Flags a trace, so that search excludes it, or restores it. Both close its reports.
  ///
  /// - Returns: false if the trace does not exist.
  /// - Throws: `PostgresError`.
  public static func flag(
    _ trace: UUID, _ isFlagged: Bool, on connection: PostgresConnection
  ) async throws -> Bool {
    let results = try await connection.pipeline([
      "UPDATE traces SET is_flagged = \(isFlagged) WHERE id = \(trace) RETURNING id",
      "DELETE FROM trace_reports WHERE trace_id = \(trace)",
    ])
    return !results[0].isEmpty
  }

  /// Bans a user or lifts the ban. A banned user's tokens are invalid, and all traces of the user are flagged. Lifting
  /// the ban does not restore them.
  ///
  /// - Returns: false if there is no such user, or it is a seed or a moderator.
  /// - Throws: `PostgresError`.
  public static func ban(
    _ user: UUID, _ isBanned: Bool, on connection: PostgresConnection
  ) async throws -> Bool {
    let time: PostgresQuery = isBanned ? "statement_timestamp()" : "NULL"
    let results = try await connection.pipeline([
      """
      UPDATE users SET banned_at = \(time), is_established = is_established AND NOT \(isBanned)
      WHERE id = \(user) AND NOT is_seed AND role <> 'moderator' RETURNING id
      """,
      """
      UPDATE traces SET is_flagged = true
      WHERE contributor_id = \(user) AND \(isBanned) AND NOT is_seed AND NOT is_flagged
        AND (SELECT banned_at FROM users WHERE id = \(user)) IS NOT NULL
      """,
    ])
    return !results[0].isEmpty
  }

  /// Establishes a user, so that votes of the user count, or withdraws that.
  ///
  /// - Returns: false if there is no such user, or it is a seed or banned.
  /// - Throws: `PostgresError`.
  public static func establish(
    _ user: UUID, _ isEstablished: Bool, on connection: PostgresConnection
  ) async throws -> Bool {
    let rows = try await connection.query(
      """
      UPDATE users SET is_established = \(isEstablished)
      WHERE id = \(user) AND NOT is_seed AND banned_at IS NULL RETURNING id
      """)
    return !rows.isEmpty
  }
}
