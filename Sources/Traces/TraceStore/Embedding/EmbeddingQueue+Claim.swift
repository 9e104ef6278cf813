import FoundationEssentials
public import Postgres

extension EmbeddingQueue {
  /// The result of a claim.
  public enum Claim: Sendable {
    /// Leases on these jobs, in the order of their IDs.
    case jobs([EmbeddingJob])
    /// Other workers were faster.
    case taken
    /// No work is due.
    case nothing
  }

  private struct Candidate {
    let id: UUID
    let digest: PostgresBytes
    let attempts: Int
  }

  /// Leases traces that no other worker has leased.
  ///
  /// The search starts at a random ID, so that workers seldom compete for the same traces. Traces that failed before,
  /// or whose workers died, are leased in separate batches. The batches shrink with each attempt, so that a faulty
  /// trace does not make others fail.
  ///
  /// - Parameters:
  ///   - limit: the maximum number of traces.
  ///   - retriesFirst: whether traces that failed before are preferred. Alternate it, or one kind could starve the
  ///     other.
  /// - Throws: `PostgresError`.
  public func claim(
    limit: Int, retriesFirst: Bool, on connection: PostgresConnection
  ) async throws -> Claim {
    var wasTaken = false
    for takesRetries in [retriesFirst, !retriesFirst] {
      let candidates =
        takesRetries
        ? try await retries(limit: limit, on: connection) : try await fresh(limit: limit, on: connection)
      guard !candidates.isEmpty else { continue }
      let jobs = try await lease(candidates, on: connection)
      if !jobs.isEmpty { return .jobs(jobs) }
      wasTaken = true
    }
    return wasTaken ? .taken : .nothing
  }

  /// Traces that have not been tried with their current text and this model.
  private func fresh(limit: Int, on connection: PostgresConnection) async throws -> [Candidate] {
    let start = UUID()
    var found = try await fresh("embedding IS NULL AND traces.id >= \(start)", limit: limit, on: connection)
    if found.count < limit {
      found += try await fresh(
        "embedding IS NULL AND traces.id < \(start)", limit: limit - found.count, on: connection)
    }
    guard found.isEmpty else { return found }
    // Written as smaller or larger, because PostgreSQL uses no index for `<>`.
    return try await fresh(
      """
      embedding_model_id = \(model.id) AND (embedding_model_version IS NULL
        OR embedding_model_version < \(model.version) OR embedding_model_version > \(model.version))
      """, limit: limit, on: connection)
  }

  private func fresh(
    _ condition: PostgresQuery, limit: Int, on connection: PostgresConnection
  ) async throws -> [Candidate] {
    try await candidates(
      """
      SELECT traces.id, \(EmbeddingJob.digest), 0 FROM traces
        LEFT JOIN embedding_jobs AS job ON job.trace_id = traces.id
      WHERE \(condition) AND \(TraceVectors.isOfText)
        AND (job.trace_id IS NULL OR (job.leased_until <= now() AND (job.attempts = 0
          OR (job.model_id, job.model_version) <> (\(model.id), \(model.version))
          OR job.text_digest <> \(EmbeddingJob.digest))))
      ORDER BY traces.id LIMIT \(Int32(limit))
      """, on: connection)
  }

  private func retries(limit: Int, on connection: PostgresConnection) async throws -> [Candidate] {
    let found = try await candidates(
      """
      SELECT trace_id, text_digest, attempts FROM embedding_jobs JOIN traces ON traces.id = trace_id
      WHERE leased_until <= now() AND given_up_at IS NULL AND attempts BETWEEN 1 AND \(Int32(maximumAttempts - 1))
        AND (model_id, model_version, text_digest) = (\(model.id), \(model.version), \(EmbeddingJob.digest))
        AND \(Self.isPending(for: model)) AND \(TraceVectors.isOfText)
      ORDER BY attempts, trace_id LIMIT \(Int32(limit))
      """, on: connection)
    guard let attempts = found.first?.attempts else { return [] }
    let company = max(1, limit >> min(2 * attempts, 30))
    return Array(found.prefix { $0.attempts == attempts }.prefix(company))
  }

  private func candidates(
    _ query: PostgresQuery, on connection: PostgresConnection
  ) async throws -> [Candidate] {
    try await connection.query(query).map { row in
      let (id, digest, attempts) = try row.decode(UUID.self, PostgresBytes.self, Int32.self)
      return Candidate(id: id, digest: digest, attempts: Int(attempts))
    }
  }

  /// Leases those candidates that are still free and reads their texts. The texts are read after leasing, to detect
  /// traces that another worker has just finished.
  private func lease(
    _ candidates: [Candidate], on connection: PostgresConnection
  ) async throws -> [EmbeddingJob] {
    let sorted = candidates.sorted { $0.id.uuidString < $1.id.uuidString }
    let claims: [PostgresQuery] = sorted.map { candidate in
      """
      INSERT INTO embedding_jobs AS job (trace_id, model_id, model_version, text_digest, holder, leased_at,
        leased_until, attempts)
      VALUES (\(candidate.id), \(model.id), \(model.version), \(candidate.digest), \(holder), now(),
        now() + \(lease), 1)
      ON CONFLICT (trace_id) DO UPDATE SET model_id = EXCLUDED.model_id,
        model_version = EXCLUDED.model_version, text_digest = EXCLUDED.text_digest, holder = EXCLUDED.holder,
        leased_at = EXCLUDED.leased_at, leased_until = EXCLUDED.leased_until, given_up_at = NULL,
        last_error = CASE WHEN \(Self.isSame) THEN job.last_error END,
        attempts = CASE WHEN \(Self.isSame) THEN job.attempts + 1 ELSE 1 END
      WHERE job.leased_until <= EXCLUDED.leased_at AND (job.given_up_at IS NULL OR NOT \(Self.isSame))
      RETURNING 1
      """
    }
    let read: PostgresQuery = """
      SELECT traces.id, title, context_text, solution_text, text_digest, attempts
      FROM embedding_jobs JOIN traces ON traces.id = trace_id
      WHERE trace_id = ANY(\(sorted.map(\.id))) AND holder = \(holder) AND \(EmbeddingJob.digest) = text_digest
        AND \(Self.isPending(for: model))
      ORDER BY traces.id
      """
    let results = try await connection.pipeline(claims + [read])
    let leased = Set(zip(sorted, results).filter { !$0.1.isEmpty }.map(\.0.id))
    guard let rows = results.last, !leased.isEmpty else { return [] }
    let jobs = try rows.map { row in
      let (id, title, context, solution, digest, attempts) = try row.decode(
        UUID.self, String.self, String.self, String.self, PostgresBytes.self, Int32.self)
      return EmbeddingJob(
        trace: TraceVectors.Pending(id: id, title: title, context: context, solution: solution),
        attempt: Int(attempts), digest: digest)
    }.filter { leased.contains($0.id) }
    let useless = leased.subtracting(jobs.map(\.id))
    if !useless.isEmpty {
      try await connection.query(
        "DELETE FROM embedding_jobs WHERE trace_id = ANY(\(Array(useless))) AND holder = \(holder)")
    }
    return jobs
  }

  private static let isSame: PostgresQuery = """
    ((job.model_id, job.model_version, job.text_digest)
      = (EXCLUDED.model_id, EXCLUDED.model_version, EXCLUDED.text_digest))
    """
}
