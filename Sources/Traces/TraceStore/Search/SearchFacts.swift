public import Postgres

/// What a database has for search, read without counting large tables. Reads only.
public struct SearchFacts: Sendable {
  /// An index over the vectors.
  public struct Index: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Whether it may be used. An index whose build was interrupted stays and may not.
    public let isValid: Bool
    /// Its size.
    public let bytes: Int
  }

  /// Whether a search uses the index.
  public enum Plan: Sendable, Hashable {
    /// There is none, or too few vectors for it to be worth while.
    case notAsked
    /// It does.
    case usesIndex(String)
    /// It does not; the plan instead.
    case other(String)
  }

  /// So many vectors make it worth the planner's while to use an index.
  public static let rowsWorthAnIndex = 2_000

  /// Traces with a vector: counted up to ``rowsWorthAnIndex``, above that as the server estimates.
  public let vectorCount: Int
  /// The indexes over vectors, of whichever name.
  public let indexes: [Index]
  /// The plan of a search.
  public let plan: Plan

  /// Reads them.
  ///
  /// - Returns: nil for a database without the schema of traces.
  /// - Throws: `PostgresError`.
  public static func read(on connection: PostgresConnection) async throws -> SearchFacts? {
    let isThere = try await connection.queryOne("SELECT to_regclass('traces') IS NOT NULL").decode(Bool.self)
    guard isThere else { return nil }
    let (counted, estimate) = try await connection.queryOne(
      """
      SELECT (SELECT count(*) FROM (SELECT FROM traces WHERE embedding IS NOT NULL
          LIMIT \(Int32(rowsWorthAnIndex))) AS several),
        (SELECT reltuples::bigint FROM pg_class WHERE oid = 'traces'::regclass)
      """
    ).decode(Int.self, Int.self)
    let indexes = try await connection.query(
      """
      SELECT c.relname::text, i.indisvalid AND i.indisready, pg_relation_size(c.oid)
      FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am ON pg_am.oid = c.relam
      WHERE i.indrelid = 'traces'::regclass AND pg_am.amname IN ('hnsw', 'ivfflat') ORDER BY 1
      """
    ).map { row in
      let (name, isValid, bytes) = try row.decode(String.self, Bool.self, Int.self)
      return Index(name: name, isValid: isValid, bytes: bytes)
    }
    let isMany = counted >= rowsWorthAnIndex
    return SearchFacts(
      vectorCount: isMany ? max(counted, estimate) : counted, indexes: indexes,
      plan: isMany ? try await plan(on: connection) : .notAsked)
  }

  private static func plan(on connection: PostgresConnection) async throws -> Plan {
    guard let index = try await TraceIndex.available(on: connection).first else { return .notAsked }
    let sample = try await connection.queryOne(
      "SELECT embedding FROM traces WHERE embedding IS NOT NULL LIMIT 1"
    ).decode(PostgresVector.self)
    let plan = try await TraceSearch(index: index).explain(sample, on: connection)
    return plan.contains(index.name) ? .usesIndex(index.name) : .other(plan)
  }
}
