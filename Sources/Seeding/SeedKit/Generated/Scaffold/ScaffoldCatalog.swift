import Postgres

/// What the catalog says about a table in addition to ``LiveTable``.
struct ScaffoldSource {
  struct Column {
    let comment: String
    /// The labels of an enum, also inside a domain or an array.
    let labels: [String]
    /// The constraints of its domains.
    let domainChecks: [String]
    /// The kind of the type below domains: `b`, `c`, `e`, `r` or another of `pg_type.typtype`.
    let typeKind: String
  }

  /// With the foreign keys of partitions.
  let live: LiveTable
  let columns: [String: Column]
  /// The names of the foreign keys that only partitions have.
  let partitionKeys: Set<String>
  /// The exclusion constraints.
  let exclusions: [String]
  let isPartitioned: Bool
  /// The columns of the partition key; empty for a key with expressions.
  let partitionKey: [String]
  /// `FOR VALUES …` of each partition.
  let partitionBounds: [String]

  /// The tables of migration tools, in lower case.
  private static let migrationTables = [
    "schema_migrations", "ar_internal_metadata", "schema_info", "flyway_schema_history", "schema_version",
    "django_migrations", "alembic_version", "knex_migrations", "knex_migrations_lock", "databasechangelog",
    "databasechangeloglock", "__efmigrationshistory", "_prisma_migrations", "goose_db_version",
    "gorp_migrations",
    "migrations", "sequelizemeta", "__drizzle_migrations", "pgmigrations", "mikro_orm_migrations",
    "doctrine_migration_versions", "phinxlog", "atlas_schema_revisions", "kysely_migration",
    "kysely_migration_lock",
    "_sqlx_migrations", "__diesel_schema_migrations", "typeorm_metadata", "refinery_schema_history",
  ]

  private static let tableQuery = """
    SELECT n.nspname::text, c.relname::text, pg_table_is_visible(c.oid), c.relkind = 'p',
      ARRAY(SELECT x.conname::text FROM pg_constraint AS x WHERE x.conrelid = c.oid AND x.contype = 'x' ORDER BY 1),
      ARRAY(SELECT a.attname::text FROM pg_partitioned_table AS p
        CROSS JOIN LATERAL unnest(p.partattrs::int2[]) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute AS a ON a.attrelid = p.partrelid AND a.attnum = k.number
        WHERE p.partrelid = c.oid ORDER BY k.place),
      ARRAY(SELECT pg_get_expr(part.relpartbound, part.oid) FROM pg_inherits AS i
        JOIN pg_class AS part ON part.oid = i.inhrelid WHERE i.inhparent = c.oid AND part.relispartition ORDER BY part.oid)
    """

  /// Reads the tables of a schema. Views, foreign tables, partitions, and the tables of extensions and migration
  /// tools are left out.
  ///
  /// - Returns: nil if there is no such schema.
  static func read(schema: String, on connection: PostgresConnection) async throws -> [ScaffoldSource]? {
    let exists = try await connection.queryOne(
      "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = \(schema))"
    ).decode(Bool.self)
    guard exists else { return nil }
    return try await read(
      """
      n.nspname = \(schema) AND NOT c.relispartition AND c.relpersistence <> 't'
        AND lower(c.relname) <> ALL (\(migrationTables))
        AND NOT EXISTS (SELECT FROM pg_depend AS d
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      """, on: connection)
  }

  /// Reads a table, and the tables that its foreign keys refer to, directly or through others.
  ///
  /// - Parameter table: the table as SQL.
  static func read(
    table: String, on connection: PostgresConnection
  ) async throws -> [ScaffoldSource] {
    try await read(
      """
      c.oid IN (
        WITH RECURSIVE used (oid) AS (
          SELECT to_regclass(\(table))::oid
          UNION
          SELECT k.confrelid FROM used JOIN pg_constraint AS k ON k.conrelid = used.oid AND k.contype = 'f'
        ) SELECT oid FROM used)
      """, on: connection)
  }

  private static func read(
    _ condition: PostgresQuery, on connection: PostgresConnection
  ) async throws -> [ScaffoldSource] {
    let rows = try await connection.query(
      """
      \(unescaped: tableQuery)
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND \(condition)
      ORDER BY c.relname
      """
    ).map {
      try $0.decode(
        String.self, String.self, Bool.self, Bool.self, [String].self, [String].self, [String].self)
    }
    let names = rows.map { TableName(schema: $0.2 ? nil : $0.0, name: $0.1) }
    let live = try await LiveTable.describe(names, on: connection)
    let links = try await partitionLinks(rows.filter { $0.3 }.map { "\($0.0).\($0.1)" }, on: connection)
    let columns = try await columns(live.values.map(\.quoted), on: connection)
    return zip(names, rows).compactMap { name, row in
      guard let table = live[name] else { return nil }
      let added = (links[table.canonicalName] ?? []).filter { link in
        !table.foreignKeys.contains { $0.columns == link.columns }
      }
      return ScaffoldSource(
        live: table.adding(added), columns: columns[table.canonicalName] ?? [:],
        partitionKeys: Set(added.map(\.name)), exclusions: row.4, isPartitioned: row.3,
        partitionKey: row.5, partitionBounds: row.6)
    }
  }

  /// The foreign keys of one column that partitions have and the partitioned table has not.
  private static func partitionLinks(
    _ tables: [String], on connection: PostgresConnection
  ) async throws -> [String: [LiveTable.ForeignKey]] {
    let rows = try await connection.query(
      """
      SELECT DISTINCT ON (1, 3) n.nspname || '.' || c.relname, k.conname::text, a.attname::text, tn.nspname::text,
        t.relname::text, ta.attname::text
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_inherits AS i ON i.inhparent = c.oid
      JOIN pg_constraint AS k ON k.conrelid = i.inhrelid AND k.contype = 'f' AND k.conparentid = 0
        AND cardinality(k.conkey) = 1
      JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
      JOIN pg_class AS t ON t.oid = k.confrelid JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
      JOIN pg_attribute AS ta ON ta.attrelid = k.confrelid AND ta.attnum = k.confkey[1]
      WHERE n.nspname || '.' || c.relname = ANY (\(tables)) ORDER BY 1, 3
      """)
    var found: [String: [LiveTable.ForeignKey]] = [:]
    for row in rows {
      let (table, name, column, schema, target, targetColumn) = try row.decode(
        String.self, String.self, String.self, String.self, String.self, String.self)
      found[table, default: []].append(
        LiveTable.ForeignKey(
          name: name, columns: [column], target: "\(schema).\(target)", targetQuoted: "",
          targetColumns: [targetColumn], isDeferrable: false))
    }
    return found
  }

  private static func columns(
    _ tables: [String], on connection: PostgresConnection
  ) async throws -> [String: [String: Column]] {
    // citus: the catalog
    let rows = try await connection.query(
      """
      WITH RECURSIVE below AS (
        SELECT a.attrelid, a.attnum, a.atttypid AS type, true AS is_outside FROM pg_attribute AS a
        WHERE a.attrelid = ANY (\(tables)::text[]::regclass[]) AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT below.attrelid, below.attnum, CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.typelem END,
          below.is_outside AND t.typtype = 'd'
        FROM below JOIN pg_type AS t ON t.oid = below.type
        WHERE t.typtype = 'd' OR (t.typcategory = 'A' AND t.typelem <> 0)
      )
      SELECT n.nspname || '.' || c.relname, a.attname::text, coalesce(col_description(a.attrelid, a.attnum), ''),
        ARRAY(SELECT e.enumlabel::text FROM below AS b JOIN pg_enum AS e ON e.enumtypid = b.type
          WHERE b.attrelid = a.attrelid AND b.attnum = a.attnum ORDER BY e.enumsortorder),
        ARRAY(SELECT pg_get_expr(k.conbin, 0) FROM below AS b JOIN pg_constraint AS k ON k.contypid = b.type
          WHERE b.attrelid = a.attrelid AND b.attnum = a.attnum AND b.is_outside AND k.contype = 'c'),
        (SELECT t.typtype::text FROM below AS b JOIN pg_type AS t ON t.oid = b.type
          WHERE b.attrelid = a.attrelid AND b.attnum = a.attnum AND b.is_outside AND t.typtype <> 'd')
      FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE a.attrelid = ANY (\(tables)::text[]::regclass[]) AND a.attnum > 0 AND NOT a.attisdropped
      """)
    var found: [String: [String: Column]] = [:]
    for row in rows {
      let (table, name, comment, labels, checks, kind) = try row.decode(
        String.self, String.self, String.self, [String].self, [String].self, String?.self)
      found[table, default: [:]][name] = Column(
        comment: comment, labels: labels, domainChecks: checks, typeKind: kind ?? "b")
    }
    return found
  }

  /// What the constraints and the partitions say about the columns.
  var facts: TableFacts { facts(assuming: []) }

  private var known: TableFacts.Known {
    let fixed = Set(live.keys.flatMap(\.columns) + live.foreignKeys.flatMap(\.columns))
    func names(_ isMeant: (LiveTable.Column) -> Bool) -> Set<String> {
      Set(live.columns.filter(isMeant).map(\.name.name))
    }
    let free = names { !$0.isGenerated && !fixed.contains($0.name.name) }
    let numbers = ["smallint", "integer", "bigint", "numeric", "real", "double precision"]
    let times = ["date", "timestamp with time zone", "timestamp without time zone"]
    return TableFacts.Known(
      optional: names { !$0.isNotNull }.intersection(free), notNull: names(\.isNotNull),
      references: Set(live.foreignKeys.flatMap(\.columns)),
      ownReferences: Set(live.foreignKeys.filter { $0.target == live.canonicalName }.flatMap(\.columns)),
      numbers: names { numbers.contains($0.baseType) && $0.sequence == nil }.intersection(free).subtracting(
        partitionKey), times: names { times.contains($0.baseType) },
      labels: columns.mapValues(\.labels).filter { !$0.value.isEmpty })
  }

  /// Like ``facts``, with conditions that hold anyway.
  func facts(assuming assumptions: [SQLExpression]) -> TableFacts {
    var facts = TableFacts(
      checks: live.checks,
      domains: live.columns.flatMap { column in
        (columns[column.name.name]?.domainChecks ?? []).map { (column.name.name, $0) }
      }, known: known, assuming: assumptions)
    if let partitions = partitionCondition { _ = facts.require(partitions) }
    return facts
  }

  /// The values of the partition key for which there is a partition; nil if all have one, or it is not known.
  private var partitionCondition: SQLExpression? {
    guard isPartitioned, partitionKey.count == 1, !partitionBounds.contains("DEFAULT") else { return nil }
    let column = SQLExpression.column(partitionKey[0])
    var lows: [String] = []
    var highs: [String] = []
    var values: [SQLExpression] = []
    for bound in partitionBounds {
      guard let tokens = SQLExpression.Token.list(of: bound) else { return nil }
      let constants = tokens.compactMap { token -> String? in
        switch token {
        case .text(let text), .number(let text): text
        default: nil
        }
      }
      if tokens.contains(.word("IN")) {
        values += constants.map(SQLExpression.text)
      } else if tokens.contains(.word("TO")), constants.count == 2 {
        lows.append(constants[0])
        highs.append(constants[1])
      } else {
        return nil
      }
    }
    if !values.isEmpty { return .any("=", column, .array(values)) }
    // The text of timestamps sorts like the timestamps. Numbers of different length do not.
    let isNumber = lows.allSatisfy { Int($0) != nil } && highs.allSatisfy { Int($0) != nil }
    func first(_ left: String, _ right: String) -> Bool {
      isNumber ? (Int(left) ?? 0) < (Int(right) ?? 0) : left < right
    }
    guard let low = lows.min(by: first), let high = highs.max(by: first) else { return nil }
    return .and([.binary(">=", column, .text(low)), .binary("<", column, .text(high))])
  }
}

extension LiveTable {
  /// The table with more foreign keys.
  fileprivate func adding(_ links: [ForeignKey]) -> LiveTable {
    LiveTable(
      name: name, canonicalName: canonicalName, quoted: quoted, ambiguity: ambiguity, columns: columns,
      keys: keys,
      checks: checks, triggers: triggers, isDeferred: isDeferred, foreignKeys: foreignKeys + links,
      inheriting: inheriting)
  }
}
