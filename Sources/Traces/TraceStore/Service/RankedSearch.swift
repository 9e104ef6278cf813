public import Postgres

/// Finds traces by the meaning of a question and ranks them by how far they are trusted.
///
/// The ``candidates`` nearest by cosine are ranked by `similarity × ln(2 + max(0, trust))`: the formula of
/// the service that this one is made after (CommonTrace, phase 03-02: `log1p(max(0, trust_score) + 1)`).
/// Trust counts, but ever less: a trace with ten confirmations weighs 3.6 times as much as one with none.
///
/// Flagged traces and those with a vector of another model are no candidates. Pending ones are, as in the
/// original: they rank lower because nobody trusts them yet.
public struct RankedSearch: Sendable {
  /// A trace that was found.
  public struct Hit: Hashable, Sendable {
    /// The trace.
    public let trace: StoredTrace
    /// The cosine of question and trace, at most 1.
    public let similarity: Double
    /// By what it is ranked.
    public let score: Double
  }

  /// How many of the nearest are ranked: `SEARCH_LIMIT_ANN` of the original. Its `hnsw.ef_search` of 64
  /// yields at most 64 of them, so it is the same number here.
  public static let candidates = 100
  /// The most that ``limit`` may be.
  public static let maximumLimit = 50
  /// Up to how many traces with the asked-for tags are compared one by one, which is exact and takes a
  /// few milliseconds. Of more, the index finds the nearest.
  static let comparedOneByOne = 2_000

  let vector: PostgresVector
  let model: EmbeddingModel
  let tags: [TagName]
  let limit: Int
  let abilities: SearchAbilities

  /// Describes a search.
  ///
  /// - Parameters:
  ///   - vector: the question's.
  ///   - model: the model that made it.
  ///   - tags: all of them must be a trace's; none by default.
  ///   - limit: how many to return, 1 to ``maximumLimit``.
  ///   - abilities: what the database can do.
  public init(
    _ vector: PostgresVector, of model: EmbeddingModel, tags: [TagName] = [], limit: Int = 10,
    abilities: SearchAbilities
  ) {
    self.vector = vector
    self.model = model
    self.tags = Set(tags).sorted()
    self.limit = min(max(1, limit), Self.maximumLimit)
    self.abilities = abilities
  }

  /// Searches: one transaction in one round trip.
  ///
  /// - Returns: the traces, the best first.
  /// - Throws: `PostgresError`.
  public func run(on connection: PostgresConnection) async throws -> [Hit] {
    try Self.hits(await rows(on: connection))
  }

  /// The first half of ``run(on:)``: asks the database.
  ///
  /// - Throws: `PostgresError`.
  public func rows(on connection: PostgresConnection) async throws -> PostgresRows {
    do {
      return try await ask(connection)
    } catch let error as PostgresError where error.isStale {
      return try await ask(connection)
    }
  }

  /// The second half of ``run(on:)``: reads what the database answered.
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
      // What follows an error in a pipeline is skipped, the COMMIT too.
      if await !connection.isIdle { _ = try? await connection.query("ROLLBACK") }
      throw error
    }
  }

  /// The plan that the server makes for the search, as text.
  ///
  /// - Parameter extra: further settings of the transaction.
  /// - Throws: `PostgresError`.
  func explain(
    settings extra: [PostgresQuery] = [], on connection: PostgresConnection
  ) async throws -> String {
    let results = try await connection.pipeline(
      ["BEGIN READ ONLY"] + settings + extra + ["EXPLAIN (COSTS off) \(query)", "COMMIT"])
    let lines: [String] = try results[results.count - 2].map { try $0.decode(String.self) }
    return lines.joined(separator: "\n")
  }

  private var settings: [PostgresQuery] {
    var settings = [PostgresQuery(unescaped: "SET LOCAL hnsw.ef_search = \(Self.candidates)")]
    // Goes on in the graph until there are enough candidates that pass the conditions.
    if abilities.scansOn { settings.append("SET LOCAL hnsw.iterative_scan = relaxed_order") }
    return settings
  }

  private var query: PostgresQuery {
    """
    SELECT \(StoredTrace.columns), similarity, score
    FROM (
      SELECT id AS found, 1 - distance AS similarity, (1 - distance) * ln(2 + greatest(0, trust)) AS score
      FROM (\(nearest)) AS near ORDER BY score DESC, found LIMIT \(Int32(limit))
    ) AS best JOIN traces ON traces.id = found JOIN users ON users.id = contributor_id
    ORDER BY score DESC, found
    """
  }

  var nearest: PostgresQuery {
    guard let first = tags.first else { return byIndex(where: "") }
    // Which of the two branches runs is decided when it is known how many traces have the tags; the other
    // one costs nothing.
    let names = tags.map(\.description)
    return """
      WITH tagged AS MATERIALIZED (
        SELECT trace_id FROM trace_tags AS one
        WHERE tag_id = (SELECT id FROM tags WHERE name = \(first.description)) AND \(hasAll("one.trace_id", names))
        LIMIT \(Self.fixed(Self.comparedOneByOne + 1))
      ), few AS MATERIALIZED (SELECT count(*) <= \(Self.fixed(Self.comparedOneByOne)) AS are FROM tagged)
      SELECT * FROM (
        SELECT id, embedding <=> \(vector)::vector AS distance, trust_score AS trust
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

  /// All but the innermost query with its ORDER BY and LIMIT would keep the index from being used.
  private func byIndex(where condition: PostgresQuery) -> PostgresQuery {
    let dimensions = PostgresQuery(unescaped: "\(TraceIndex.dimensions)")
    let distance: PostgresQuery = "embedding <=> \(vector)::vector"
    let order: PostgresQuery
    // Bits say so little that more of the nearest by them are taken.
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
      SELECT id, \(distance) AS distance, trust_score AS trust FROM traces
      WHERE \(isCandidate) \(condition) ORDER BY \(order) LIMIT \(Self.fixed(count))
      """
    guard abilities.index == .bit else { return scan }
    return "SELECT * FROM (\(scan)) AS coarse ORDER BY distance LIMIT \(Self.fixed(Self.candidates))"
  }

  /// A number that is part of the statement. Were it a parameter, a plan for all values would reckon with a tenth of the
  /// table, seem dear beside one for this value, and so the server would plan each search anew: a millisecond.
  private static func fixed(_ number: Int) -> PostgresQuery { PostgresQuery(unescaped: "\(number)") }

  private var isCandidate: PostgresQuery {
    """
    embedding IS NOT NULL AND NOT is_flagged AND embedding_model_id = \(model.id)
    AND embedding_model_version = \(model.version)
    """
  }

  /// A count and no join: the planner could turn a join round, and then sort all that has the tags.
  private func hasAll(_ trace: PostgresQuery, _ names: [String]) -> PostgresQuery {
    """
    (SELECT count(*) FROM trace_tags AS each JOIN tags ON tags.id = each.tag_id
      WHERE each.trace_id = \(trace) AND tags.name = ANY(\(names))) = \(Int32(names.count))
    """
  }
}

/// What a database can do for search. To be asked now and then: an index comes and goes.
public struct SearchAbilities: Hashable, Sendable {
  /// The index; nil if there is none, so that all vectors are compared.
  public let index: TraceIndex?
  /// Whether a search of the graph goes on until enough was found: from pgvector 0.8 on.
  public let scansOn: Bool

  /// Nothing but comparing all vectors.
  public static let least = SearchAbilities(index: nil, scansOn: false)

  /// Asks the database.
  ///
  /// - Throws: `PostgresError`.
  public static func read(on connection: PostgresConnection) async throws -> SearchAbilities {
    let index = try await TraceIndex.available(on: connection).first
    let version = try await connection.query("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
      .first?.decode(String.self)
    let parts = (version ?? "").split(separator: ".").compactMap { Int($0) }
    let scansOn = parts.count > 1 && (parts[0] > 0 || parts[1] >= 8)
    return SearchAbilities(index: index, scansOn: scansOn)
  }
}
