import Postgres

extension LiveTable {
  /// Describes tables. Missing tables are left out of the result.
  ///
  /// - Throws: `PostgresError`.
  static func describe(
    _ names: some Collection<TableName>, on connection: PostgresConnection
  ) async throws -> [TableName: LiveTable] {
    names.isEmpty ? [:] : try await describe(names, and: [], on: connection).tables
  }

  /// Like `describe(_:on:)`, and returns the rows of other queries, in the same round trip.
  static func describe(
    _ names: some Collection<TableName>, and others: [PostgresQuery], on connection: PostgresConnection
  ) async throws -> (tables: [TableName: LiveTable], rows: [PostgresRows]) {
    let description = try TableDescription(of: names)
    let results = try await connection.pipeline(sharingOpening: description.queries + others)
    let own = Array(results.prefix(description.queries.count))
    var details: PostgresRows?
    if let query = try description.detailsQuery(own) { details = try await connection.query(query) }
    return (try description.tables(own, details: details), Array(results.suffix(others.count)))
  }

  /// Reads the rows that describe a table; nil if there is none.
  init?(_ name: TableName, _ rows: [[PostgresRow]], details: [PostgresRow]) throws {
    guard let head = rows[0].first else { return nil }
    let (schema, table, schemas, path, triggers, inheriting) = try head.decode(
      String.self, String.self, [String].self, [String].self, [String].self, [String].self, from: 1)
    let details = Dictionary(
      try details.map { row in
        let column = try Column(row)
        return (column.name, column)
      }, uniquingKeysWith: { first, _ in first })
    let constraints = try Dictionary(grouping: rows[3]) { try $0.decode("contype", as: String.self) }
    self.init(
      name: name, canonicalName: "\(schema).\(table)",
      quoted: "\(try PostgresIdentifier(schema).quoted).\(try PostgresIdentifier(table).quoted)",
      ambiguity: name.schema == nil
        ? Self.ambiguity(of: table, in: schema, among: schemas, path: path) : nil,
      columns: try rows[1].map { row in
        let column = try Column(row)
        return details[column.name] ?? column
      },
      keys: try rows[2].map(UniqueKey.init),
      checks: try (constraints["c"] ?? []).map(Check.init),
      triggers: triggers.map(Trigger.init),
      isDeferred: try head.decode("is_deferred", as: Bool.self),
      foreignKeys: try (constraints["f"] ?? []).map(ForeignKey.init),
      inheriting: InheritingTables(inheriting, of: name.description))
  }

  /// - Parameters:
  ///   - schemas: the schemas of the search path that have a relation with the table's name.
  ///   - path: the schemas of the search path.
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

  /// SQL for the list of quoted table names.
  private static func asked(_ names: [String]) -> PostgresQuery {
    "unnest(\(names)::text[]) WITH ORDINALITY AS asked (name, place)"
  }

  static func tables(_ names: [String]) -> PostgresQuery {
    """
    SELECT asked.place, n.nspname::text, c.relname::text, ARRAY(
        SELECT s.nspname::text FROM pg_class AS same JOIN pg_namespace AS s ON s.oid = same.relnamespace
        WHERE same.relname = c.relname AND same.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND s.nspname = ANY (current_schemas(false)) AND s.nspname <> 'pg_catalog'
        ORDER BY array_position(current_schemas(false), s.nspname)),
      array_remove(current_schemas(false), 'pg_catalog')::text[],
      -- tgtype is a set of bits: 1 each row, 2 before, 4 INSERT, 16 UPDATE.
      ARRAY(SELECT concat_ws(' ', tgtype & 3 = 3, tgtype & 4 <> 0, tgtype & 16 <> 0, tgname) FROM pg_trigger
        WHERE tgrelid = c.oid AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgtype & 20 <> 0 ORDER BY tgname),
      \(unescaped: InheritingTables.list(of: "c")),
      EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgdeferrable) AS is_deferred
    FROM \(asked(names)) JOIN pg_class AS c ON c.oid = to_regclass(asked.name)
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p')
    """
  }

  /// Columns whose types are not built on others and whose sequence needs no search. `is_wrapped` marks the rest.
  static func simpleColumns(_ names: [String]) -> PostgresQuery {
    """
    SELECT asked.place, a.attname::text, format_type(a.atttypid, a.atttypmod), format_type(t.oid, -1),
      format_type(t.oid, a.atttypmod), t.typname::text, t.typcategory::text, coalesce(e.typname::text, ''),
      a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attgenerated::text,
      CASE WHEN a.attidentity <> '' OR d.oid IS NOT NULL
        THEN pg_get_serial_sequence(asked.name, a.attname::text) END, \(unescaped: collation),
      CASE WHEN coalesce(e.typnamespace, t.typnamespace) = 'pg_catalog'::regnamespace
        THEN concat_ws(' ', CASE WHEN e.oid IS NULL THEN '' ELSE 'a.' END, a.atttypmod, coalesce(e.typname, t.typname))
        ELSE '' END, \(unescaped: mayDraw),
      coalesce(e.typtype, t.typtype) NOT IN ('b', 'e') OR t.typtype NOT IN ('b', 'e')
        OR (d.oid IS NOT NULL AND a.attgenerated = '' AND pg_get_expr(d.adbin, d.adrelid) LIKE '%nextval(%'
          AND pg_get_serial_sequence(asked.name, a.attname::text) IS NULL) AS is_wrapped
    FROM \(asked(names)) JOIN pg_attribute AS a ON a.attrelid = to_regclass(asked.name)
    JOIN pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_type AS e ON e.oid = t.typelem AND t.typcategory = 'A'
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY asked.place, a.attnum
    """
  }

  /// Like ``simpleColumns(_:)``, also for the columns that it marks.
  static func wrappedColumns(_ names: [String]) -> PostgresQuery {
    """
    SELECT asked.place, a.attname::text, format_type(a.atttypid, a.atttypmod), format_type(b.oid, -1),
      format_type(b.oid, CASE WHEN t.typtype = 'd' THEN base.modifier ELSE a.atttypmod END),
      b.typname::text, b.typcategory::text, coalesce(e.typname::text, ''), a.attnotnull OR base.is_not_null,
      coalesce(pg_get_expr(d.adbin, d.adrelid), CASE WHEN t.typtype = 'd' THEN pg_get_expr(t.typdefaultbin, 0) END),
      a.attidentity::text, a.attgenerated::text,
      coalesce(pg_get_serial_sequence(asked.name, a.attname::text), (
        SELECT min(quote_ident(n.nspname) || '.' || quote_ident(s.relname))
        FROM (
          SELECT p.refobjid FROM pg_depend AS p
          WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass
          UNION ALL SELECT to_regclass(\(unescaped: namedSequence))
        ) AS used (oid) JOIN pg_class AS s ON s.oid = used.oid AND s.relkind = 'S'
        JOIN pg_namespace AS n ON n.oid = s.relnamespace)),
      \(unescaped: collation), coalesce(\(unescaped: LiteralRule.path(of: "a")), ''),
      \(unescaped: mayDraw)
    FROM \(asked(names)) JOIN pg_attribute AS a ON a.attrelid = to_regclass(asked.name)
    JOIN pg_type AS t ON t.oid = a.atttypid
    CROSS JOIN LATERAL (
      WITH RECURSIVE below AS (
        SELECT t.oid, t.typbasetype, t.typtypmod AS modifier, t.typnotnull AS is_not_null
        UNION ALL
        SELECT next.oid, next.typbasetype,
          CASE WHEN next.typtype = 'd' THEN next.typtypmod ELSE below.modifier END,
          below.is_not_null OR (next.typtype = 'd' AND next.typnotnull)
        FROM below JOIN pg_type AS next ON next.oid = below.typbasetype
      ) SELECT oid, modifier, is_not_null FROM below WHERE typbasetype = 0
    ) AS base
    JOIN pg_type AS b ON b.oid = base.oid
    LEFT JOIN pg_type AS e ON e.oid = b.typelem AND b.typcategory = 'A'
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped
    """
  }

  /// SQL for a column's collation, if it differs from that of its type.
  private static let collation = """
    coalesce((
      SELECT format(' COLLATE %I.%I', n.nspname, l.collname) FROM pg_collation AS l
      JOIN pg_namespace AS n ON n.oid = l.collnamespace
      WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation), '')
    """

  /// SQL for whether the role may use the sequence of an identity column.
  private static let mayDraw =
    "a.attidentity = '' OR has_sequence_privilege(pg_get_serial_sequence(asked.name, a.attname::text), 'USAGE, UPDATE')"

  /// SQL for the sequence in a default of the form `nextval(('s'::text)::regclass)`, which older versions of
  /// PostgreSQL wrote for serial columns. The name is resolved at run time, so the catalog records no dependency.
  private static let namedSequence = #"""
    replace(substring(pg_get_expr(d.adbin, d.adrelid) from
      $re$nextval\(\(+'((?:[^']|'')+)'(?:::[a-z ]+\))*::regclass\)$re$), $q$''$q$, $q$'$q$)
    """#

  static func uniqueKeys(_ names: [String]) -> PostgresQuery {
    """
    SELECT asked.place, c.relname::text, i.indisprimary, ARRAY(
        SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE k.place <= i.indnkeyatts ORDER BY k.place)
      || ARRAY(
        SELECT name FROM unnest(\(unescaped: columns(in: "i.indexprs"))) AS name
        WHERE name <> ALL (ARRAY(
          SELECT attname::text FROM pg_attribute
          WHERE attrelid = i.indrelid AND attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])))),
      CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(
        SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) AS k ORDER BY k) END,
      i.indnullsnotdistinct, pg_get_expr(i.indpred, i.indrelid), \(unescaped: columns(in: "i.indpred"))
    FROM \(asked(names)) JOIN pg_index AS i ON i.indrelid = to_regclass(asked.name)
    JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indisunique AND i.indisvalid AND i.indimmediate
      -- Expressions over the whole row cannot be evaluated for a record.
      AND concat(i.indpred, i.indexprs) !~ ':varattno 0 '
    ORDER BY i.indisprimary DESC, i.indexrelid
    """
  }

  /// SQL for the columns of `i.indrelid` that an expression tree uses.
  private static func columns(in tree: String) -> String {
    """
    ARRAY(
      SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = i.indrelid AND a.attnum IN (
        SELECT var[1]::int FROM regexp_matches(\(tree)::text, ':varattno (-?\\d+) ', 'g') AS var)
      ORDER BY a.attnum)
    """
  }

  /// Check constraints and foreign keys.
  static func constraints(_ names: [String]) -> PostgresQuery {
    """
    SELECT asked.place, c.contype::text AS contype, c.conname::text, ARRAY(
        SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY k.place),
      CASE c.contype WHEN 'c' THEN pg_get_expr(c.conbin, c.conrelid) END,
      n.nspname::text, t.relname::text, ARRAY(
        SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.number ORDER BY k.place),
      c.condeferrable
    FROM \(asked(names)) JOIN pg_constraint AS c ON c.conrelid = to_regclass(asked.name)
    LEFT JOIN pg_class AS t ON t.oid = c.confrelid LEFT JOIN pg_namespace AS n ON n.oid = t.relnamespace
    WHERE c.contype IN ('c', 'f')
      -- A foreign key to a partitioned table also has an entry for each partition.
      AND NOT (c.contype = 'f'
        AND EXISTS (SELECT FROM pg_constraint AS whole WHERE whole.oid = c.conparentid AND whole.conrelid = c.conrelid))
      -- PostgreSQL 18 added NOT ENFORCED.
      AND to_jsonb(c) ->> 'conenforced' IS DISTINCT FROM 'false'
    ORDER BY c.conname
    """
  }
}

extension LiveTable.Column {
  init(_ row: PostgresRow) throws {
    let (
      name, type, base, stored, baseName, category, element, isNotNull, expression, identity, generated,
      sequence, collation, scalarPath, mayDraw
    ) =
      try row.decode(
        String.self, String.self, String.self, String.self, String.self, String.self, String.self, Bool.self,
        String?.self, String.self, String.self, String?.self, String.self, String.self, Bool.self, from: 1)
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
    self.mayDraw = mayDraw
    let next = sequence.map { "nextval('\($0.replacing("'", with: "''"))')" }
    defaultExpression = identity.isEmpty ? (generated.isEmpty ? expression : nil) : next
    kind =
      switch (baseName, category) {
      // These types also accept an array of numbers.
      case ("json", _), ("jsonb", _), ("vector", _), ("halfvec", _): .json
      case (_, "A"): .array(ofJSON: element == "json" || element == "jsonb")
      default: .plain
      }
  }
}

extension LiveTable.ForeignKey {
  init(_ row: PostgresRow) throws {
    let (name, columns, _, schema, table, targets, isDeferrable) = try row.decode(
      String.self, [String].self, String?.self, String.self, String.self, [String].self, Bool.self, from: 2)
    self.name = name
    self.columns = columns
    target = "\(schema).\(table)"
    targetQuoted = "\(try PostgresIdentifier(schema).quoted).\(try PostgresIdentifier(table).quoted)"
    targetColumns = targets
    self.isDeferrable = isDeferrable
  }
}

extension LiveTable.UniqueKey {
  init(_ row: PostgresRow) throws {
    (index, isPrimary, columns, expressions, nullsAreEqual, predicate, predicateColumns) = try row.decode(
      String.self, Bool.self, [String].self, [String]?.self, Bool.self, String?.self, [String].self, from: 1)
  }
}

extension LiveTable.Check {
  init(_ row: PostgresRow) throws {
    (name, columns, expression) = try row.decode(String.self, [String].self, String.self, from: 2)
  }
}

extension LiveTable.Trigger {
  /// - Parameter text: three flags and the name.
  init(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
    isBeforeRow = parts[0] == "t"
    isOnInsert = parts[1] == "t"
    isOnUpdate = parts[2] == "t"
    name = String(parts[3])
  }
}
