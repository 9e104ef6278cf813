public import FoundationEssentials
public import Postgres

/// What a user says of a trace of somebody else.
public enum TraceVote: String, Hashable, Sendable, CaseIterable {
  /// It works.
  case confirm
  /// It does not.
  case dispute

  /// What became of a vote.
  public enum Outcome: Hashable, Sendable {
    /// It counts.
    case counted(Status)
    /// There is no such trace.
    case noTrace
    /// The trace is the voter's own.
    case ownTrace
    /// The voter has voted on it before.
    case votedBefore
  }

  /// The status of a trace after a vote.
  public struct Status: Hashable, Sendable {
    /// `pending` or `validated`.
    public let status: String
    /// Confirmations less disputes.
    public let trustScore: Double
    /// How many confirmed it.
    public let confirmationCount: Int
  }

  /// Counts a vote. One statement, so that votes at the same time are all counted, each once.
  ///
  /// A confirmation adds 1 to the trace's trust, a dispute takes 1 away. The `threshold`-th confirmation
  /// validates the trace; it stays so whatever is said later.
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
