public import Postgres

/// A vector index on the traces.
public enum TraceIndex: String, Sendable, CaseIterable {
  /// HNSW on the full vectors, created by the migrations. 8 KB per row with 1,536 dimensions.
  case vector
  /// HNSW on half-precision vectors: half the size, and practically the same results.
  case halfvec
  /// HNSW on one bit per dimension, searched by Hamming distance and reranked by the full vectors: a sixteenth of the
  /// size.
  case bit

  /// The dimensions of `traces.embedding`: those of OpenAI's text-embedding-3-small.
  public static let dimensions = 1536

  /// The maximum number of connections per node and layer (`m`): pgvector's default.
  static let connections = 16
  /// The number of candidates while a node is inserted (`ef_construction`): pgvector's default.
  static let constructionCandidates = 64

  /// The condition for the rows of the index: the traces that everybody finds.
  public static let predicate = TraceVisibility.everybody.sql

  /// The name of the index.
  public var name: String {
    switch self {
    // The name that the migration gave it.
    case .vector: "ix_traces_embedding_hnsw"
    case .halfvec: "ix_traces_embedding_hnsw_halfvec"
    case .bit: "ix_traces_embedding_hnsw_bit"
    }
  }

  /// The indexed expression and its operator class.
  private var key: String {
    switch self {
    case .vector: "embedding vector_cosine_ops"
    case .halfvec: "(embedding::halfvec(\(Self.dimensions))) halfvec_cosine_ops"
    case .bit: "(binary_quantize(embedding)::bit(\(Self.dimensions))) bit_hamming_ops"
    }
  }

  /// The statement that creates the index, on the traces that everybody finds.
  public var definition: String {
    """
    CREATE INDEX \(name) ON traces USING hnsw (\(key)) \
    WITH (m = \(Self.connections), ef_construction = \(Self.constructionCandidates)) \
    WHERE \(Self.predicate)
    """
  }

  /// The approximate size of the index on disk, in bytes. A page of 8 KB holds one vector, two in half precision, or
  /// fifteen with one bit per dimension.
  ///
  /// - Parameter rowCount: the number of rows with a vector.
  public func expectedSize(rowCount: Int) -> Int {
    switch self {
    case .vector: rowCount * 8192
    case .halfvec: rowCount * 4096
    case .bit: rowCount * 8192 / 15
    }
  }

  /// An SQL condition: whether the index exists, can be used, and contains only the traces that everybody finds.
  public var isValidCondition: String {
    """
    EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('\(name)') AND indisvalid AND indisready
      AND indpred IS NOT NULL)
    """
  }

  /// The memory of a build in bytes, as estimated in pgvector's issue 844: 8 bytes plus the components of each row,
  /// and a third more for the graph.
  ///
  /// - Parameter rowCount: the number of rows with a vector.
  public func buildMemory(rowCount: Int) -> Int {
    let component =
      switch self {
      case .vector: 4.0
      case .halfvec: 2.0
      case .bit: 0.125
      }
    return Int(Double(rowCount) * (8 + Double(Self.dimensions) * component) * 1.3)
  }

  /// The usable indexes, in the order in which search prefers them.
  ///
  /// - Throws: `PostgresError`.
  public static func available(on connection: PostgresConnection) async throws -> [TraceIndex] {
    let names = try await connection.query(
      """
      SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
      WHERE indrelid = to_regclass('traces') AND indisvalid AND indisready
        AND relname = ANY(\(allCases.map(\.name)))
      """
    ).map { try $0.decode(String.self) }
    return allCases.filter { names.contains($0.name) }
  }
}

/// An embedding model. Only vectors of the same model can be compared.
public struct EmbeddingModel: Hashable, Sendable {
  /// The value of `traces.embedding_model_id`.
  public let id: String
  /// The value of `traces.embedding_model_version`.
  public let version: String

  /// Creates a model.
  public init(id: String, version: String) {
    self.id = id
    self.version = version
  }

  /// The built-in model, which needs no network.
  public static let local = EmbeddingModel(id: "local", version: "3")
}
