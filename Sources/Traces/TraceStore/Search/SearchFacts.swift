public import Postgres
import SeedKit

/// Facts about a database that matter for search. Reads only, and does not count large tables.
public struct SearchFacts: Sendable {
  /// An index on the vectors.
  public struct Index: Sendable, Hashable {
    /// The name of the index.
    public let name: String
    /// Whether the index can be used. An index whose build was interrupted is invalid.
    public let isValid: Bool
    /// Whether the index also contains traces that not everybody finds, such as spam, which can fill a search.
    public let hasHiddenTraces: Bool
    /// The size in bytes.
    public let bytes: Int
  }

  /// Whether searches use an index.
  public enum Plan: Sendable, Hashable {
    /// Not checked, because there is no index or too few vectors for one.
    case notAsked
    /// Searches use this index.
    case usesIndex(String)
    /// Searches do not use an index. The plan that they use instead.
    case other(String)
  }

  /// From this number of vectors on, the planner should prefer an index. On a cluster, of each shard.
  public static let rowsWorthAnIndex = 2_000

  /// The number of traces with an embedding that everybody finds. Above ``rowsWorthAnIndex`` it is the planner's estimate.
  public let vectorCount: Int
  /// The number of vectors from which on the planner should prefer an index, over all shards.
  public let leastForIndex: Int
  /// The vector indexes, whatever their names.
  public let indexes: [Index]
  /// The plan of a search.
  public let plan: Plan

  /// Reads the facts.
  ///
  /// - Returns: nil for a database without the schema of traces.
  /// - Throws: `PostgresError`.
  public static func read(on connection: PostgresConnection) async throws -> SearchFacts? {
    let isThere = try await connection.queryOne("SELECT to_regclass('traces') IS NOT NULL").decode(Bool.self)
    guard isThere else { return nil }
    let shards = try await TableShards.read(of: "traces", on: connection)
    let limit = rowsWorthAnIndex * shards.parts
    let counted = try await connection.queryOne(
      """
      SELECT count(*) FROM (SELECT 1 FROM traces WHERE \(TraceSearch.isSearched) LIMIT \(Int32(limit))) AS several
      """
    ).decode(Int.self)
    let estimate = try await shards.estimatedRows(on: connection)
    let found = try await connection.query(
      """
      SELECT c.relname::text, i.indisvalid AND i.indisready, i.indpred IS NULL
      FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am ON pg_am.oid = c.relam
      WHERE i.indrelid = 'traces'::regclass AND pg_am.amname IN ('hnsw', 'ivfflat') ORDER BY 1
      """
    )
    var indexes: [Index] = []
    for row in found {
      let (name, isValid, hasHiddenTraces) = try row.decode(String.self, Bool.self, Bool.self)
      indexes.append(
        Index(
          name: name, isValid: isValid, hasHiddenTraces: hasHiddenTraces,
          bytes: try await shards.size(ofIndex: name, on: connection)))
    }
    // Each shard has an index of its own, which the planner of its node should prefer.
    let isMany = counted >= limit
    return SearchFacts(
      vectorCount: isMany ? max(counted, estimate) : counted, leastForIndex: limit,
      indexes: indexes,
      plan: isMany ? try await plan(shards, on: connection) : .notAsked)
  }

  private static func plan(_ shards: TableShards, on connection: PostgresConnection) async throws -> Plan {
    guard let index = try await TraceIndex.available(on: connection).first else { return .notAsked }
    let sample = try await connection.queryOne(
      "SELECT embedding FROM traces WHERE \(TraceSearch.isSearched) LIMIT 1"
    ).decode(PostgresVector.self)
    let plan = try await TraceSearch(index: index, isOnCluster: shards.isCluster).explain(
      sample, on: connection)
    return plan.contains(index.name) ? .usesIndex(index.name) : .other(plan)
  }
}
