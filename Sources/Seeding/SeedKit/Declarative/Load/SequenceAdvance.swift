import Postgres

/// Advances sequences past the numbers in the files. Without this, the next insert would get a number that is in use.
struct SequenceAdvance {
  private let uses: [(sequence: String, query: String)]

  /// - Parameter numbers: the numbers in use, as a query for each column.
  init(_ numbers: [(sequence: String, query: String)]) {
    uses = Dictionary(grouping: numbers, by: \.sequence).sorted { $0.key < $1.key }.map { sequence, uses in
      (sequence, uses.map(\.query).joined(separator: " UNION ALL "))
    }
  }

  /// The statements that advance them.
  var statements: [PostgresQuery] {
    uses.map { use in
      PostgresQuery(
        unescaped: """
          SELECT setval(state.seqrelid::regclass, CASE WHEN seqincrement > 0 THEN used.top ELSE used.bottom END)
          \(Self.behind(use))
          """)
    }
  }

  /// Whether a sequence is behind the numbers.
  func isDue(on connection: PostgresConnection) async throws -> Bool {
    let queries = uses.map { PostgresQuery(unescaped: "SELECT \(Self.behind($0))") }
    return try await connection.pipeline(queries).contains { !$0.isEmpty }
  }

  /// SQL for a sequence and the numbers in use, if it is behind them.
  private static func behind(_ use: (sequence: String, query: String)) -> String {
    """
    FROM (SELECT max(number) AS top, min(number) AS bottom FROM (\(use.query)) AS every) AS used
    CROSS JOIN LATERAL (
      SELECT *, CASE WHEN has_sequence_privilege(seqrelid, 'SELECT, USAGE')
        THEN pg_sequence_last_value(seqrelid) END AS last
      FROM pg_sequence WHERE seqrelid = '\(use.sequence.replacing("'", with: "''"))'::regclass
    ) AS state
    WHERE CASE WHEN seqincrement > 0 THEN used.top > coalesce(last, seqstart - 1)
        AND used.top BETWEEN seqmin AND seqmax
      ELSE used.bottom < coalesce(last, seqstart + 1) AND used.bottom BETWEEN seqmin AND seqmax END
    """
  }
}
