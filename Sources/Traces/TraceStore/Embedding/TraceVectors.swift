public import FoundationEssentials
public import Postgres

/// The embeddings that are computed from the texts of traces.
///
/// Capacity data is excluded, because its vectors are generated.
public enum TraceVectors {
  /// A trace that has no embedding, or one of another version of the model.
  public struct Pending: Hashable, Sendable {
    /// The ID of the trace.
    public let id: UUID
    /// The title.
    public let title: String
    /// The problem.
    public let context: String
    /// The solution.
    public let solution: String
  }

  /// Finds pending and validated traces that have no embedding, or one of another version of the model. Traces with
  /// an embedding of another model are not included.
  ///
  /// If there are none, this takes a few index lookups, whatever the size of the table. "Another version" is written
  /// as smaller or larger, because PostgreSQL uses no index for `<>`.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - limit: the maximum number of traces, in the order of their IDs.
  /// - Throws: `PostgresError`.
  public static func pending(
    for model: EmbeddingModel, limit: Int, on connection: PostgresConnection
  ) async throws -> [Pending] {
    try pending(try await connection.query(pendingQuery(for: model, limit: limit)))
  }

  /// The query of ``pending(for:limit:on:)``.
  public static func pendingQuery(for model: EmbeddingModel, limit: Int) -> PostgresQuery {
    """
    SELECT id, title, context_text, solution_text FROM traces
    WHERE (embedding IS NULL OR (embedding_model_id = \(model.id) AND (embedding_model_version IS NULL
        OR embedding_model_version < \(model.version) OR embedding_model_version > \(model.version))))
      AND \(isOfText)
    ORDER BY id LIMIT \(Int32(limit))
    """
  }

  /// Decodes the rows of ``pendingQuery(for:limit:)``.
  public static func pending(_ rows: PostgresRows) throws -> [Pending] {
    try rows.map { row in
      let (id, title, context, solution) = try row.decode(UUID.self, String.self, String.self, String.self)
      return Pending(id: id, title: title, context: context, solution: solution)
    }
  }

  /// Whether a trace's embedding is computed from its text, as opposed to generated.
  static var isOfText: PostgresQuery {
    "contributor_id IS DISTINCT FROM (SELECT id FROM users WHERE email = \(CapacityCheck.contributor))"
  }

  /// The notification channel for traces without an embedding.
  public static let channel = "trace_embeddings"

  /// Notifies workers of traces without an embedding when the transaction commits. The code that inserts traces sends
  /// it, there is no trigger. If a notification is missing, workers find the traces when they poll.
  public static let announcement: PostgresQuery = "SELECT pg_notify(\(channel), '')"

  /// The number of traces that ``pending(for:limit:on:)`` would find without a limit.
  ///
  /// - Throws: `PostgresError`.
  public static func pendingCount(
    for model: EmbeddingModel, on connection: PostgresConnection
  ) async throws -> Int {
    try await connection.queryOne(pendingCountQuery(for: model)).decode(Int.self)
  }

  /// The query of ``pendingCount(for:on:)``.
  public static func pendingCountQuery(for model: EmbeddingModel) -> PostgresQuery {
    // Two counts, so that each can use an index.
    """
    SELECT (SELECT count(*) FROM traces WHERE embedding IS NULL AND \(isOfText))
      + (SELECT count(*) FROM traces WHERE embedding_model_id = \(model.id) AND (
        embedding_model_version < \(model.version) OR embedding_model_version > \(model.version)
        OR embedding_model_version IS NULL) AND embedding IS NOT NULL AND \(isOfText))
    """
  }

  /// Stores vectors in the given order. `updated_at` is not changed, because the text stays the same.
  ///
  /// A trace whose text has changed since it was read is skipped, because the vector belongs to the old text. The
  /// statements are pipelined. Each updates one ID, as distributed tables require, and rows are locked one after
  /// another. A single statement for all rows would not guarantee an order.
  ///
  /// - Parameters:
  ///   - vectors: the traces as they were read, in the order of their IDs, each with its vector.
  ///   - model: the model of the vectors.
  ///   - connection: a connection inside a transaction.
  /// - Returns: the number of stored vectors.
  /// - Throws: `PostgresError`.
  public static func store(
    _ vectors: [(trace: Pending, vector: PostgresVector)], of model: EmbeddingModel,
    on connection: PostgresConnection
  ) async throws -> Int {
    let updates: [PostgresQuery] = vectors.map { trace, vector in
      """
      UPDATE traces SET embedding = \(vector), embedding_model_id = \(model.id),
        embedding_model_version = \(model.version)
      WHERE id = \(trace.id) AND title = \(trace.title) AND context_text = \(trace.context)
        AND solution_text = \(trace.solution)
      RETURNING 1
      """
    }
    return try await connection.pipeline(updates).map(\.count).reduce(0, +)
  }

  /// Removes the embeddings of a model. Generated traces keep their vectors, because these cannot be computed from
  /// the texts.
  ///
  /// - Returns: the number of embeddings removed.
  /// - Throws: `PostgresError`.
  public static func clear(of model: EmbeddingModel, on connection: PostgresConnection) async throws -> Int {
    try await connection.queryOne(
      """
      WITH cleared AS (
        UPDATE traces SET embedding = NULL, embedding_model_id = NULL, embedding_model_version = NULL
        WHERE embedding_model_id = \(model.id) AND contributor_id NOT IN (
          SELECT id FROM users WHERE email = \(CapacityCheck.contributor))
        RETURNING 1
      ) SELECT count(*) FROM cleared
      """
    ).decode(Int.self)
  }
}
