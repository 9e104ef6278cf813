public import FoundationEssentials
public import Postgres

/// Finds the traces nearest to a query and those with its exact terms, and ranks them by trust.
///
/// The ``candidates`` nearest by cosine are ranked by `similarity × ln(2 + max(0, trust))`, the formula of the
/// reference implementation (CommonTrace, phase 03-02: `log1p(max(0, trust_score) + 1)`). A trace with ten
/// confirmations weighs 3.6 times as much as one without.
///
/// Vectors represent error codes, identifiers and versions badly. If the question has such ``ExactTerms``, the traces
/// that contain them are candidates, too, and the similarity of a trace with rare terms is raised: see
/// ``termStrength``. A question without exact terms is ranked by the vectors alone, at no additional cost.
///
/// Flagged traces and traces with an embedding of another model are excluded. Pending traces are included, as in the
/// reference implementation. They rank lower because they have no confirmations. Provisional traces, those of users who
/// are not established, are found only by their contributor, because spam could fill the candidates. They are additional
/// candidates, compared one by one.
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

  /// A page of results.
  public struct Page: Hashable, Sendable {
    /// The results, best first.
    public let hits: [Hit]
    /// Where the next page starts; nil on the last page.
    public let end: SearchCursor?
  }

  /// The number of candidates to rank: `SEARCH_LIMIT_ANN` of the reference implementation. Its `hnsw.ef_search` of 64
  /// yields at most 64 candidates. Here `hnsw.ef_search` is the same number.
  public static let candidates = 100
  /// How much the exact terms of the question raise the similarity of a trace: at most by this share of the similarity
  /// of the nearest trace. In relation to the nearest trace, because models differ in the similarities that they
  /// yield. A term in n traces counts 1/√n, and the terms of a trace count at most 1 together. Measured with
  /// `Benchmarks/retrieval`.
  static let termStrength = 0.5
  /// Subtracted from the scores of provisional traces of others, so that they rank after all other results. Scores are
  /// smaller than half of it.
  static let late = 1_000.0
  /// The maximum ``limit``.
  public static let maximumLimit = 50
  /// Up to this number of traces with the requested tags, all of them are compared, which is exact and takes a few
  /// milliseconds. Above it, the index is used.
  static let comparedOneByOne = 2_000
  /// Up to this number of bytes, the exact terms of own provisional traces are found. There is no index of them, and
  /// 100 texts of this length take 60 ms.
  static let scannedBytes = 20_000

  let vector: PostgresVector
  let model: EmbeddingModel
  let tags: [TagName]
  let limit: Int
  let terms: ExactTerms
  let cursor: SearchCursor?
  let abilities: SearchAbilities
  let viewer: UUID?
  let includesProvisional: Bool

  /// Creates a search.
  ///
  /// - Parameters:
  ///   - vector: the vector of the query.
  ///   - model: the model of the vector.
  ///   - terms: the exact terms of the query; none by default.
  ///   - tags: only traces with all of these tags are found; none by default.
  ///   - limit: the number of results, 1 to ``maximumLimit``.
  ///   - cursor: the end of the previous page of the same search; nil for the first page.
  ///   - abilities: the search capabilities of the database.
  ///   - viewer: the user who searches, who finds own provisional traces; nil by default, for an anonymous search.
  ///   - includesProvisional: whether provisional traces of others are found, too, after all other results. Only if
  ///     the votes of the viewer count: each search compares all of them. False by default.
  public init(
    _ vector: PostgresVector, of model: EmbeddingModel, terms: ExactTerms? = nil, tags: [TagName] = [],
    limit: Int = 10, after cursor: SearchCursor? = nil, abilities: SearchAbilities, viewer: UUID? = nil,
    includesProvisional: Bool = false
  ) {
    self.vector = vector
    self.model = model
    self.terms = terms.flatMap { abilities.findsTerms ? $0 : nil } ?? .none
    self.cursor = cursor
    self.tags = Set(tags).sorted()
    self.limit = min(max(1, limit), Self.maximumLimit)
    self.abilities = abilities
    self.viewer = viewer
    self.includesProvisional = includesProvisional && viewer != nil
  }

  /// Runs the search as one transaction in one round trip.
  ///
  /// - Returns: the results, best first.
  /// - Throws: `PostgresError`.
  public func run(on connection: PostgresConnection) async throws -> [Hit] {
    try page(of: await rows(on: connection)).hits
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
  public func page(of rows: PostgresRows) throws -> Page {
    var end: SearchCursor?
    let hits = try rows.prefix(limit).map { row in
      let (similarity, score, reference, counts) = try row.decode(
        Double.self, Double.self, Double.self, String.self, from: StoredTrace.columnCount)
      let hit = Hit(
        trace: try StoredTrace(row), similarity: similarity,
        score: score < -Self.late / 2 ? score + Self.late : score)
      end = SearchCursor(
        reference: reference, counts: SearchCursor.counts(of: counts), score: score, id: hit.trace.id)
      return hit
    }
    return Page(hits: hits, end: rows.count > limit ? end : nil)
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

  var settings: [PostgresQuery] {
    var settings = abilities.isOnCluster ? [SearchAbilities.propagation] : []
    settings.append(PostgresQuery(unescaped: "SET LOCAL hnsw.ef_search = \(Self.candidates)"))
    // Continue the index scan until enough candidates match the conditions.
    if abilities.scansOn { settings.append("SET LOCAL hnsw.iterative_scan = relaxed_order") }
    // Reading many provisional traces looks expensive, but compilation takes longer.
    if includesProvisional, terms.spellings.isEmpty { settings.append("SET LOCAL jit = off") }
    if !terms.spellings.isEmpty {
      // The planner underestimates the cost of computing the terms of a row, which a scan of a small table would do for
      // each row. Costs of disabled plans must not cause compilation.
      // A term that most traces have is read in part only: it is ignored anyway, from the 101st trace on.
      settings += [
        "SET LOCAL enable_seqscan = off", "SET LOCAL jit = off", "SET LOCAL gin_fuzzy_search_limit = 1000",
      ]
    }
    return settings
  }
}

/// The search capabilities of a database. Read them from time to time, because indexes are created and dropped.
public struct SearchAbilities: Hashable, Sendable {
  /// The index; nil if there is none, so that searches scan all vectors.
  public let index: TraceIndex?
  /// Whether index scans continue until they have enough results (iterative scans, pgvector 0.8 or newer).
  public let scansOn: Bool
  /// Whether the index of exact terms exists. Without it, searches ignore them.
  public let findsTerms: Bool
  /// Whether the database is part of a Citus cluster, so that the settings of a search must reach other nodes.
  public let isOnCluster: Bool

  init(index: TraceIndex?, scansOn: Bool, findsTerms: Bool = true, isOnCluster: Bool = false) {
    self.index = index
    self.scansOn = scansOn
    self.findsTerms = findsTerms
    self.isOnCluster = isOnCluster
  }

  /// No index: searches scan all vectors.
  public static let least = SearchAbilities(index: nil, scansOn: false, findsTerms: false)

  /// Makes later `SET LOCAL` statements apply on all nodes of a cluster.
  static let propagation: PostgresQuery = "SET LOCAL citus.propagate_set_commands = 'local'"

  /// Reads the capabilities from the database.
  ///
  /// - Throws: `PostgresError`.
  public static func read(on connection: PostgresConnection) async throws -> SearchAbilities {
    let index = try await TraceIndex.available(on: connection).first
    let (version, findsTerms, isOnCluster) = try await connection.queryOne(
      """
      SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
        (SELECT count(*) > 0 FROM pg_index
          WHERE indexrelid = to_regclass(\(ExactTerms.index)) AND indisvalid AND indisready),
        (SELECT count(*) > 0 FROM pg_extension WHERE extname = 'citus')
      """
    ).decode(String?.self, Bool.self, Bool.self)
    let parts = (version ?? "").split(separator: ".").compactMap { Int($0) }
    let scansOn = parts.count > 1 && (parts[0] > 0 || parts[1] >= 8)
    return SearchAbilities(
      index: index, scansOn: scansOn, findsTerms: findsTerms, isOnCluster: isOnCluster)
  }
}
