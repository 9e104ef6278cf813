public import FoundationEssentials
public import Postgres

/// A vote on a trace of another user.
public enum TraceVote: String, Hashable, Sendable, CaseIterable {
  /// The solution works.
  case confirm
  /// The solution does not work.
  case dispute

  /// The result of a vote.
  public enum Outcome: Hashable, Sendable {
    /// The vote was counted.
    case counted(Status)
    /// The trace does not exist.
    case noTrace
    /// The voter contributed the trace.
    case ownTrace
    /// The voter has already voted on the trace.
    case votedBefore
  }

  /// The status of a trace after a vote.
  public struct Status: Hashable, Sendable {
    /// `pending` or `validated`.
    public let status: String
    /// Confirmations minus disputes.
    public let trustScore: Double
    /// The number of confirmations.
    public let confirmationCount: Int
  }

  /// Counts a vote. It is a single statement, so concurrent votes are all counted exactly once.
  ///
  /// A confirmation adds 1 to the trust score, and a dispute subtracts 1. With the `threshold`-th confirmation the
  /// trace becomes validated. Later disputes do not change that.
  ///
  /// - Throws: `PostgresError`.
  public func cast(
    on trace: UUID, by voter: UUID, threshold: Int, connection: PostgresConnection
  ) async throws -> Outcome {
    let confirmations: Int32 = self == .confirm ? 1 : 0
    let trust = self == .confirm ? 1.0 : -1.0
    let counted = try await connection.query(
      """
      WITH vote AS (
        INSERT INTO votes (trace_id, voter_id, vote_type)
        SELECT id, \(voter), \(rawValue) FROM traces WHERE id = \(trace) AND contributor_id <> \(voter)
        ON CONFLICT (trace_id, voter_id) DO NOTHING RETURNING trace_id
      )
      UPDATE traces SET trust_score = trust_score + \(trust),
        confirmation_count = confirmation_count + \(confirmations),
        status = CASE WHEN \(confirmations) = 1 AND confirmation_count + 1 >= \(Int32(threshold))
          THEN 'validated' ELSE status END
      FROM vote WHERE id = vote.trace_id
      RETURNING status, trust_score, confirmation_count
      """)
    if let (status, trustScore, count) = try counted.first?.decode(String.self, Double.self, Int.self) {
      return .counted(Status(status: status, trustScore: trustScore, confirmationCount: count))
    }
    let found = try await connection.query(
      "SELECT contributor_id = \(voter) FROM traces WHERE id = \(trace)")
    guard let isOwn = try found.first?.decode(Bool.self) else { return .noTrace }
    return isOwn ? .ownTrace : .votedBefore
  }
}
