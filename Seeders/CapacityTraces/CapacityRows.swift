import FoundationEssentials
import Postgres
import SeedGenerators
import TraceStore

/// Generates the rows. Each depends only on the options and the row number.
struct CapacityRows: Sendable {
  /// The dimensions of the column `traces.embedding`.
  static let dimensions = 1536
  /// The columns, in the order in which ``encode(_:_:)`` appends them.
  static let columns = [
    "id", "title", "context_text", "solution_text", "embedding", "embedding_model_id",
    "embedding_model_version", "status", "trust_score", "confirmation_count", "contributor_id",
    "agent_model", "agent_version", "is_seed",
  ]

  private let text: CapacityText
  private let vectors: ClusteredVectors
  private let seed: UInt64
  private let model: EmbeddingModel
  private let owner: UUID
  private let confirmations: Int32

  init(options: CapacityOptions, text: CapacityText, owner: UUID, confirmations: Int) {
    self.text = text
    self.owner = owner
    model = options.model
    seed = UInt64(bitPattern: Int64(options.seed))
    vectors = ClusteredVectors(
      seed: seed, dimensions: Self.dimensions, clusters: options.clusters, similarity: options.similarity)
    self.confirmations = Int32(confirmations)
  }

  /// Appends a row.
  func encode(_ row: Int, _ rows: inout PostgresRowBuffer) throws {
    let random = CounterRandom(seed: seed, stream: 3, index: UInt64(row))
    let texts = text.texts(row: row, random: random)
    rows.beginRow(columns: Self.columns.count)
    // The ID is derived from the title, as for every seeded trace.
    try rows.append(DeterministicID.make(table: "traces", naturalKey: texts.title))
    try rows.append(texts.title)
    try rows.append(texts.context)
    try rows.append(texts.solution)
    rows.append(byteCount: vectors.encodedSize) { vectors.write(row: row, to: $0) }
    try rows.append(model.id)
    try rows.append(model.version)
    try rows.append("validated")
    try rows.append(1.0)
    try rows.append(confirmations)
    try rows.append(owner)
    try rows.append("capacity-traces")
    try rows.append("1")
    try rows.append(true)
  }
}
