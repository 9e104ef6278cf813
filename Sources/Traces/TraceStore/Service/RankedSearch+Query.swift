import Postgres

extension RankedSearch {
  /// One row more than a page, which shows whether there is a next page.
  var query: PostgresQuery {
    """
    SELECT \(StoredTrace.columns), similarity, score, reference, counts
    FROM (
      SELECT found, similarity, score, reference, counts FROM (\(scored)) AS scored \(onPage)
      ORDER BY score DESC, found LIMIT \(Int32(limit + 1))
    ) AS best JOIN traces ON traces.id = found JOIN users ON users.id = contributor_id
    ORDER BY score DESC, found
    """
  }

  /// The condition for the traces after the cursor. The server computes the same score for the same vectors, bit by
  /// bit.
  private var onPage: PostgresQuery {
    guard let cursor else { return "" }
    return "WHERE score < \(cursor.score) OR (score = \(cursor.score) AND found > \(cursor.id))"
  }

  /// Moves provisional traces of others behind all other results.
  private var lateness: PostgresQuery {
    includesProvisional ? " - CASE WHEN is_late THEN \(Self.late)::float8 ELSE 0 END" : ""
  }

  /// The weight of a trace by its trust.
  private var trustWeight: PostgresQuery { "ln(2 + greatest(0, trust))" }

  /// The candidates with their scores.
  private var scored: PostgresQuery {
    guard !terms.spellings.isEmpty else {
      return """
        SELECT id AS found, 1 - distance AS similarity, (1 - distance) * \(trustWeight)\(lateness) AS score,
          0::float8 AS reference, '' AS counts
        FROM (\(nearest)) AS near
        """
    }
    // The cursor has what the first page found out about other traces, so that scores are the same on all pages.
    let reference: PostgresQuery =
      cursor.map { "\($0.reference)::float8" }
      ?? "greatest(0, max(1 - distance) FILTER (WHERE NOT is_late) OVER ())"
    let own: PostgresQuery = viewer == nil ? "" : "own AS MATERIALIZED (\(ownTerms)), "
    return """
      WITH near AS MATERIALIZED (\(nearest)), \(own)lookups AS MATERIALIZED (\(lookups)),
        named AS MATERIALIZED (\(named))
      SELECT id AS found, 1 - distance AS similarity, reference,
        coalesce((SELECT string_agg(DISTINCT term || ':' || count, ',') FROM lookups), '') AS counts,
        (1 - distance + \(Self.termStrength) * reference * least(1, rarity)) * \(trustWeight)\(lateness) AS score
      FROM (
        SELECT id, distance, trust, is_late, rarity, \(reference) AS reference FROM (
          SELECT near.id, distance, trust, is_late, coalesce(rarity, 0) AS rarity
          FROM near LEFT JOIN named ON named.id = near.id
          UNION ALL
          SELECT traces.id, embedding <=> \(vector)::vector, trust_score, false, rarity FROM (
            SELECT named.id, rarity FROM named LEFT JOIN near ON near.id = named.id WHERE near.id IS NULL
          ) AS others JOIN traces ON traces.id = others.id
        ) AS candidates
      ) AS compared
      """
  }

  /// The traces with each term of the question. A lookup ends at one trace more than `ExactTerms.maximumTraces`. Traces
  /// that the search does not find do not count, because spam would change the weight of a term. `OFFSET 0` keeps
  /// conditions without an index out of the innermost query, so that no other index can be preferred.
  private var lookups: PostgresQuery {
    let names = tags.map(\.description)
    let isMarked = abilities.isOnCluster && !names.isEmpty
    let mark: PostgresQuery = isMarked ? ", has_tags" : ""
    let marking: PostgresQuery =
      isMarked ? ", CASE WHEN \(isCandidate) THEN \(hasAll("traces.id", names)) END AS has_tags" : ""
    let lookups = terms.spellings.enumerated().map { number, spellings -> PostgresQuery in
      let count: PostgresQuery = cursor.map { "\(Int64($0.counts[number]))::bigint" } ?? "count(*) OVER ()"
      // Own traces are candidates only if they have the tags.
      let ownMark: PostgresQuery = isMarked ? ", true" : ""
      let own: PostgresQuery =
        viewer == nil ? "" : "UNION ALL SELECT id\(ownMark) FROM own WHERE terms && \(spellings)"
      return """
        SELECT \(Self.fixed(number)) AS term, id, \(count) AS count\(mark) FROM (
          (SELECT id\(mark) FROM (
            SELECT id, \(isCandidate) AS is_candidate\(marking) FROM traces
            WHERE (\(Self.has(spellings))) AND \(TraceVisibility.everybody) OFFSET 0
          ) AS with_term WHERE is_candidate LIMIT \(Self.fixed(ExactTerms.maximumTraces + 1))) \(own)
        ) AS having_term
        """
    }
    return lookups.dropFirst().reduce(lookups[0]) { "\($0) UNION ALL \($1)" }
  }

  /// The exact terms of own provisional traces, which are not in the index. Only texts that contain a term of the
  /// question at all are split into terms.
  private var ownTerms: PostgresQuery {
    """
    SELECT near.id, \(ExactTerms.expression) AS terms FROM near JOIN traces ON traces.id = near.id
    WHERE is_own AND octet_length(context_text) + octet_length(solution_text) <= \(Self.fixed(Self.scannedBytes))
      AND EXISTS (SELECT FROM unnest(\(terms.spellings.flatMap(\.self))) AS spelling
        WHERE strpos(title || ' ' || context_text || ' ' || solution_text, spelling) > 0)
    """
  }

  /// Each spelling is looked up by itself, because `gin_fuzzy_search_limit` only applies if all keys of a lookup are
  /// common.
  private static func has(_ spellings: [String]) -> PostgresQuery {
    let conditions = spellings.map { spelling -> PostgresQuery in "\(ExactTerms.expression) && \([spelling])"
    }
    return conditions.dropFirst().reduce(conditions[0]) { "\($0) OR \($1)" }
  }

  /// The traces with the rarest terms.
  private var named: PostgresQuery {
    let names = tags.map(\.description)
    // On a cluster, the tags are compared where the traces are: Citus cannot look up tags by the result of a lookup.
    let hasTags: PostgresQuery = abilities.isOnCluster ? "has_tags" : hasAll("lookups.id", names)
    let condition: PostgresQuery = names.isEmpty ? "" : "AND \(hasTags)"
    return """
      SELECT id, sum(1 / sqrt(count)) AS rarity FROM lookups
      WHERE count <= \(Self.fixed(ExactTerms.maximumTraces)) \(condition)
      GROUP BY id ORDER BY rarity DESC, id LIMIT \(Self.fixed(Self.candidates))
      """
  }

  /// The candidates by vector: `id`, `distance`, `trust`, whether the trace comes after all others (`is_late`), and
  /// whether it is an own provisional one (`is_own`).
  var nearest: PostgresQuery {
    let found: PostgresQuery = """
      SELECT id, distance, trust, false AS is_late, false AS is_own FROM (\(nearestOfAll)) AS visible
      """
    guard let viewer else { return found }
    let isOwn: PostgresQuery = "contributor_id = \(viewer)::uuid"
    let own: PostgresQuery = """
      \(found) UNION ALL SELECT id, distance, trust, false, true FROM (
        \(oneByOne(Self.candidates, where: "\(TraceVisibility.provisional) AND \(isOwn)"))
      ) AS own
      """
    guard includesProvisional else { return own }
    let isReviewed: PostgresQuery = """
      contributor_id <> \(viewer)::uuid
      AND (SELECT is_established OR role = 'moderator' FROM users WHERE users.id = \(viewer)::uuid)
      """
    return """
      \(own) UNION ALL SELECT id, distance, trust, true, false FROM (
        \(oneByOne(Self.candidates, where: "\(TraceVisibility.provisional) AND \(isReviewed)"))
      ) AS others
      """
  }

  /// The nearest of the traces that match the condition, without the index of vectors. Spam often has equal vectors, so
  /// the ID decides which of these are on which page.
  func oneByOne(_ limit: Int, where condition: PostgresQuery) -> PostgresQuery {
    let names = tags.map(\.description)
    let hasTags: PostgresQuery = names.isEmpty ? "" : "AND \(hasAll("traces.id", names))"
    return """
      SELECT id, embedding <=> \(vector)::vector AS distance, trust_score AS trust FROM traces
      WHERE \(isCandidate) AND \(condition) \(hasTags)
      ORDER BY 2, id LIMIT \(Self.fixed(limit))
      """
  }

  /// The nearest of the traces that everybody finds.
  private var nearestOfAll: PostgresQuery {
    guard let first = tags.first else { return byIndex(where: "") }
    // PostgreSQL decides at run time which branch runs, by the number of traces with the tags. The other branch costs
    // nothing. Hidden traces do not count: spam with a rare tag would otherwise turn an exact search into a scan.
    let names = tags.map(\.description)
    let hasOthers: PostgresQuery = names.count == 1 ? "" : "AND \(hasAll("one.trace_id", names))"
    return """
      WITH tagged AS MATERIALIZED (
        SELECT trace_id FROM trace_tags AS one
        WHERE tag_id = (SELECT id FROM tags WHERE name = \(first.description)) \(hasOthers)
          AND (SELECT count(*) FROM traces AS other WHERE other.id = one.trace_id AND \(TraceVisibility.hidden)) = 0
        LIMIT \(Self.fixed(Self.comparedOneByOne + 1))
      ), few AS MATERIALIZED (SELECT count(*) <= \(Self.fixed(Self.comparedOneByOne)) AS are FROM tagged)
      SELECT * FROM (
        SELECT id, embedding <=> \(vector)::vector AS distance, trust_score AS trust
        FROM tagged JOIN traces ON traces.id = trace_id
        WHERE (SELECT are FROM few) AND \(isCandidate) AND \(TraceVisibility.everybody)
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
      SELECT id, \(distance) AS distance, trust_score AS trust FROM traces
      WHERE \(isCandidate) AND \(TraceVisibility.everybody) \(condition) ORDER BY \(order)
      LIMIT \(Self.fixed(count))
      """
    guard abilities.index == .bit else { return scan }
    return "SELECT * FROM (\(scan)) AS coarse ORDER BY distance LIMIT \(Self.fixed(Self.candidates))"
  }

  /// A constant in the SQL text. With a parameter, the generic plan would assume a tenth of the table and look
  /// expensive, so the server would plan each search again, which takes a millisecond.
  static func fixed(_ number: Int) -> PostgresQuery { PostgresQuery(unescaped: "\(number)") }

  /// Whether the vector of a trace can be compared.
  var isCandidate: PostgresQuery {
    """
    embedding IS NOT NULL AND embedding_model_id = \(model.id) AND embedding_model_version = \(model.version)
    """
  }

  /// A count instead of a join, because the planner could reverse a join and sort all traces with the tags.
  func hasAll(_ trace: PostgresQuery, _ names: [String]) -> PostgresQuery {
    """
    (SELECT count(*) FROM trace_tags AS each JOIN tags ON tags.id = each.tag_id
      WHERE each.trace_id = \(trace) AND tags.name = ANY(\(names))) = \(Int32(names.count))
    """
  }
}
