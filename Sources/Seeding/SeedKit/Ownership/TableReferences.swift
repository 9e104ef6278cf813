import Postgres

/// A foreign key by which rows of some table refer to another one's.
struct TableReferences: Sendable {
  /// What happens to the rows when those that they refer to are deleted.
  enum Action: String, Sendable {
    case noAction = "a"
    case restrict = "r"
    case cascade = "c"
    case setNull = "n"
    case setDefault = "d"
  }

  /// The table that has the foreign key, for messages.
  let table: String
  /// Its schema and name.
  let canonicalName: String
  /// The same as SQL.
  let quoted: String
  let action: Action
  /// Whether the rows follow when the values that they refer to change: ON UPDATE CASCADE.
  let follows: Bool
  private let columns: [String]
  /// The columns that are referred to, quoted.
  let targets: [String]

  /// Finds the foreign keys that refer to a table.
  ///
  /// - Parameter quoted: the table, as SQL.
  /// - Throws: `PostgresError`.
  static func find(to quoted: String, on connection: PostgresConnection) async throws -> [TableReferences] {
    try decode(try await connection.query(query(to: quoted)))
  }

  /// The query behind ``find(to:on:)``.
  ///
  /// A foreign key to a partitioned table has a constraint for each of its partitions, whose parent refers to the
  /// whole. One of a partitioned table has a constraint for each of its partitions, whose parent refers to the same
  /// table: those are left out, because the whole table's covers them.
  static func query(to quoted: String) -> PostgresQuery {
    """
    SELECT c.conrelid::regclass::text, n.nspname::text, r.relname::text, c.confdeltype::text, c.confupdtype = 'c',
      ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (n, o)
        JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o),
      ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (n, o)
        JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.o)
    FROM pg_constraint AS c JOIN pg_class AS r ON r.oid = c.conrelid
    JOIN pg_namespace AS n ON n.oid = r.relnamespace
    WHERE c.contype = 'f' AND c.confrelid = to_regclass(\(quoted)) AND NOT EXISTS (
      SELECT FROM pg_constraint AS whole WHERE whole.oid = c.conparentid AND whole.confrelid = c.confrelid)
    ORDER BY c.conname
    """
  }

  /// Reads the answer to ``query(to:)``.
  static func decode(_ rows: PostgresRows) throws -> [TableReferences] {
    try rows.map { row in
      let (table, schema, name, action, follows, columns, targets) = try row.decode(
        String.self, String.self, String.self, String.self, Bool.self, [String].self, [String].self)
      return TableReferences(
        table: table, canonicalName: "\(schema).\(name)",
        quoted: "\(try PostgresIdentifier(schema).quoted).\(try PostgresIdentifier(name).quoted)",
        action: Action(rawValue: action) ?? .noAction, follows: follows,
        columns: try columns.map { try PostgresIdentifier($0).quoted },
        targets: try targets.map { try PostgresIdentifier($0).quoted })
    }
  }

  /// SQL that says whether a row of the alias `other` refers to one of the alias `live`.
  var match: String {
    zip(columns, targets).map { "other.\($0) = live.\($1)" }.joined(separator: " AND ")
  }

  /// SQL that says whether a row of the alias `live` is referred to.
  var isReferred: String { "EXISTS (SELECT FROM \(quoted) AS other WHERE \(match))" }
}
