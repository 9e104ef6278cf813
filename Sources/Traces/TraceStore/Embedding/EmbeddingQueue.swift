public import FoundationEssentials
public import Postgres

/// The traces that have no vector of a model yet, shared out among workers on any number of machines.
///
/// A worker leases traces for a while, row by row in a table of its own, makes their vectors outside any
/// transaction, and stores them. Who is killed loses nothing but time: its leases end. All times are the
/// database's. Nothing here needs a session: it works behind poolers, and where traces are distributed.
public struct EmbeddingQueue: Sendable {
  /// The model that makes the vectors. Those of others are left alone.
  public let model: EmbeddingModel
  /// The worker.
  public let holder: UUID
  /// How long a lease lasts.
  public let leaseTime: Duration
  /// How often a trace is tried before it is given up.
  public let maximumAttempts: Int
  /// The pause after a trace's first failure; it doubles from one to the next, up to ten minutes.
  public let firstPause: Duration

  /// Describes a worker's view of the queue.
  ///
  /// - Parameters:
  ///   - model: the model that makes the vectors.
  ///   - holder: the worker; another one for each.
  ///   - leaseTime: longer than making the vectors of a batch takes. 2 minutes by default.
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

  /// Lengthens leases, counted from now.
  ///
  /// - Returns: the jobs that are still the worker's.
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

  /// Stores vectors and ends the leases, in one transaction. `updated_at` stays: the trace says what it said.
  ///
  /// A trace whose text has changed since it was read keeps what it has, and is found again; so does one
  /// that has got a vector meanwhile.
  ///
  /// - Returns: how many were stored.
  /// - Throws: `PostgresError`; then none is.
  public func store(
    _ vectors: [(job: EmbeddingJob, vector: PostgresVector)], on connection: PostgresConnection
  ) async throws -> Int {
    let sorted = vectors.sorted { $0.job.id.uuidString < $1.job.id.uuidString }
    // The small table first, as Citus demands of one transaction, and rows by their key, against deadlocks.
    let ends: [PostgresQuery] = sorted.map { end(of: $0.job) }
    let updates: [PostgresQuery] = sorted.map { job, vector in
      """
      UPDATE traces SET embedding = \(vector), embedding_model_id = \(model.id),
        embedding_model_version = \(model.version)
      WHERE id = \(job.id) AND \(EmbeddingJob.digest) = \(job.digest) AND \(Self.isPending(for: model))
      RETURNING 1
      """
    }
    return try await connection.pipeline(ends + updates).suffix(updates.count).map(\.count).reduce(0, +)
  }

  /// Gives leases back as if the jobs had never been tried: what went wrong was not the traces' fault.
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

  /// Records that a job failed by itself. It is tried again after a pause, or given up.
  ///
  /// - Parameter reason: what a person should know, without the trace's text.
  /// - Returns: whether it is given up.
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

  /// Gives up what workers have taken again and again and then died of, and forgets jobs whose traces have a
  /// vector, or are gone.
  ///
  /// - Returns: how many were given up.
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
      SELECT trace_id FROM embedding_jobs LEFT JOIN traces ON traces.id = trace_id
      WHERE leased_until <= now() AND (traces.id IS NULL OR embedding IS NOT NULL AND NOT (
        embedding_model_id IS NOT DISTINCT FROM model_id AND embedding_model_version IS DISTINCT FROM model_version))
      ORDER BY trace_id LIMIT 1000
      """
    ).map { try $0.decode(UUID.self) }
    if !done.isEmpty {
      try await connection.query(
        "DELETE FROM embedding_jobs WHERE trace_id = ANY(\(done)) AND leased_until <= now()")
    }
    return givenUp.count
  }

  /// How long until a lease or a pause ends, so that there may be something to do; nil if none runs.
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

  /// How long until the next lease of another worker ends; nil if no other works.
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

  /// Whether a trace has no vector, or one of another version of the model.
  static func isPending(for model: EmbeddingModel) -> PostgresQuery {
    """
    (embedding IS NULL OR (embedding_model_id = \(model.id)
      AND embedding_model_version IS DISTINCT FROM \(model.version)))
    """
  }
}

/// A trace whose vector somebody is making, alone for as long as the lease lasts.
public struct EmbeddingJob: Hashable, Sendable {
  /// The trace, as it was read after it was leased.
  public let trace: TraceVectors.Pending
  /// Which attempt this is, from 1.
  public let attempt: Int
  /// SHA-256 of the text.
  let digest: PostgresBytes

  /// The trace's id.
  public var id: UUID { trace.id }

  /// The digest of a trace's text, in SQL.
  static let digest: PostgresQuery = """
    sha256(convert_to(title || chr(31) || context_text || chr(31) || solution_text, 'UTF8'))
    """
}
