import Postgres

/// A foreign key by which rows of some table refer to another one's.
struct TableReferences: Sendable {
  /// The table that has the foreign key, as SQL.
  let table: String
  private let columns: [String]
  private let targets: [String]

  /// Finds the foreign keys that refer to a table.
  ///
  /// - Parameter quoted: the table, as SQL.
  /// - Throws: `PostgresError`.
  static func find(to quoted: String, on connection: PostgresConnection) async throws -> [TableReferences] {
    try await connection.query(
      """
      SELECT c.conrelid::regclass::text,
        ARRAY(SELECT quote_ident(a.attname) FROM unnest(c.conkey) WITH ORDINALITY AS k (n, o)
          JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o),
        ARRAY(SELECT quote_ident(a.attname) FROM unnest(c.confkey) WITH ORDINALITY AS k (n, o)
          JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.o)
      FROM pg_constraint AS c WHERE c.contype = 'f' AND c.confrelid = to_regclass(\(quoted)) AND c.conparentid = 0
      ORDER BY c.conname
      """
    ).map { row in
      let (table, columns, targets) = try row.decode(String.self, [String].self, [String].self)
      return TableReferences(table: table, columns: columns, targets: targets)
    }
  }

  /// SQL that says whether a row of the alias `live` is referred to.
  var isReferred: String {
    let match = zip(columns, targets).map { "other.\($0) = live.\($1)" }
    return "EXISTS (SELECT FROM \(table) AS other WHERE \(match.joined(separator: " AND ")))"
  }
}
