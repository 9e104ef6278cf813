public import FoundationEssentials
public import Postgres

/// Finds the traces nearest to a query and ranks them by trust.
///
/// The ``candidates`` nearest by cosine are ranked by `similarity × ln(2 + max(0, trust))`, the formula of the
/// reference implementation (CommonTrace, phase 03-02: `log1p(max(0, trust_score) + 1)`). A trace with ten
/// confirmations weighs 3.6 times as much as one without.
///
/// Flagged traces and traces with an embedding of another model are excluded. Pending traces are included, as in the
/// reference implementation. They rank lower because they have no confirmations. Provisional traces, those of users who
/// are not established, are found only by their contributor, so that nobody can flood the candidates.
public struct RankedSearch: Sendable {
  /// A result.
  public struct Hit: Hashable, Sendable {
    /// The trace.
    public let trace: StoredTrace
    /// The cosine of the query and the trace, at most 1.
    public let similarity: Double
    /// The score that determines the rank.
    public let score: Double
  }

  /// The number of candidates to rank: `SEARCH_LIMIT_ANN` of the reference implementation. Its `hnsw.ef_search` of 64
  /// yields at most 64 candidates. Here `hnsw.ef_search` is the same number.
  public static let candidates = 100
  /// The maximum ``limit``.
  public static let maximumLimit = 50
  /// Up to this number of traces with the requested tags, all of them are compared, which is exact and takes a few
  /// milliseconds. Above it, the index is used.
  static let comparedOneByOne = 2_000

  let vector: PostgresVector
  let model: EmbeddingModel
  let tags: [TagName]
  let limit: Int
  let abilities: SearchAbilities
  let viewer: UUID?
  let includesProvisional: Bool

  /// Creates a search.
  ///
  /// - Parameters:
  ///   - vector: the vector of the query.
  ///   - model: the model of the vector.
  ///   - tags: only traces with all of these tags are found; none by default.
  ///   - limit: the number of results, 1 to ``maximumLimit``.
  ///   - abilities: the search capabilities of the database.
  ///   - viewer: the user who searches, who finds own provisional traces; nil, the default, for nobody.
  ///   - includesProvisional: whether provisional traces of others are found, too, after all other results. False by
  ///     default.
  public init(
    _ vector: PostgresVector, of model: EmbeddingModel, tags: [TagName] = [], limit: Int = 10,
    abilities: SearchAbilities, viewer: UUID? = nil, includesProvisional: Bool = false
  ) {
    self.vector = vector
    self.model = model
    self.tags = Set(tags).sorted()
    self.limit = min(max(1, limit), Self.maximumLimit)
    self.abilities = abilities
    self.viewer = viewer
    self.includesProvisional = includesProvisional
  }

  /// Runs the search as one transaction in one round trip.
  ///
  /// - Returns: the results, best first.
  /// - Throws: `PostgresError`.
  public func run(on connection: PostgresConnection) async throws -> [Hit] {
    try Self.hits(await rows(on: connection))
  }

  /// The first half of ``run(on:)``: runs the query.
  ///
  /// - Throws: `PostgresError`.
  public func rows(on connection: PostgresConnection) async throws -> PostgresRows {
    do {
      return try await ask(connection)
    } catch let error as PostgresError where error.isStale {
      return try await ask(connection)
    }
  }

  /// The second half of ``run(on:)``: decodes the rows.
  ///
  /// - Throws: `PostgresError` with code `decodingFailed`.
  public static func hits(_ rows: PostgresRows) throws -> [Hit] {
    try rows.map { row in
      let (similarity, score) = try row.decode(Double.self, Double.self, from: StoredTrace.columnCount)
      return Hit(trace: try StoredTrace(row), similarity: similarity, score: score)
    }
  }

  private func ask(_ connection: PostgresConnection) async throws -> PostgresRows {
    do {
      let results = try await connection.pipeline(
        ["BEGIN READ ONLY"] + settings + [query, "COMMIT"], prepared: true)
      return results[results.count - 2]
    } catch {
      // After an error the rest of the pipeline is skipped, including the COMMIT.
      if await !connection.isIdle { _ = try? await connection.query("ROLLBACK") }
      throw error
    }
  }

  /// The query plan of the search, as text.
  ///
  /// - Parameter extra: additional settings of the transaction.
  /// - Throws: `PostgresTransactionError`.
  func explain(
    settings extra: [PostgresQuery] = [], on connection: PostgresConnection
  ) async throws -> String {
    try await connection.withTransaction(setup: settings + extra) { connection in
      // citus: only for tests on a single server
      let rows = try await connection.query("EXPLAIN (COSTS off) \(query)")
      let lines: [String] = try rows.map { try $0.decode(String.self) }
      return lines.joined(separator: "\n")
    }
  }

  private var settings: [PostgresQuery] {
    var settings = abilities.isOnCluster ? [SearchAbilities.propagation] : []
    settings.append(PostgresQuery(unescaped: "SET LOCAL hnsw.ef_search = \(Self.candidates)"))
    // Continue the index scan until enough candidates match the conditions.
    if abilities.scansOn { settings.append("SET LOCAL hnsw.iterative_scan = relaxed_order") }
    return settings
  }

  private var query: PostgresQuery {
    """
    SELECT \(StoredTrace.columns), similarity, score
    FROM (
      SELECT id AS found, is_late, 1 - distance AS similarity,
        (1 - distance) * ln(2 + greatest(0, trust)) AS score
      FROM (\(nearest)) AS near ORDER BY is_late, score DESC, found LIMIT \(Int32(limit))
    ) AS best JOIN traces ON traces.id = found JOIN users ON users.id = contributor_id
    ORDER BY is_late, score DESC, found
    """
  }

  var nearest: PostgresQuery {
    guard let first = tags.first else { return byIndex(where: "") }
    // PostgreSQL decides at run time which branch runs, by the number of traces with the tags. The other branch costs
    // nothing.
    let names = tags.map(\.description)
    return """
      WITH tagged AS MATERIALIZED (
        SELECT trace_id FROM trace_tags AS one
        WHERE tag_id = (SELECT id FROM tags WHERE name = \(first.description)) AND \(hasAll("one.trace_id", names))
        LIMIT \(Self.fixed(Self.comparedOneByOne + 1))
      ), few AS MATERIALIZED (SELECT count(*) <= \(Self.fixed(Self.comparedOneByOne)) AS are FROM tagged)
      SELECT * FROM (
        SELECT id, embedding <=> \(vector)::vector AS distance, trust_score AS trust, \(isLate) AS is_late
        FROM tagged JOIN traces ON traces.id = trace_id
        WHERE (SELECT are FROM few) AND \(isCandidate)
        ORDER BY 2 LIMIT \(Self.fixed(Self.candidates))
      ) AS compared
      UNION ALL
      SELECT * FROM (
        \(byIndex(where: "AND NOT (SELECT are FROM few) AND \(hasAll("traces.id", names))"))
      ) AS scanned
      """
  }

  /// Only the innermost query may have conditions, ORDER BY and LIMIT. Otherwise the planner could not use the index.
  private func byIndex(where condition: PostgresQuery) -> PostgresQuery {
    let dimensions = PostgresQuery(unescaped: "\(TraceIndex.dimensions)")
    let distance: PostgresQuery = "embedding <=> \(vector)::vector"
    let order: PostgresQuery
    // Distances between bits are coarse, so take more candidates.
    var count = Self.candidates
    switch abilities.index {
    case .vector, nil: order = "distance"
    case .halfvec: order = "embedding::halfvec(\(dimensions)) <=> \(vector)::vector::halfvec(\(dimensions))"
    case .bit:
      order = """
        binary_quantize(embedding)::bit(\(dimensions)) <~> binary_quantize(\(vector)::vector)::bit(\(dimensions))
        """
      count = Self.candidates * 2
    }
    let scan: PostgresQuery = """
      SELECT id, \(distance) AS distance, trust_score AS trust, \(isLate) AS is_late FROM traces
      WHERE \(isCandidate) \(condition) ORDER BY \(order) LIMIT \(Self.fixed(count))
      """
    guard abilities.index == .bit else { return scan }
    return "SELECT * FROM (\(scan)) AS coarse ORDER BY distance LIMIT \(Self.fixed(Self.candidates))"
  }

  /// A constant in the SQL text. With a parameter, the generic plan would assume a tenth of the table and look
  /// expensive, so the server would plan each search again, which takes a millisecond.
  private static func fixed(_ number: Int) -> PostgresQuery { PostgresQuery(unescaped: "\(number)") }

  private var isCandidate: PostgresQuery {
    """
    embedding IS NOT NULL AND NOT is_flagged AND embedding_model_id = \(model.id)
    AND embedding_model_version = \(model.version)\(isFound)
    """
  }

  private var isFound: PostgresQuery {
    includesProvisional ? "" : " AND (NOT is_provisional OR contributor_id = \(viewer)::uuid)"
  }

  /// Whether a result comes after all results without this mark.
  private var isLate: PostgresQuery {
    includesProvisional ? "is_provisional AND contributor_id IS DISTINCT FROM \(viewer)::uuid" : "false"
  }

  /// A count instead of a join, because the planner could reverse a join and sort all traces with the tags.
  private func hasAll(_ trace: PostgresQuery, _ names: [String]) -> PostgresQuery {
    """
    (SELECT count(*) FROM trace_tags AS each JOIN tags ON tags.id = each.tag_id
      WHERE each.trace_id = \(trace) AND tags.name = ANY(\(names))) = \(Int32(names.count))
    """
  }
}

/// The search capabilities of a database. Read them from time to time, because indexes are created and dropped.
public struct SearchAbilities: Hashable, Sendable {
  /// The index; nil if there is none, so that searches scan all vectors.
  public let index: TraceIndex?
  /// Whether index scans continue until they have enough results (iterative scans, pgvector 0.8 or newer).
  public let scansOn: Bool
  /// Whether the database is part of a Citus cluster, so that the settings of a search must reach other nodes.
  public var isOnCluster = false

  /// No index: searches scan all vectors.
  public static let least = SearchAbilities(index: nil, scansOn: false)

  /// Makes later `SET LOCAL` statements apply on all nodes of a cluster.
  static let propagation: PostgresQuery = "SET LOCAL citus.propagate_set_commands = 'local'"

  /// Reads the capabilities from the database.
  ///
  /// - Throws: `PostgresError`.
  public static func read(on connection: PostgresConnection) async throws -> SearchAbilities {
    let index = try await TraceIndex.available(on: connection).first
    let extensions = try await connection.query(
      "SELECT extname::text, extversion FROM pg_extension WHERE extname IN ('vector', 'citus')"
    ).map { try $0.decode(String.self, String.self) }
    let version = extensions.first { $0.0 == "vector" }?.1
    let parts = (version ?? "").split(separator: ".").compactMap { Int($0) }
    let scansOn = parts.count > 1 && (parts[0] > 0 || parts[1] >= 8)
    return SearchAbilities(
      index: index, scansOn: scansOn, isOnCluster: extensions.contains { $0.0 == "citus" })
  }
}
