public import FoundationEssentials
public import Postgres

/// The traces without an embedding of a model, shared among workers on any number of machines.
///
/// A worker leases traces in a separate table, computes their embeddings outside of any transaction, and stores them.
/// If a worker is killed, its leases expire and others take over. All times are the database's. No session state is
/// used, so this works behind connection poolers and with distributed tables.
public struct EmbeddingQueue: Sendable {
  /// The model. Embeddings of other models are left unchanged.
  public let model: EmbeddingModel
  /// The ID of the worker.
  public let holder: UUID
  /// The duration of a lease.
  public let leaseTime: Duration
  /// The number of attempts before a trace is given up.
  public let maximumAttempts: Int
  /// The pause after the first failure of a trace. It doubles with each attempt, up to ten minutes.
  public let firstPause: Duration

  /// Creates a worker's view of the queue.
  ///
  /// - Parameters:
  ///   - model: the model that computes the embeddings.
  ///   - holder: the ID of the worker, which must be unique.
  ///   - leaseTime: must be longer than it takes to embed a batch. 2 minutes by default.
  ///   - maximumAttempts: 5 by default.
  ///   - firstPause: 5 seconds by default.
  public init(
    model: EmbeddingModel, holder: UUID, leaseTime: Duration = .seconds(120), maximumAttempts: Int = 5,
    firstPause: Duration = .seconds(5)
  ) {
    self.model = model
    self.holder = holder
    self.leaseTime = leaseTime
    self.maximumAttempts = max(1, maximumAttempts)
    self.firstPause = firstPause
  }

  /// Renews leases from now on.
  ///
  /// - Returns: the jobs whose leases are still held.
  /// - Throws: `PostgresError`.
  public func renew(
    _ jobs: [EmbeddingJob], on connection: PostgresConnection
  ) async throws -> [EmbeddingJob] {
    let results = try await connection.pipeline(
      jobs.map { job in
        """
        UPDATE embedding_jobs SET leased_until = now() + \(lease) WHERE trace_id = \(job.id)
          AND holder = \(holder) RETURNING 1
        """
      })
    return zip(jobs, results).filter { !$0.1.isEmpty }.map(\.0)
  }

  /// Stores vectors and ends the leases in one transaction. `updated_at` is not changed, because the text stays the
  /// same.
  ///
  /// A trace is skipped if its text has changed since it was read, or if it has been embedded in the meantime. If its
  /// text has changed, it will be found again.
  ///
  /// - Returns: the number of stored vectors.
  /// - Throws: `PostgresError`; then nothing is stored.
  public func store(
    _ vectors: [(job: EmbeddingJob, vector: PostgresVector)], on connection: PostgresConnection
  ) async throws -> Int {
    let sorted = vectors.sorted { $0.job.id.uuidString < $1.job.id.uuidString }
    // The small table first, which Citus requires within a transaction. Rows are in key order to avoid deadlocks.
    let ends: [PostgresQuery] = sorted.map { end(of: $0.job) }
    let updates: [PostgresQuery] = sorted.map { job, vector in
      """
      UPDATE traces SET embedding = \(vector), embedding_model_id = \(model.id),
        embedding_model_version = \(model.version)
      WHERE id = \(job.id) AND title = \(job.trace.title) AND context_text = \(job.trace.context)
        AND solution_text = \(job.trace.solution) AND \(Self.isPending(for: model))
      RETURNING 1
      """
    }
    return try await connection.pipeline(ends + updates).suffix(updates.count).map(\.count).reduce(0, +)
  }

  /// Releases leases without counting the attempt, for failures that the traces did not cause.
  ///
  /// - Throws: `PostgresError`.
  public func release(_ jobs: [EmbeddingJob], on connection: PostgresConnection) async throws {
    try await connection.pipeline(
      jobs.map { job in
        """
        UPDATE embedding_jobs SET holder = NULL, leased_until = leased_at, attempts = attempts - 1
        WHERE trace_id = \(job.id) AND holder = \(holder)
        """
      })
  }

  /// Records that a job failed because of its own text. It will be retried after a pause, or is given up.
  ///
  /// - Parameter reason: the error, without the text of the trace.
  /// - Returns: whether the trace was given up.
  /// - Throws: `PostgresError`.
  public func fail(
    _ job: EmbeddingJob, reason: String, on connection: PostgresConnection
  ) async throws -> Bool {
    let pause = min(firstPause * (1 << min(job.attempt - 1, 20)), .seconds(600))
    let rows = try await connection.query(
      """
      UPDATE embedding_jobs SET holder = NULL, leased_until = now() + \(interval(pause)), last_error = \(reason),
        given_up_at = CASE WHEN attempts >= \(Int32(maximumAttempts)) THEN now() END
      WHERE trace_id = \(job.id) AND holder = \(holder) RETURNING given_up_at IS NOT NULL
      """)
    return try rows.first?.decode(Bool.self) ?? false
  }

  /// Gives up on traces whose workers repeatedly died. Deletes jobs whose traces have an embedding or were deleted.
  ///
  /// - Returns: the number of traces given up.
  /// - Throws: `PostgresError`.
  public func sweep(on connection: PostgresConnection) async throws -> Int {
    let givenUp = try await connection.query(
      """
      UPDATE embedding_jobs SET holder = NULL, given_up_at = now(),
        last_error = coalesce(last_error, 'every worker that leased it ended unexpectedly')
      WHERE leased_until <= now() AND attempts >= \(Int32(maximumAttempts)) AND given_up_at IS NULL RETURNING 1
      """)
    let done = try await connection.query(
      """
      SELECT job.trace_id FROM embedding_jobs AS job LEFT JOIN (
        SELECT trace_id FROM embedding_jobs JOIN traces ON traces.id = trace_id
        WHERE leased_until <= now() AND (embedding IS NULL OR (
          embedding_model_id IS NOT DISTINCT FROM model_id AND embedding_model_version IS DISTINCT FROM model_version))
      ) AS pending ON pending.trace_id = job.trace_id
      WHERE leased_until <= now() AND pending.trace_id IS NULL
      ORDER BY job.trace_id LIMIT 1000
      """
    ).map { try $0.decode(UUID.self) }
    if !done.isEmpty {
      try await connection.query(
        "DELETE FROM embedding_jobs WHERE trace_id = ANY(\(done)) AND leased_until <= now()")
    }
    return givenUp.count
  }

  /// The time until the next lease or pause ends; nil if there is none.
  ///
  /// - Throws: `PostgresError`.
  public func nextDue(on connection: PostgresConnection) async throws -> Duration? {
    try await connection.queryOne(
      """
      SELECT extract(epoch FROM min(leased_until) - now())::double precision FROM embedding_jobs
      WHERE given_up_at IS NULL AND leased_until > now()
      """
    ).decode(Double?.self).map { .milliseconds(Int64(max(0, $0) * 1000) + 1) }
  }

  /// The time until the next lease of another worker ends; nil if there is none.
  ///
  /// - Throws: `PostgresError`.
  public func othersWork(on connection: PostgresConnection) async throws -> Duration? {
    try await connection.queryOne(
      """
      SELECT extract(epoch FROM min(leased_until) - now())::double precision FROM embedding_jobs
      WHERE holder IS NOT NULL AND given_up_at IS NULL AND leased_until > now()
      """
    ).decode(Double?.self).map { .milliseconds(Int64(max(0, $0) * 1000) + 1) }
  }

  func end(of job: EmbeddingJob) -> PostgresQuery {
    "DELETE FROM embedding_jobs WHERE trace_id = \(job.id) AND holder = \(holder)"
  }

  var lease: PostgresQuery { interval(leaseTime) }

  private func interval(_ duration: Duration) -> PostgresQuery {
    "make_interval(secs => \(duration.milliseconds / 1000))"
  }

  /// Whether a trace has no embedding, or one of another version of the model.
  static func isPending(for model: EmbeddingModel) -> PostgresQuery {
    """
    (embedding IS NULL OR (embedding_model_id = \(model.id)
      AND embedding_model_version IS DISTINCT FROM \(model.version)))
    """
  }
}

/// A leased trace. No other worker processes it until the lease expires.
public struct EmbeddingJob: Hashable, Sendable {
  /// The trace, as it was read after it was leased.
  public let trace: TraceVectors.Pending
  /// The number of this attempt, starting with 1.
  public let attempt: Int
  /// The SHA-256 of the text.
  let digest: PostgresBytes

  /// The ID of the trace.
  public var id: UUID { trace.id }

  /// The SHA-256 of a trace's text, in SQL.
  static let digest: PostgresQuery = """
    sha256(convert_to(title || chr(31) || context_text || chr(31) || solution_text, 'UTF8'))
    """
}
