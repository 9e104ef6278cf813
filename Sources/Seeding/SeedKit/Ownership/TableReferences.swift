import Postgres

/// A foreign key of another table, or of the table itself, that references a table.
struct TableReferences: Sendable {
  /// The ON DELETE action.
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
  /// Schema and name as SQL.
  let quoted: String
  let action: Action
  /// Whether it is ON UPDATE CASCADE.
  let follows: Bool
  private let columns: [String]
  /// The referenced columns, quoted.
  let targets: [String]

  /// Finds the foreign keys that reference a table.
  ///
  /// - Parameter quoted: the table, as SQL.
  /// - Throws: `PostgresError`.
  static func find(to quoted: String, on connection: PostgresConnection) async throws -> [TableReferences] {
    try decode(try await connection.query(query(to: quoted)))
  }

  /// The query behind ``find(to:on:)``.
  ///
  /// A foreign key that references a partitioned table also has a constraint that references each partition. One of
  /// a partitioned table has a constraint on each partition that references the same table; these are left out,
  /// because they are covered by their parent.
  /// the parent covers them.
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

  /// Decodes the result of ``query(to:)``.
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

  /// SQL for whether a row of the alias `other` references one of the alias `live`.
  var match: String {
    zip(columns, targets).map { "other.\($0) = live.\($1)" }.joined(separator: " AND ")
  }

  /// SQL for whether a row of the alias `live` is referenced.
  var isReferred: String { "EXISTS (SELECT 1 FROM \(quoted) AS other WHERE \(match))" }
}
