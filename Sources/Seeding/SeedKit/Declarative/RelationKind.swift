import Postgres

/// Finds what a name refers to that is not a table.
enum RelationKind {
  /// The database and its tables, for suggestions in errors.
  struct Known {
    let database: String
    let searchPath: String
    /// With their schema unless the search path finds them.
    let tables: [String]

    /// The most similar name.
    func nearest(to name: String) -> String? { Suggestion.nearest(to: name, in: tables).first }

    /// The first table with that name in a schema outside the search path.
    func outsideSearchPath(_ name: String) -> String? {
      tables.filter {
        TableName(text: $0).schema != nil && ExactName(TableName(text: $0).name) == ExactName(name)
      }.min()
    }

    static func read(on connection: PostgresConnection) async throws -> Known {
      let (database, path) = try await connection.queryOne(
        "SELECT current_database()::text, current_setting('search_path')"
      ).decode(String.self, String.self)
      let tables = try await connection.query(
        """
        SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname::text ELSE n.nspname || '.' || c.relname END
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'seed_runner')
        """
      ).map { try $0.decode(String.self) }
      return Known(database: database, searchPath: path, tables: tables)
    }
  }

  /// Looks up names for which ``LiveTable/describe(_:on:)`` found no table.
  ///
  /// - Returns: the kind of each, such as `a view`. Names without a relation are left out.
  /// - Throws: `PostgresError`.
  static func find(
    _ names: some Collection<TableName>, on connection: PostgresConnection
  ) async throws -> [TableName: String] {
    var kinds: [TableName: String] = [:]
    for name in names {
      let row = try await connection.query(
        "SELECT relkind::text FROM pg_class WHERE oid = to_regclass(\(try name.quoted()))"
      ).first
      guard let kind = try row?.decode(String.self), kind != "r", kind != "p" else { continue }
      kinds[name] =
        switch kind {
        case "v": "a view"
        case "m": "a materialized view"
        case "f": "a foreign table"
        case "S": "a sequence"
        case "i", "I": "an index"
        case "c": "a composite type"
        default: "something other than a table"
        }
    }
    return kinds
  }
}

extension TableName {
  /// Parses `table` or `schema.table`.
  init(text: String) {
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    self.init(schema: parts.count == 2 ? parts[0] : nil, name: parts.last ?? "")
  }
}
