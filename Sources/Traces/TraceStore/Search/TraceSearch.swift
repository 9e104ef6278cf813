public import FoundationEssentials
public import Postgres

/// Finds the traces nearest to a vector, among those that everybody finds.
public struct TraceSearch: Sendable {
  /// A result.
  public struct Hit: Hashable, Sendable {
    /// The ID of the trace.
    public let id: UUID
    /// The cosine distance: 0 for the same direction, 2 for the opposite one.
    public let distance: Double
  }

  /// The index to use; nil for a full table scan, which is exact.
  public let index: TraceIndex?
  /// The number of results.
  public let limit: Int
  /// The number of candidates (`hnsw.ef_search`). At least the limit, because fewer would cut off results.
  public let candidates: Int
  /// Whether the database is part of a Citus cluster, so that the settings of a search must reach other nodes.
  let isOnCluster: Bool

  /// The number of candidates of a search on bits that are reranked by the full vectors. In a test with 100,000
  /// traces, 100 candidates contained all of the ten nearest, and 40 contained three quarters of them.
  public static let rankedAgain = 100

  /// Creates a search.
  ///
  /// - Parameters:
  ///   - index: the index to use; nil for an exact scan.
  ///   - limit: the number of results; 10 by default.
  ///   - candidates: 64 by default; at most 1,000, which is pgvector's limit. On a Citus cluster, of each shard.
  ///   - isOnCluster: whether the database is part of a Citus cluster. False by default.
  public init(index: TraceIndex?, limit: Int = 10, candidates: Int = 64, isOnCluster: Bool = false) {
    self.isOnCluster = isOnCluster
    self.index = index
    self.limit = limit
    let least = index == .bit ? max(limit, Self.rankedAgain) : limit
    self.candidates = min(1_000, max(candidates, least))
  }

  /// Runs the search in one round trip. It has its own transaction, which limits the scope of the settings.
  ///
  /// - Parameter vector: a vector with 1,536 components.
  /// - Throws: `PostgresError`.
  public func run(_ vector: PostgresVector, on connection: PostgresConnection) async throws -> [Hit] {
    let results: [PostgresRows]
    do {
      // The settings and the search share one round trip.
      results = try await connection.pipeline(["BEGIN"] + settings + [query("\(vector)"), "COMMIT"])
    } catch {
      // After an error the rest of the pipeline is skipped, including the COMMIT.
      if await !connection.isIdle { _ = try? await connection.query("ROLLBACK") }
      throw error
    }
    return try results[results.count - 2].map { row in
      let (id, distance) = try row.decode(UUID.self, Double.self)
      return Hit(id: id, distance: distance)
    }
  }

  /// The query plan of the search, as text, without the components of the vector.
  ///
  /// - Throws: `PostgresTransactionError`.
  public func explain(_ vector: PostgresVector, on connection: PostgresConnection) async throws -> String {
    try await connection.withTransaction(setup: settings) { connection in
      // citus: the vector is a literal
      let rows = try await connection.query("EXPLAIN (COSTS off) \(query(literal(vector)))")
      let lines: [String] = try rows.map { try $0.decode(String.self) }
      return lines.joined(separator: "\n").replacing(#/'\[[-0-9.e,]*\]'/#, with: "'[…]'")
    }
  }

  private var settings: [PostgresQuery] {
    let propagation = isOnCluster ? [SearchAbilities.propagation] : []
    guard index != nil else {
      return propagation + [
        "SET LOCAL enable_indexscan = off", "SET LOCAL max_parallel_workers_per_gather = 0",
      ]
    }
    return propagation + [PostgresQuery(unescaped: "SET LOCAL hnsw.ef_search = \(candidates)")]
  }

  /// A vector as part of the statement, because Citus explains no statement with parameters.
  private func literal(_ vector: PostgresVector) -> PostgresQuery {
    PostgresQuery(unescaped: "'[\(vector.components.map { "\($0)" }.joined(separator: ","))]'")
  }

  private func fixed(_ number: Int) -> PostgresQuery { PostgresQuery(unescaped: "\(number)") }

  /// The traces that are compared: those in the index.
  static let isSearched: PostgresQuery = "embedding IS NOT NULL AND \(TraceVisibility.everybody)"

  private func query(_ vector: PostgresQuery) -> PostgresQuery {
    let dimensions = TraceIndex.dimensions
    return switch index {
    case .vector, nil:
      """
      SELECT id, embedding <=> \(vector)::vector AS distance FROM traces WHERE \(Self.isSearched)
      ORDER BY embedding <=> \(vector)::vector LIMIT \(fixed(limit))
      """
    case .halfvec:
      """
      SELECT id, embedding <=> \(vector)::vector AS distance FROM (
        SELECT id, embedding FROM traces WHERE \(Self.isSearched)
        ORDER BY embedding::halfvec(\(unescaped: "\(dimensions)")) <=> \(vector)::vector::halfvec(\(unescaped: "\(dimensions)"))
        LIMIT \(fixed(limit))
      ) AS near ORDER BY 2
      """
    case .bit:
      """
      SELECT id, embedding <=> \(vector)::vector AS distance FROM (
        SELECT id, embedding FROM traces WHERE \(Self.isSearched)
        ORDER BY binary_quantize(embedding)::bit(\(unescaped: "\(dimensions)"))
          <~> binary_quantize(\(vector)::vector)::bit(\(unescaped: "\(dimensions)"))
        LIMIT \(fixed(candidates))
      ) AS near ORDER BY 2 LIMIT \(fixed(limit))
      """
    }
  }
}
