public import FoundationEssentials
public import Postgres

/// The state of the embedding work for a model.
public struct EmbeddingBacklog: Hashable, Sendable {
  /// The number of traces without an embedding of the model, including those given up.
  public let waiting: Int
  /// The number of traces that workers are processing.
  public let leased: Int
  /// The number of traces that failed and wait for a retry.
  public let pausing: Int
  /// The number of traces that failed too often.
  public let givenUp: Int
  /// The total counts of all workers, including stopped ones.
  public let totals: EmbeddingWorkerRecord.Counts
  /// The running workers.
  public let workers: [EmbeddingWorkerRecord]

  /// Reads the state from the database.
  ///
  /// - Throws: `PostgresError`.
  public static func read(
    for model: EmbeddingModel, on connection: PostgresConnection
  ) async throws -> EmbeddingBacklog {
    let waiting = try await TraceVectors.pendingCount(for: model, on: connection)
    let (leased, pausing, givenUp) = try await connection.queryOne(
      """
      SELECT
        (SELECT count(*) FROM embedding_jobs WHERE holder IS NOT NULL AND leased_until > now()),
        (SELECT count(*) FROM embedding_jobs WHERE holder IS NULL AND given_up_at IS NULL AND leased_until > now()),
        (SELECT count(*) FROM \(givenUpJobs(of: model)))
      """
    ).decode(Int.self, Int.self, Int.self)
    let records = try await EmbeddingWorkerRecord.all(on: connection)
    return EmbeddingBacklog(
      waiting: waiting, leased: leased, pausing: pausing, givenUp: givenUp,
      totals: records.map(\.counts).reduce(into: .init()) { $0.add($1) }, workers: records.filter(\.isThere))
  }

  /// A trace that failed too often.
  public struct GivenUp: Hashable, Sendable, Encodable {
    /// The ID of the trace.
    public let id: UUID
    /// The title of the trace.
    public let title: String
    /// The number of attempts.
    public let attempts: Int
    /// The error of the last attempt.
    public let reason: String
    /// When the worker gave up.
    public let since: Date
  }

  /// The traces whose current text failed too often, most recent first.
  ///
  /// - Throws: `PostgresError`.
  public static func givenUp(
    for model: EmbeddingModel, limit: Int, on connection: PostgresConnection
  ) async throws -> [GivenUp] {
    try await connection.query(
      """
      SELECT trace_id, title, attempts, coalesce(last_error, ''), given_up_at FROM \(givenUpJobs(of: model))
      ORDER BY given_up_at DESC, trace_id LIMIT \(Int32(limit))
      """
    ).map { row in
      let (id, title, attempts, reason, since) = try row.decode(
        UUID.self, String.self, Int32.self, String.self, Date.self)
      return GivenUp(id: id, title: title, attempts: Int(attempts), reason: reason, since: since)
    }
  }

  /// Schedules traces that were given up, or that wait for a retry, for an immediate retry and notifies the workers.
  ///
  /// - Parameter ids: the traces; nil for all.
  /// - Returns: the number of traces that will be retried.
  /// - Throws: `PostgresError`.
  public static func retry(_ ids: [UUID]?, on connection: PostgresConnection) async throws -> Int {
    let which: PostgresQuery = ids.map { "AND trace_id = ANY(\($0))" } ?? ""
    return try await connection.pipeline([
      """
      UPDATE embedding_jobs SET attempts = 0, given_up_at = NULL, last_error = NULL, leased_until = leased_at
      WHERE holder IS NULL \(which) RETURNING 1
      """,
      TraceVectors.announcement,
    ])[0].count
  }

  private static func givenUpJobs(of model: EmbeddingModel) -> PostgresQuery {
    """
    (SELECT trace_id, title, attempts, last_error, given_up_at
      FROM embedding_jobs JOIN traces ON traces.id = trace_id
      WHERE given_up_at IS NOT NULL AND text_digest = \(EmbeddingJob.digest)
        AND (model_id, model_version) = (\(model.id), \(model.version))
        AND \(EmbeddingQueue.isPending(for: model))) AS given_up
    """
  }
}
