public import FoundationEssentials
public import Postgres

/// Finds the traces nearest to a vector, by whichever index is there.
public struct TraceSearch: Sendable {
  /// A trace that was found.
  public struct Hit: Hashable, Sendable {
    /// The trace.
    public let id: UUID
    /// The cosine distance, 0 for the same direction, 2 for the opposite one.
    public let distance: Double
  }

  /// By which index; nil for a scan of the whole table, which finds the nearest for certain.
  public let index: TraceIndex?
  /// How many to return.
  public let limit: Int
  /// How many candidates the graph is searched for (`hnsw.ef_search`). Fewer than the limit would cut
  /// the result short, so it is at least that.
  public let candidates: Int

  /// How many candidates of a search by bits are ranked again by the full vectors. With 100 the ten
  /// nearest of 100,000 traces were all found; with 40, three quarters of them.
  public static let rankedAgain = 100

  /// Describes a search.
  ///
  /// - Parameters:
  ///   - index: by which index; nil for an exact scan.
  ///   - limit: 10 by default.
  ///   - candidates: 64 by default; at most 1,000, which is pgvector's limit.
  public init(index: TraceIndex?, limit: Int = 10, candidates: Int = 64) {
    self.index = index
    self.limit = limit
    let least = index == .bit ? max(limit, Self.rankedAgain) : limit
    self.candidates = min(1_000, max(candidates, least))
  }

  /// Searches. One round trip; a transaction of its own, so that the settings stay inside.
  ///
  /// - Parameter vector: 1,536 components.
  /// - Throws: `PostgresError`.
  public func run(_ vector: PostgresVector, on connection: PostgresConnection) async throws -> [Hit] {
    try await rows(of: query(vector), on: connection).map { row in
      let (id, distance) = try row.decode(UUID.self, Double.self)
      return Hit(id: id, distance: distance)
    }
  }

  /// The plan that the server makes for the search, as text.
  ///
  /// - Throws: `PostgresError`.
  public func explain(_ vector: PostgresVector, on connection: PostgresConnection) async throws -> String {
    let rows = try await rows(of: "EXPLAIN (COSTS off) \(query(vector))", on: connection)
    let lines: [String] = try rows.map { try $0.decode(String.self) }
    return lines.joined(separator: "\n")
  }

  /// Runs a statement with the settings in a transaction, all in one round trip.
  private func rows(
    of query: PostgresQuery, on connection: PostgresConnection
  ) async throws -> [PostgresRow] {
    do {
      let results = try await connection.pipeline(["BEGIN"] + settings + [query, "COMMIT"])
      return Array(results[results.count - 2])
    } catch {
      // What follows an error in a pipeline is skipped, the COMMIT too.
      if await !connection.isIdle { _ = try? await connection.query("ROLLBACK") }
      throw error
    }
  }

  private var settings: [PostgresQuery] {
    guard index != nil else {
      return ["SET LOCAL enable_indexscan = off", "SET LOCAL max_parallel_workers_per_gather = 0"]
    }
    return [PostgresQuery(unescaped: "SET LOCAL hnsw.ef_search = \(candidates)")]
  }

  private func query(_ vector: PostgresVector) -> PostgresQuery {
    let dimensions = TraceIndex.dimensions
    return switch index {
    case .vector, nil:
      """
      SELECT id, embedding <=> \(vector)::vector AS distance FROM traces WHERE embedding IS NOT NULL
      ORDER BY embedding <=> \(vector)::vector LIMIT \(Int32(limit))
      """
    case .halfvec:
      """
      SELECT id, embedding <=> \(vector)::vector AS distance FROM (
        SELECT id, embedding FROM traces WHERE embedding IS NOT NULL
        ORDER BY embedding::halfvec(\(unescaped: "\(dimensions)")) <=> \(vector)::vector::halfvec(\(unescaped: "\(dimensions)"))
        LIMIT \(Int32(limit))
      ) AS near ORDER BY 2
      """
    case .bit:
      """
      SELECT id, embedding <=> \(vector)::vector AS distance FROM (
        SELECT id, embedding FROM traces WHERE embedding IS NOT NULL
        ORDER BY binary_quantize(embedding)::bit(\(unescaped: "\(dimensions)"))
          <~> binary_quantize(\(vector)::vector)::bit(\(unescaped: "\(dimensions)"))
        LIMIT \(Int32(candidates))
      ) AS near ORDER BY 2 LIMIT \(Int32(limit))
      """
    }
  }
}
