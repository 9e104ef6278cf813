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
    /// The vote was recorded.
    case recorded(Status)
    /// The trace does not exist.
    case noTrace
    /// The voter contributed the trace.
    case ownTrace
    /// The voter has already voted on the trace.
    case votedBefore
    /// The text has changed since the voter read it.
    case changed
  }

  /// The status of a trace after a vote.
  public struct Status: Hashable, Sendable {
    /// `pending` or `validated`.
    public let status: String
    /// Confirmations minus disputes, by weight.
    public let trustScore: Double
    /// The weight of all confirmations.
    public let confirmationCount: Int
    /// How much this vote counts: 0, 1, or 2 for a moderator.
    public let weight: Int
  }

  /// How long an account must exist before its votes count.
  static let leastAge = "1 day"

  /// What decides how much a vote counts.
  private struct Facts {
    let contributor: UUID
    let updatedAt: Date
    let weight: Int32
  }

  /// Records a vote. Concurrent votes on a trace are counted one after another.
  ///
  /// A vote counts only if its voter is established, has been registered for a day, and is in another network than the
  /// contributor and than all others whose votes on the trace count. A moderator's vote always counts, and twice. All
  /// other votes are recorded, but change nothing: otherwise, trust could be bought with accounts.
  ///
  /// A confirmation adds its weight to the trust score, and a dispute subtracts it. When the confirmations reach the
  /// `threshold`, the trace becomes validated and its contributor established. Later disputes do not change that.
  ///
  /// - Parameter isRead: whether the voter has read the text that was last changed at this time.
  /// - Throws: `PostgresError`; `PostgresTransactionError`.
  public func cast(
    on trace: UUID, by voter: UUID, from network: ClientNetwork, threshold: Int,
    isRead: @Sendable (Date) -> Bool, connection: PostgresConnection
  ) async throws -> Outcome {
    try await connection.withTransaction { connection in
      guard let facts = try await facts(of: trace, voter, network, connection) else { return .noTrace }
      guard facts.contributor != voter else { return .ownTrace }
      guard isRead(facts.updatedAt) else { return .changed }
      let results = try await connection.pipeline([
        """
        INSERT INTO votes (trace_id, voter_id, vote_type, weight, network)
        VALUES (\(trace), \(voter), \(rawValue), \(facts.weight), \(network.digest))
        ON CONFLICT (trace_id, voter_id) DO NOTHING RETURNING trace_id
        """
      ])
      guard !results[0].isEmpty else { return .votedBefore }
      return .recorded(try await count(facts, on: trace, threshold: threshold, connection))
    }
  }

  /// Locks the trace, so that two votes from one network cannot both be the first.
  private func facts(
    of trace: UUID, _ voter: UUID, _ network: ClientNetwork, _ connection: PostgresConnection
  ) async throws -> Facts? {
    let results = try await connection.pipeline([
      "SELECT contributor_id, updated_at FROM traces WHERE id = \(trace) FOR UPDATE",
      """
      SELECT CASE WHEN role = 'moderator' THEN 2
        WHEN is_established AND created_at <= now() - \(Self.leastAge)::interval THEN 1 ELSE 0 END, role = 'moderator'
      FROM users WHERE id = \(voter)
      """,
      """
      SELECT count(*) FROM votes WHERE trace_id = \(trace) AND network = \(network.digest) AND weight > 0
      """,
    ])
    guard let (contributor, updatedAt) = try results[0].first?.decode(UUID.self, Date.self) else {
      return nil
    }
    let (weight, isModerator) = try results[1].first?.decode(Int.self, Bool.self) ?? (0, false)
    let isNetworkUsed = try results[2].first?.decode(Int.self) ?? 0 > 0
    let own = try await connection.query("SELECT network FROM users WHERE id = \(contributor)").first?
      .decode(String?.self)
    let isForeign = isModerator || (!isNetworkUsed && own != network.digest)
    return Facts(contributor: contributor, updatedAt: updatedAt, weight: isForeign ? Int32(weight) : 0)
  }

  private func count(
    _ facts: Facts, on trace: UUID, threshold: Int, _ connection: PostgresConnection
  ) async throws -> Status {
    let weight = facts.weight
    let confirmations = self == .confirm ? weight : 0
    let trust = Double(self == .confirm ? weight : -weight)
    let results = try await connection.pipeline([
      """
      UPDATE traces SET trust_score = trust_score + \(trust),
        confirmation_count = confirmation_count + \(confirmations),
        status = CASE WHEN \(confirmations) > 0 AND confirmation_count + \(confirmations) >= \(Int32(threshold))
          THEN 'validated' ELSE status END,
        is_provisional = is_provisional
          AND NOT (\(confirmations) > 0 AND confirmation_count + \(confirmations) >= \(Int32(threshold)))
      WHERE id = \(trace) RETURNING status, trust_score, confirmation_count
      """
    ])
    let (status, trustScore, count) =
      try results[0].first?.decode(String.self, Double.self, Int.self) ?? ("", 0, 0)
    if status == "validated", confirmations > 0 {
      try await connection.query(
        "UPDATE users SET is_established = true WHERE id = \(facts.contributor) AND NOT is_established AND NOT is_seed"
      )
    }
    return Status(status: status, trustScore: trustScore, confirmationCount: count, weight: Int(weight))
  }
}
