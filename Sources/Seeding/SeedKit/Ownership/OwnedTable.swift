package import Postgres

/// A table that a seeder has written to, as recorded in the database.
package struct OwnedTable: Sendable {
  package let id: Int32
  package let seeder: String
  /// Schema and name.
  package let table: String
  package let keyColumns: [String]
  /// How the key identifies rows.
  let rule: KeyRule
  /// The columns that the digests cover.
  package let valueColumns: [String]
  /// Whether the table is owned as a whole, not row by row.
  let isWhole: Bool

  /// What ``decode(_:)`` decodes, over the alias `owned`. Databases of earlier versions lack the last columns.
  private static let list = """
    id, seeder, table_name, key_columns, value_columns, whole_files IS NOT NULL,
      to_jsonb(owned) ->> 'key_predicate', coalesce(to_jsonb(owned) ->> 'key_nulls', 'false')::boolean
    """

  /// The query for all entries of seeders, whose rows ``decode(_:)`` decodes.
  static func all(writtenBy seeders: [SeederID]) -> PostgresQuery {
    """
    SELECT \(unescaped: list) FROM seed_runner.owned_table AS owned
    WHERE seeder = ANY(\(seeders.map(\.rawValue)))
    """
  }

  /// The query for the names of the seeders that own a table as a whole.
  static func wholeOwners(among seeders: [SeederID]) -> PostgresQuery {
    """
    SELECT DISTINCT seeder FROM seed_runner.owned_table
    WHERE whole_files IS NOT NULL AND seeder = ANY(\(seeders.map(\.rawValue)))
    """
  }

  /// The entry of a seeder and a table; nil if the seeder never wrote to it.
  ///
  /// - Throws: `PostgresError`.
  static func find(
    seeder: SeederID, table: String, on connection: PostgresConnection
  ) async throws -> OwnedTable? {
    try await rows(
      """
      SELECT \(unescaped: list) FROM seed_runner.owned_table AS owned
      WHERE seeder = \(seeder.rawValue) AND table_name = \(table)
      """, on: connection
    ).first
  }

  /// The entries of a seeder for the connection's search path, in the order in which it first wrote to the tables:
  /// those written with this search path, and those whose tables are visible in it.
  package static func all(
    of seeder: SeederID, on connection: PostgresConnection
  ) async throws -> [OwnedTable] {
    try await rows(
      """
      SELECT \(unescaped: list) FROM seed_runner.owned_table AS owned
      WHERE seeder = \(seeder.rawValue) AND (search_path = \(unescaped: SearchPath.current) OR EXISTS (
        SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname || '.' || c.relname = owned.table_name AND pg_table_is_visible(c.oid)))
      ORDER BY id
      """, on: connection)
  }

  /// The entries of other seeders for a table, except those that own it as a whole.
  static func others(
    than seeder: SeederID, table: String, on connection: PostgresConnection
  ) async throws -> [OwnedTable] {
    try await rows(
      """
      SELECT \(unescaped: list) FROM seed_runner.owned_table AS owned
      WHERE seeder <> \(seeder.rawValue) AND table_name = \(table) AND whole_files IS NULL ORDER BY id
      """, on: connection)
  }

  /// The statement that creates the entry or updates its columns, and returns it.
  static func recording(
    seeder: SeederID, table: String, keyColumns: [String], rule: KeyRule, valueColumns: [String]
  ) -> PostgresQuery {
    """
    INSERT INTO seed_runner.owned_table AS owned
      (seeder, table_name, key_columns, key_predicate, key_nulls, value_columns, search_path)
    VALUES (\(seeder.rawValue), \(table), \(keyColumns), \(rule.predicate), \(rule.allowsNulls), \(valueColumns),
      \(unescaped: SearchPath.current))
    ON CONFLICT (seeder, table_name) DO UPDATE
      SET key_columns = excluded.key_columns, key_predicate = excluded.key_predicate,
        key_nulls = excluded.key_nulls,
        value_columns = excluded.value_columns, search_path = excluded.search_path
    RETURNING \(unescaped: list)
    """
  }

  private static func rows(
    _ query: PostgresQuery, on connection: PostgresConnection
  ) async throws -> [OwnedTable] {
    try decode(try await connection.query(query))
  }

  static func decode(_ rows: PostgresRows) throws -> [OwnedTable] {
    try rows.map { row in
      let (id, seeder, table, keys, values, isWhole, predicate, nulls) = try row.decode(
        Int32.self, String.self, String.self, [String].self, [String].self, Bool.self, String?.self, Bool.self
      )
      return OwnedTable(
        id: id, seeder: seeder, table: table, keyColumns: keys,
        rule: KeyRule(predicate: predicate, nullsAreEqual: nulls, allowsNulls: nulls),
        valueColumns: values, isWhole: isWhole)
    }
  }
}

/// The ids by which rows refer to the files they came from.
enum SourceFiles {
  /// The statements that create missing ids and return the ids.
  static func numbering(_ paths: [String]) -> [PostgresQuery] {
    guard !paths.isEmpty else { return [] }
    return [
      """
      INSERT INTO seed_runner.source_file (path) SELECT DISTINCT path FROM unnest(\(paths)) AS path
      ORDER BY path ON CONFLICT DO NOTHING
      """,
      "SELECT path, id FROM seed_runner.source_file WHERE path = ANY(\(paths))",
    ]
  }

  /// The id of each path, in order, from the rows of the last statement.
  static func decode(_ rows: PostgresRows?, _ paths: [String]) throws -> [Int32] {
    let pairs = try (rows.map(Array.init) ?? []).map { try $0.decode(String.self, Int32.self) }
    let numbers = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    return paths.compactMap { numbers[$0] }
  }
}

/// SQL for the texts that identify a row and detect edits.
enum RowText {
  /// The text of a natural key: the column's text, or an array of texts for several columns.
  static func key(_ columns: [String], of alias: String) -> String {
    let texts = columns.map { "\(alias).\($0)::text" }
    let text = texts.count == 1 ? texts[0] : "ARRAY[\(texts.joined(separator: ", "))]::text"
    // Keys that are equal in the columns' collation must stay different entries.
    return "(\(text)) COLLATE \"default\""
  }

  /// The digest of columns. Only with `StableSettings` do types always print the same text.
  static func digest(_ columns: [String], of alias: String) -> String {
    digest(columns.map { "\(alias).\($0)" })
  }

  /// The digest of expressions.
  static func digest(_ expressions: [String]) -> String {
    "md5(ROW(\(expressions.joined(separator: ", ")))::text)::uuid"
  }
}
