public import FoundationEssentials
public import Postgres

/// The published state of a worker. It lets every program report metrics for all workers.
public struct EmbeddingWorkerRecord: Hashable, Sendable {
  /// Counts since the worker started.
  public struct Counts: Hashable, Sendable, Codable {
    /// Traces that were embedded.
    public var embedded = 0
    /// Traces whose text changed in the meantime, so that the vector was discarded.
    public var stale = 0
    /// Attempts that failed because of the trace itself.
    public var failed = 0
    /// Traces that were given up.
    public var givenUp = 0
    /// Failures of the provider.
    public var providerFailures = 0
    /// Failures of the database.
    public var databaseFailures = 0

    /// Creates counts at zero.
    public init() {}

    /// Adds other counts.
    public mutating func add(_ other: Counts) {
      embedded += other.embedded
      stale += other.stale
      failed += other.failed
      givenUp += other.givenUp
      providerFailures += other.providerFailures
      databaseFailures += other.databaseFailures
    }
  }

  /// The ID of the worker.
  public let id: UUID
  /// The host and process ID.
  public let name: String
  /// The ID of the model.
  public let model: String
  /// When it started.
  public let startedAt: Date
  /// Whether the worker has reported recently and has not stopped.
  public var isThere = true
  /// Counts since the worker started.
  public var counts = Counts()
  /// Traces per second over the last minute.
  public var rate = 0.0
  /// The current error, if there is one.
  public var trouble: String?

  /// Creates the record of a new worker.
  public init(id: UUID, name: String, model: String, startedAt: Date) {
    self.id = id
    self.name = name
    self.model = model
    self.startedAt = startedAt
  }

  /// The maximum interval between reports.
  public static let interval: Duration = .seconds(15)

  /// Writes the current state to the database.
  ///
  /// - Parameter isLast: whether the worker stops.
  /// - Throws: `PostgresError`.
  public func tell(isLast: Bool = false, on connection: PostgresConnection) async throws {
    try await connection.query(
      """
      INSERT INTO embedding_workers (id, name, started_at, seen_at, stopped_at, model_id, embedded_count,
        stale_count, failed_count, given_up_count, provider_failure_count, database_failure_count, rate, trouble)
      VALUES (\(id), \(name), \(startedAt), now(), CASE WHEN \(isLast) THEN now() END, \(model),
        \(counts.embedded), \(counts.stale), \(counts.failed), \(counts.givenUp), \(counts.providerFailures),
        \(counts.databaseFailures), \(isLast ? 0 : rate), \(trouble))
      ON CONFLICT (id) DO UPDATE SET seen_at = EXCLUDED.seen_at, stopped_at = EXCLUDED.stopped_at,
        embedded_count = EXCLUDED.embedded_count, stale_count = EXCLUDED.stale_count,
        failed_count = EXCLUDED.failed_count, given_up_count = EXCLUDED.given_up_count,
        provider_failure_count = EXCLUDED.provider_failure_count,
        database_failure_count = EXCLUDED.database_failure_count, rate = EXCLUDED.rate, trouble = EXCLUDED.trouble
      """)
  }

  /// Merges workers that were last seen more than a day ago into one row. This keeps the table small, and the totals
  /// never decrease.
  ///
  /// - Throws: `PostgresError`.
  public static func fold(on connection: PostgresConnection) async throws {
    let nobody = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    try await connection.query(
      """
      WITH gone AS (
        DELETE FROM embedding_workers WHERE seen_at < now() - interval '1 day' AND id <> \(nobody) RETURNING *
      )
      INSERT INTO embedding_workers AS past (id, name, started_at, seen_at, stopped_at, model_id, embedded_count,
        stale_count, failed_count, given_up_count, provider_failure_count, database_failure_count, rate)
      SELECT \(nobody), '', min(started_at), max(seen_at), max(seen_at), '', sum(embedded_count), sum(stale_count),
        sum(failed_count), sum(given_up_count), sum(provider_failure_count), sum(database_failure_count), 0
      FROM gone HAVING count(*) > 0
      ON CONFLICT (id) DO UPDATE SET seen_at = EXCLUDED.seen_at, stopped_at = EXCLUDED.stopped_at,
        embedded_count = past.embedded_count + EXCLUDED.embedded_count,
        stale_count = past.stale_count + EXCLUDED.stale_count,
        failed_count = past.failed_count + EXCLUDED.failed_count,
        given_up_count = past.given_up_count + EXCLUDED.given_up_count,
        provider_failure_count = past.provider_failure_count + EXCLUDED.provider_failure_count,
        database_failure_count = past.database_failure_count + EXCLUDED.database_failure_count
      """)
  }

  /// All workers, sorted by name.
  static func all(on connection: PostgresConnection) async throws -> [EmbeddingWorkerRecord] {
    try await connection.query(
      """
      SELECT id, name, model_id, started_at, stopped_at IS NULL AND seen_at > now() - interval '1 minute' AS is_there,
        rate, trouble, embedded_count, stale_count, failed_count, given_up_count, provider_failure_count,
        database_failure_count
      FROM embedding_workers ORDER BY name, started_at
      """
    ).map { row in
      var record = EmbeddingWorkerRecord(
        id: try row.decode("id"), name: try row.decode("name"), model: try row.decode("model_id"),
        startedAt: try row.decode("started_at"))
      record.isThere = try row.decode("is_there")
      record.rate = try row.decode("rate")
      record.trouble = try row.decode("trouble")
      record.counts.embedded = try row.decode("embedded_count")
      record.counts.stale = try row.decode("stale_count")
      record.counts.failed = try row.decode("failed_count")
      record.counts.givenUp = try row.decode("given_up_count")
      record.counts.providerFailures = try row.decode("provider_failure_count")
      record.counts.databaseFailures = try row.decode("database_failure_count")
      return record
    }
  }
}
