import Postgres

/// The contents of a database's tables, for comparison with another time or database.
struct DatabaseState: Equatable, Sendable {
  /// The row count and digest of each table, without columns that vary: those that the database fills, and
  /// references to them.
  let contents: [String: String]

  /// Reads the state. Without the history, which has an entry for each attempt.
  static func read(on connection: PostgresConnection) async throws -> DatabaseState {
    let tables = try await connection.query(
      """
      SELECT c.oid::regclass::text, ARRAY(
        SELECT format('t.%I::text', a.attname) FROM pg_attribute AS a
        LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
          AND (d.oid IS NULL OR pg_get_expr(d.adbin, d.adrelid) !~ '\\(') AND a.atttypid <> 'uuid'::regtype
          AND NOT EXISTS (
            SELECT FROM pg_constraint AS f
            WHERE f.contype = 'f' AND f.conrelid = c.oid AND a.attnum = ANY (f.conkey))
        ORDER BY a.attnum)
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'seed_runner')
        AND n.nspname !~ '^pg_'
      """
    ).map { try $0.decode(String.self, [String].self) }
    var contents: [String: String] = [:]
    for (table, columns) in tables {
      let row = (columns + ["''"]).joined(separator: ", ")
      contents[table] = try await connection.queryOne(
        """
        SELECT count(*) || ' rows ' || coalesce(md5(string_agg(line, E'\\n' ORDER BY line COLLATE "C")), '')
        FROM (SELECT concat_ws(E'\\t', \(unescaped: row)) AS line FROM \(unescaped: table) AS t) AS lines
        """
      ).decode(String.self)
    }
    return DatabaseState(contents: contents)
  }

  /// The version of every row, which changes with every write, even if the values stay the same.
  static func rowVersions(on connection: PostgresConnection) async throws -> [String: String] {
    let tables = try await connection.query(
      """
      SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
      """
    ).map { try $0.decode(String.self) }
    var versions: [String: String] = [:]
    for table in tables where table != "seed_runner.lock" {
      versions[table] = try await connection.queryOne(
        """
        SELECT coalesce(md5(string_agg(xmin::text || ctid::text, ',' ORDER BY xmin::text || ctid::text)), '')
        FROM \(unescaped: table)
        """
      ).decode(String.self)
    }
    return versions
  }

  /// The tables that differ from another state.
  func differences(from other: DatabaseState) -> String {
    Set(contents.keys).union(other.contents.keys).sorted()
      .filter { contents[$0] != other.contents[$0] }
      .map { "\($0): \(other.contents[$0] ?? "missing"), now \(contents[$0] ?? "missing")" }
      .joined(separator: "; ")
  }
}
