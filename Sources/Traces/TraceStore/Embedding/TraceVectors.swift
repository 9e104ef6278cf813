public import FoundationEssentials
public import Postgres

/// The vectors of traces, as far as they follow from the traces' texts.
///
/// Capacity data is left out: its vectors are generated, not made of its texts.
public enum TraceVectors {
  /// A trace that has no vector yet, or one of another version of the model.
  public struct Pending: Hashable, Sendable {
    /// The trace.
    public let id: UUID
    /// Its title.
    public let title: String
    /// The problem.
    public let context: String
    /// The solution.
    public let solution: String
  }

  /// Finds traces, pending ones like validated ones, that have no vector, or one that another version
  /// of the model made. Those that another model made are not among them.
  ///
  /// Finding that there are none takes a few steps in two indexes, however large the table is. Another
  /// version is written as smaller or larger, because no index is used for "not equal".
  ///
  /// - Parameters:
  ///   - model: the model that would make them.
  ///   - limit: how many, in the order of their ids.
  /// - Throws: `PostgresError`.
  public static func pending(
    for model: EmbeddingModel, limit: Int, on connection: PostgresConnection
  ) async throws -> [Pending] {
    try await connection.query(
      """
      SELECT id, title, context_text, solution_text FROM traces
      WHERE (embedding IS NULL OR (embedding_model_id = \(model.id) AND (embedding_model_version IS NULL
          OR embedding_model_version < \(model.version) OR embedding_model_version > \(model.version))))
        AND \(isOfText)
      ORDER BY id LIMIT \(Int32(limit))
      """
    ).map { row in
      let (id, title, context, solution) = try row.decode(UUID.self, String.self, String.self, String.self)
      return Pending(id: id, title: title, context: context, solution: solution)
    }
  }

  /// Whether a trace's vector is made of its text: not that of generated ones.
  static var isOfText: PostgresQuery {
    "contributor_id IS DISTINCT FROM (SELECT id FROM users WHERE email = \(CapacityCheck.contributor))"
  }

  /// The channel on which workers hear of traces without a vector.
  public static let channel = "trace_embeddings"

  /// Tells workers of traces without a vector when the transaction commits. Sent by whoever inserts some,
  /// not by a trigger; one that nobody sends costs a worker no more than waiting for its next look.
  public static let announcement: PostgresQuery = "SELECT pg_notify(\(channel), '')"

  /// How many traces ``pending(for:limit:on:)`` would find.
  ///
  /// - Throws: `PostgresError`.
  public static func pendingCount(
    for model: EmbeddingModel, on connection: PostgresConnection
  ) async throws -> Int {
    // Two counts, each of which an index answers.
    try await connection.queryOne(
      """
      SELECT (SELECT count(*) FROM traces WHERE embedding IS NULL AND \(isOfText))
        + (SELECT count(*) FROM traces WHERE embedding_model_id = \(model.id) AND (
          embedding_model_version < \(model.version) OR embedding_model_version > \(model.version)
          OR embedding_model_version IS NULL) AND embedding IS NOT NULL AND \(isOfText))
      """
    ).decode(Int.self)
  }

  /// Stores vectors, in the order given. `updated_at` stays: the trace says what it said.
  ///
  /// A trace whose text somebody has changed since it was read keeps what it has: the vector would be
  /// the old text's. All statements are sent at once; each is for one id, which is what a distributed
  /// table takes, and locks one row after the other, which one statement over all does not promise.
  ///
  /// - Parameters:
  ///   - vectors: the traces as they were read, in the order of their ids, each with its vector.
  ///   - model: the model that made them.
  ///   - connection: inside a transaction.
  /// - Returns: how many were stored.
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

  /// Removes the vectors of a model. Generated traces keep theirs: nobody could make those again from the texts.
  ///
  /// - Returns: how many traces had one.
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
