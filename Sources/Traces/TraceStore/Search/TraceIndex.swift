public import Postgres

/// An index by which traces are found by the meaning of their text.
public enum TraceIndex: String, Sendable, CaseIterable {
  /// HNSW over the vectors as they are: the index of the migrations. 8 KB a row at 1,536 dimensions.
  case vector
  /// HNSW over the vectors in half precision: half the size, practically the same results.
  case halfvec
  /// HNSW over one bit a dimension, searched by Hamming distance and ranked again by the full vectors:
  /// a sixteenth of the size.
  case bit

  /// Dimensions of `traces.embedding`: those of OpenAI's text-embedding-3-small.
  public static let dimensions = 1536

  /// Connections of a node in the graph's layers: pgvector's default.
  static let connections = 16
  /// Candidates looked at while a node is inserted: pgvector's default.
  static let constructionCandidates = 64

  /// The index's name.
  public var name: String {
    switch self {
    // As the migration that made it called it.
    case .vector: "ix_traces_embedding_hnsw"
    case .halfvec: "ix_traces_embedding_hnsw_halfvec"
    case .bit: "ix_traces_embedding_hnsw_bit"
    }
  }

  /// What is indexed, with its operator class.
  private var key: String {
    switch self {
    case .vector: "embedding vector_cosine_ops"
    case .halfvec: "(embedding::halfvec(\(Self.dimensions))) halfvec_cosine_ops"
    case .bit: "(binary_quantize(embedding)::bit(\(Self.dimensions))) bit_hamming_ops"
    }
  }

  /// The statement that makes it.
  var definition: String {
    """
    CREATE INDEX \(name) ON traces USING hnsw (\(key)) \
    WITH (m = \(Self.connections), ef_construction = \(Self.constructionCandidates))
    """
  }

  /// Bytes of the index on disk, roughly: a page of 8 KB holds one vector, two in half precision, or
  /// fifteen of one bit a dimension.
  ///
  /// - Parameter rowCount: how many rows have a vector.
  public func expectedSize(rowCount: Int) -> Int {
    switch self {
    case .vector: rowCount * 8192
    case .halfvec: rowCount * 4096
    case .bit: rowCount * 8192 / 15
    }
  }

  /// An SQL condition: whether the index is there and can be used.
  public var isValidCondition: String {
    """
    EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('\(name)') AND indisvalid AND indisready)
    """
  }

  /// Bytes that a build holds in memory, as the issue 844 of pgvector estimates them: 8 bytes and the
  /// components of each row, and a third more for the graph.
  ///
  /// - Parameter rowCount: how many rows have a vector.
  public func buildMemory(rowCount: Int) -> Int {
    let component =
      switch self {
      case .vector: 4.0
      case .halfvec: 2.0
      case .bit: 0.125
      }
    return Int(Double(rowCount) * (8 + Double(Self.dimensions) * component) * 1.3)
  }

  /// The indexes that are there and can be used, in the order in which search prefers them.
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

/// A model by which texts became vectors. Only vectors of one model can be compared.
public struct EmbeddingModel: Hashable, Sendable {
  /// What `traces.embedding_model_id` says.
  public let id: String
  /// What `traces.embedding_model_version` says.
  public let version: String

  /// Names a model.
  public init(id: String, version: String) {
    self.id = id
    self.version = version
  }

  /// The model that needs no network: its vectors are made by the program itself.
  public static let local = EmbeddingModel(id: "local", version: "1")
}
