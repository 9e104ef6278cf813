import Postgres

/// A unique index or exclusion constraint of a table, and how to test whether two rows conflict.
struct UniqueIndex {
  /// For messages: `unique index 'round_one_open'`.
  let name: String
  private let plainName: String
  /// What it says about two conflicting rows, for messages.
  let verdict: String
  /// The index expressions over the table's columns.
  private let expressions: [String]
  /// The operators with which values conflict, one for each expression.
  private let operators: [String]
  private let nullsConflict: Bool
  private let predicate: String?
  /// The columns that the expressions use, quoted.
  let columns: [String]

  /// `(…) AS k0, (…) AS k1`
  var values: String {
    expressions.enumerated().map { "(\($1)) AS k\($0)" }.joined(separator: ", ")
  }
  func isNamed(_ name: String) -> Bool { ShardName.isName(name, of: plainName) }
  var filter: String { predicate.map { "WHERE \($0)" } ?? "" }
  /// Whether a NULL prevents any conflict.
  var isFreedByNull: Bool { !nullsConflict }

  func match(_ left: String, _ right: String) -> String {
    operators.enumerated().map { index, name in
      let equal = "\(left).k\(index) \(name) \(right).k\(index)"
      return nullsConflict
        ? "(\(equal) OR (\(left).k\(index) IS NULL AND \(right).k\(index) IS NULL))" : equal
    }.joined(separator: " AND ")
  }

  /// A row's values for a message: `place = 7, status = open`.
  func text(of alias: String) -> String {
    let parts = expressions.enumerated().map { index, expression in
      "'\(expression.replacing("'", with: "''")) = ' || coalesce(quote_literal(left(\(alias).k\(index)::text, 60)), 'NULL')"
    }
    return "concat_ws(', ', \(parts.joined(separator: ", ")))"
  }

  static func all(of quoted: String, on connection: PostgresConnection) async throws -> [UniqueIndex] {
    try await connection.query(
      """
      SELECT CASE con.contype WHEN 'x' THEN 'exclusion constraint ''' WHEN 'p' THEN 'primary key '''
          WHEN 'u' THEN 'unique constraint ''' ELSE 'unique index ''' END || c.relname || '''', c.relname::text,
        ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) AS k),
        ARRAY(
          SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname) FROM generate_series(1, i.indnkeyatts) AS k
          JOIN pg_opclass AS class ON class.oid = (i.indclass::oid[])[k - 1]
          JOIN pg_operator AS o ON o.oid = coalesce(con.conexclop[k], (
            SELECT amopopr FROM pg_amop WHERE amopfamily = class.opcfamily AND amopstrategy = 3
              AND amoplefttype = class.opcintype AND amoprighttype = class.opcintype))
          JOIN pg_namespace AS n ON n.oid = o.oprnamespace ORDER BY k),
        i.indnullsnotdistinct, CASE WHEN i.indrelid = top.oid THEN pg_get_expr(i.indpred, i.indrelid)
          ELSE concat_ws(' AND ', coalesce(pg_get_partition_constraintdef(i.indrelid), 'true'), pg_get_expr(i.indpred, i.indrelid)) END,
        ARRAY(
          SELECT a.attname::text FROM pg_attribute AS a
          WHERE a.attrelid = i.indrelid AND NOT a.attisdropped AND (a.attnum = ANY(i.indkey::int2[])
            OR EXISTS (
              SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))
          ORDER BY a.attnum)
      FROM (SELECT to_regclass(\(quoted))::oid AS oid) AS top
      -- A partition may have its own indexes.
      CROSS JOIN LATERAL (SELECT top.oid UNION SELECT relid FROM pg_partition_tree(top.oid)) AS part (oid)
      JOIN pg_index AS i ON i.indrelid = part.oid JOIN pg_class AS c ON c.oid = i.indexrelid
      LEFT JOIN pg_constraint AS con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x')
      WHERE (i.indrelid = top.oid OR NOT c.relispartition) AND (i.indisunique OR i.indisexclusion) AND i.indisvalid
      ORDER BY i.indrelid <> top.oid, i.indisprimary DESC, c.relname
      """
    ).map { row in
      let (name, plainName, expressions, operators, nullsConflict, predicate, columns) = try row.decode(
        String.self, String.self, [String].self, [String].self, Bool.self, String?.self, [String].self)
      return UniqueIndex(
        name: name, plainName: plainName,
        verdict: name.hasPrefix("exclusion") ? "does not allow two such rows" : "allows only one such row",
        expressions: expressions, operators: operators,
        nullsConflict: nullsConflict,
        predicate: predicate, columns: try columns.map { try PostgresIdentifier($0).quoted })
    }
  }
}

/// A column of a table, from the catalog.
struct TableColumn {
  /// The name, quoted.
  let quoted: String
  let type: String
  /// `N` for numbers, `S` for strings and so on: `pg_type.typcategory`.
  let category: String
  /// The maximum number of characters; nil if there is none.
  let length: Int?
  let isNotNull: Bool
  let isGenerated: Bool
  /// The default as SQL.
  let defaultExpression: String?

  static func all(of quoted: String, on connection: PostgresConnection) async throws -> [TableColumn] {
    try await connection.query(
      """
      SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), t.typcategory::text,
        CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END,
        a.attnotnull, a.attgenerated <> '',
        CASE WHEN a.attgenerated = '' AND a.attidentity = '' THEN pg_get_expr(d.adbin, d.adrelid) END
      FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = to_regclass(\(quoted)) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
      """
    ).map { row in
      let (name, type, category, length, isNotNull, isGenerated, expression) = try row.decode(
        String.self, String.self, String.self, Int32?.self, Bool.self, Bool.self, String?.self)
      return TableColumn(
        quoted: try PostgresIdentifier(name).quoted, type: type, category: category,
        length: length.map(Int.init), isNotNull: isNotNull, isGenerated: isGenerated,
        defaultExpression: expression)
    }
  }
}
