import Postgres

/// A table as the server describes it.
struct LiveTable: Sendable {
  struct Column: Sendable {
    let name: PostgresIdentifier
    /// The type with its modifiers, as SQL: `numeric(10,2)`, or a domain's name.
    let type: String
    /// The type below domains and without modifiers, as SQL. A cast to this one neither cuts a text off
    /// nor rounds; the assignment to the column then does what PostgreSQL does with any insert.
    let baseType: String
    /// The type below domains with its modifiers, as SQL.
    let storedType: String
    /// The clause COLLATE of a column that has another collation than its type; else empty. It decides
    /// which keys are equal.
    let collation: String
    let kind: JSONText.Kind
    /// The scalar type inside domains, arrays and ranges; see ``LiteralRule/path(of:)``.
    let scalarPath: String
    let isNotNull: Bool
    /// The default as SQL; that of an identity column takes the next number of its sequence.
    let defaultExpression: String?
    let isGenerated: Bool
    /// Whether the type is a domain, which has rules of its own.
    var isDomain: Bool { type != storedType }
    /// Whether values of one's own need OVERRIDING SYSTEM VALUE.
    let isAlwaysIdentity: Bool
    /// The sequence that its default draws from, quoted: its own, or one that several columns share.
    let sequence: String?
  }

  /// A trigger of the user.
  struct Trigger: Sendable {
    let name: String
    /// Whether it runs before each row is written, so that it may change or drop the row.
    let isBeforeRow: Bool
    let isOnInsert: Bool
    let isOnUpdate: Bool
  }

  /// A foreign key of the table.
  struct ForeignKey: Sendable {
    let name: String
    let columns: [String]
    /// Schema and name of the table that it refers to, as in ``LiveTable/canonicalName``.
    let target: String
    /// The same as SQL.
    let targetQuoted: String
    let targetColumns: [String]
    let isDeferrable: Bool
  }

  struct Check: Sendable {
    let name: String
    let expression: String
    let columns: [String]
  }

  /// As it was asked for.
  let name: TableName
  /// Schema and name, as ownership and reports keep it.
  let canonicalName: String
  /// Schema and name as SQL.
  let quoted: String
  /// What a person may not expect of the search path: that it finds the table behind another schema, or before
  /// a table of the same name.
  let ambiguity: String?
  let columns: [Column]
  /// The columns of each unique key that holds for all rows; the primary key first.
  let uniqueKeys: [[String]]
  let primaryKey: [String]?
  let checks: [Check]
  /// The triggers that fire when a row is written.
  let triggers: [Trigger]
  let foreignKeys: [ForeignKey]

  /// Whether a trigger may change a row before it is inserted.
  var changesInsertedRows: Bool { triggers.contains { $0.isBeforeRow && $0.isOnInsert } }

  subscript(column: String) -> Column? { columns.first { $0.name.name == column } }

  /// Describes tables; those that there are not are missing from the result.
  ///
  /// - Throws: `PostgresError`.
  static func describe(
    _ names: some Collection<TableName>, on connection: PostgresConnection
  ) async throws -> [TableName: LiveTable] {
    var result: [TableName: LiveTable] = [:]
    let names = Array(Set(names)).sorted { $0.description < $1.description }
    var queries: [PostgresQuery] = []
    for name in names { queries += Self.queries(try name.quoted()) }
    let answers = try await connection.pipeline(queries)
    for (index, name) in names.enumerated() {
      let rows = Array(answers[(index * queriesPerTable)..<((index + 1) * queriesPerTable)])
      guard let head = rows[0].first else { continue }
      let (schema, table, schemas, path, triggers) = try head.decode(
        String.self, String.self, [String].self, [String].self, [String].self)
      let keys = try rows[2].map { try $0.decode(Bool.self, [String].self) }
      result[name] = LiveTable(
        name: name, canonicalName: "\(schema).\(table)",
        quoted: "\(try PostgresIdentifier(schema).quoted).\(try PostgresIdentifier(table).quoted)",
        ambiguity: name.schema == nil
          ? ambiguity(of: table, in: schema, among: schemas, path: path) : nil,
        columns: try rows[1].map(Column.init), uniqueKeys: keys.map(\.1),
        primaryKey: keys.first(where: \.0)?.1,
        checks: try rows[3].map { row in
          let (name, expression, columns) = try row.decode(String.self, String.self, [String].self)
          return Check(name: name, expression: expression, columns: columns)
        },
        triggers: triggers.map { text in
          let parts = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
          return Trigger(
            name: String(parts[3]), isBeforeRow: parts[0] == "t", isOnInsert: parts[1] == "t",
            isOnUpdate: parts[2] == "t")
        },
        foreignKeys: try rows[4].map(ForeignKey.init))
    }
    return result
  }

  /// - Parameters:
  ///   - schemas: those of the path that have something of the table's name.
  ///   - path: the schemas of the path.
  private static func ambiguity(
    of table: String, in schema: String, among schemas: [String], path: [String]
  ) -> String? {
    let others = schemas.filter { $0 != schema }.map { "\($0).\(table)" }
    if !others.isEmpty {
      let verb = others.count == 1 ? "has" : "have"
      return "\(table) is \(schema).\(table); \(others.joined(separator: ", ")) \(verb) the same name"
    }
    guard let first = path.first, first != schema, path.contains(schema) else { return nil }
    return
      "\(table) is \(schema).\(table); '\(first)', the first schema of the search_path, has no such table"
  }

  private static let queriesPerTable = 5

  private static func queries(_ quoted: String) -> [PostgresQuery] {
    [
      """
      SELECT n.nspname::text, c.relname::text, ARRAY(
          SELECT s.nspname::text FROM pg_class AS same JOIN pg_namespace AS s ON s.oid = same.relnamespace
          WHERE same.relname = c.relname AND same.relkind IN ('r', 'p', 'v', 'm', 'f')
            AND s.nspname = ANY (current_schemas(false)) AND s.nspname <> 'pg_catalog'
          ORDER BY array_position(current_schemas(false), s.nspname)),
        array_remove(current_schemas(false), 'pg_catalog')::text[],
        -- tgtype is a set of bits: 1 each row, 2 before, 4 INSERT, 16 UPDATE.
        ARRAY(SELECT concat_ws(' ', tgtype & 3 = 3, tgtype & 4 <> 0, tgtype & 16 <> 0, tgname) FROM pg_trigger
          WHERE tgrelid = c.oid AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgtype & 20 <> 0 ORDER BY tgname)
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.oid = to_regclass(\(quoted)) AND c.relkind IN ('r', 'p')
      """,
      """
      SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), format_type(b.oid, -1),
        format_type(b.oid, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END),
        b.typname::text, b.typcategory::text, coalesce(e.typname::text, ''),
        a.attnotnull OR t.typnotnull,
        coalesce(pg_get_expr(d.adbin, d.adrelid), CASE WHEN t.typtype = 'd' THEN pg_get_expr(t.typdefaultbin, 0) END),
        a.attidentity::text, a.attgenerated::text,
        coalesce(pg_get_serial_sequence(\(quoted), a.attname::text), (
          SELECT min(quote_ident(n.nspname) || '.' || quote_ident(s.relname))
          FROM pg_depend AS p JOIN pg_class AS s ON s.oid = p.refobjid AND s.relkind = 'S'
          JOIN pg_namespace AS n ON n.oid = s.relnamespace
          WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
            AND p.refclassid = 'pg_class'::regclass)),
        coalesce((
          SELECT format(' COLLATE %I.%I', n.nspname, l.collname) FROM pg_collation AS l
          JOIN pg_namespace AS n ON n.oid = l.collnamespace
          WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation), ''),
        -- Most types wrap no other, and need no search below them.
        CASE WHEN t.typtype IN ('d', 'r', 'm') OR t.typcategory = 'A'
            THEN coalesce(\(unescaped: LiteralRule.path(of: "a")), '')
          WHEN t.typnamespace = 'pg_catalog'::regnamespace THEN ' ' || a.atttypmod || ' ' || t.typname
          ELSE '' END
      FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
      CROSS JOIN LATERAL (
        WITH RECURSIVE below AS (
          SELECT t.oid, t.typbasetype
          UNION ALL SELECT next.oid, next.typbasetype FROM below JOIN pg_type AS next ON next.oid = below.typbasetype
        ) SELECT oid FROM below WHERE typbasetype = 0
      ) AS base
      JOIN pg_type AS b ON b.oid = base.oid
      LEFT JOIN pg_type AS e ON e.oid = b.typelem AND b.typcategory = 'A'
      LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = to_regclass(\(quoted)) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
      """,
      """
      SELECT i.indisprimary, ARRAY(
        SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE k.place <= i.indnkeyatts ORDER BY k.place)
      FROM pg_index AS i
      WHERE i.indrelid = to_regclass(\(quoted)) AND i.indisunique AND i.indisvalid AND i.indimmediate
        AND i.indpred IS NULL AND i.indexprs IS NULL
      ORDER BY i.indisprimary DESC, i.indexrelid
      """,
      """
      SELECT c.conname::text, pg_get_expr(c.conbin, c.conrelid), ARRAY(
        SELECT a.attname::text FROM unnest(c.conkey) AS k (number)
        JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number)
      FROM pg_constraint AS c WHERE c.conrelid = to_regclass(\(quoted)) AND c.contype = 'c' ORDER BY c.conname
      """,
      """
      SELECT c.conname::text, ARRAY(
          SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
          JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY k.place),
        n.nspname::text, t.relname::text, ARRAY(
          SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
          JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.number ORDER BY k.place),
        c.condeferrable
      FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.confrelid
      JOIN pg_namespace AS n ON n.oid = t.relnamespace
      WHERE c.conrelid = to_regclass(\(quoted)) AND c.contype = 'f'
        -- A key to a partitioned table has an entry for each partition, too.
        AND NOT EXISTS (SELECT FROM pg_constraint AS whole WHERE whole.oid = c.conparentid AND whole.conrelid = c.conrelid)
        -- Since PostgreSQL 18 one may be NOT ENFORCED.
        AND to_jsonb(c) ->> 'conenforced' IS DISTINCT FROM 'false'
      ORDER BY c.conname
      """,
    ]
  }
}

extension LiveTable.Column {
  init(_ row: PostgresRow) throws {
    let (
      name, type, base, stored, baseName, category, element, isNotNull, expression, identity, generated,
      sequence, collation, scalarPath
    ) =
      try row.decode(
        String.self, String.self, String.self, String.self, String.self, String.self, String.self, Bool.self,
        String?.self, String.self, String.self, String?.self, String.self, String.self)
    self.name = try PostgresIdentifier(name)
    self.type = type
    baseType = base
    storedType = stored
    self.collation = collation
    self.scalarPath = scalarPath
    self.isNotNull = isNotNull
    isGenerated = !generated.isEmpty
    isAlwaysIdentity = identity == "a"
    self.sequence = sequence
    let next = sequence.map { "nextval('\($0.replacing("'", with: "''"))')" }
    defaultExpression = identity.isEmpty ? (generated.isEmpty ? expression : nil) : next
    kind =
      switch (baseName, category) {
      // A list of numbers is what these write, too.
      case ("json", _), ("jsonb", _), ("vector", _), ("halfvec", _): .json
      case (_, "A"): .array(ofJSON: element == "json" || element == "jsonb")
      default: .plain
      }
  }
}

extension LiveTable.ForeignKey {
  init(_ row: PostgresRow) throws {
    let (name, columns, schema, table, targets, isDeferrable) = try row.decode(
      String.self, [String].self, String.self, String.self, [String].self, Bool.self)
    self.name = name
    self.columns = columns
    target = "\(schema).\(table)"
    targetQuoted = "\(try PostgresIdentifier(schema).quoted).\(try PostgresIdentifier(table).quoted)"
    targetColumns = targets
    self.isDeferrable = isDeferrable
  }
}

extension TableName {
  /// As SQL, for the search path to find if there is no schema.
  func quoted() throws -> String {
    let parts = [schema, name].compactMap(\.self)
    return try parts.map { try PostgresIdentifier($0).quoted }.joined(separator: ".")
  }
}
