public import Postgres
import SeedKit

/// Checks the integrity of the traces beyond the rows of single seeders. Reads only.
public enum TraceVerification {
  /// A single check.
  public struct Check: Sendable, Codable {
    /// The name of the check.
    public let name: String
    /// Whether the check passed.
    public let isPassed: Bool
    /// What was found.
    public let found: String
  }

  /// From this number of vectors on, the planner should prefer an index.
  private static let rowsWorthAnIndex = 2_000

  /// Runs all checks.
  ///
  /// - Returns: the checks; empty for a database without the schema of traces.
  /// - Throws: `PostgresError`.
  public static func run(on connection: PostgresConnection) async throws -> [Check] {
    let isThere = try await connection.queryOne("SELECT to_regclass('traces') IS NOT NULL").decode(Bool.self)
    guard isThere else { return [] }
    return [
      try await references(on: connection), try await vectors(on: connection),
    ] + (try await index(on: connection))
  }

  /// Checks for dangling references, which are possible where foreign keys are not enforced.
  private static func references(on connection: PostgresConnection) async throws -> Check {
    let orphans = try await connection.queryOne(
      """
      SELECT
        (SELECT count(*) FROM traces LEFT JOIN users ON users.id = contributor_id WHERE users.id IS NULL)
        + (SELECT count(*) FROM votes LEFT JOIN traces ON traces.id = trace_id WHERE traces.id IS NULL)
        + (SELECT count(*) FROM votes LEFT JOIN users ON users.id = voter_id WHERE users.id IS NULL)
        + (SELECT count(*) FROM trace_tags LEFT JOIN traces ON traces.id = trace_id WHERE traces.id IS NULL)
        + (SELECT count(*) FROM trace_tags LEFT JOIN tags ON tags.id = tag_id WHERE tags.id IS NULL)
      """
    ).decode(Int.self)
    return Check(
      name: "references", isPassed: orphans == 0,
      found: orphans == 0
        ? "every reference is valid" : "references to missing rows: \(orphans)")
  }

  /// Checks for zero vectors and missing model names. The column type rejects other dimensions and values that are
  /// not finite, but it accepts zero vectors, which have no cosine distance.
  private static func vectors(on connection: PostgresConnection) async throws -> Check {
    let (count, faulty, models) = try await connection.queryOne(
      """
      SELECT count(embedding), count(*) FILTER (WHERE vector_dims(embedding) <> \(Int32(TraceIndex.dimensions))
          OR vector_norm(embedding) = 0 OR embedding_model_id IS NULL),
        count(DISTINCT embedding_model_id)
      FROM traces WHERE embedding IS NOT NULL
      """
    ).decode(Int.self, Int.self, Int.self)
    let model = "\(models) model\(models == 1 ? "" : "s")"
    return Check(
      name: "vectors", isPassed: faulty == 0,
      found: faulty == 0
        ? "\(count) embeddings with \(TraceIndex.dimensions) dimensions, none zero, from \(model)"
        : "\(faulty) of \(count) embeddings are zero, have other dimensions, or name no model")
  }

  private static func index(on connection: PostgresConnection) async throws -> [Check] {
    let count = try await connection.queryOne("SELECT count(*) FROM traces WHERE \(TraceSearch.isSearched)")
      .decode(Int.self)
    let invalid = try await connection.query(
      """
      SELECT c.relname::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
      WHERE i.indrelid = 'traces'::regclass AND NOT (i.indisvalid AND i.indisready)
      """
    ).map { try $0.decode(String.self) }
    let available = try await TraceIndex.available(on: connection)
    let names = available.map(\.name)
    let validity = Check(
      name: "index", isPassed: invalid.isEmpty && !names.isEmpty,
      found: !invalid.isEmpty
        ? "invalid: \(invalid.joined(separator: ", ")); drop and rebuild"
        : names.isEmpty ? "no vector index" : names.joined(separator: ", "))
    guard let index = available.first, count > 0 else { return [validity] }
    let shards = try await TableShards.read(of: "traces", on: connection)
    guard count >= rowsWorthAnIndex * shards.parts else {
      return [
        validity,
        Check(
          name: "top-k plan", isPassed: true,
          found: "not checked: a full scan of \(count) vectors is faster than an index"),
      ]
    }
    let sample = try await connection.queryOne(
      "SELECT embedding FROM traces WHERE \(TraceSearch.isSearched) LIMIT 1"
    )
    .decode(PostgresVector.self)
    let plan = try await TraceSearch(index: index, isOnCluster: shards.isCluster).explain(
      sample, on: connection)
    let isUsed = plan.contains(index.name)
    return [
      validity,
      Check(
        name: "top-k plan", isPassed: isUsed,
        found: isUsed
          ? "uses \(index.name)" : "does not use \(index.name): \(plan.prefix(200)); run ANALYZE traces"),
    ]
  }
}
