import Postgres

/// What a name stands for that is no table.
enum RelationKind {
  /// The database and the names of its tables, to say what is missing where.
  struct Known {
    let database: String
    /// As it is set.
    let searchPath: String
    /// With their schema if the search path does not find them.
    let tables: [String]

    /// The name that was probably meant.
    func nearest(to name: String) -> String? { Suggestion.nearest(to: name, in: tables).first }

    /// The first table of that name in a schema that is not in the search path.
    func outsideSearchPath(_ name: String) -> String? {
      tables.filter {
        TableName(text: $0).schema != nil && ExactName(TableName(text: $0).name) == ExactName(name)
      }.min()
    }

    /// Reads them.
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

  /// Looks names up for which ``LiveTable/describe(_:on:)`` has found no table.
  ///
  /// - Returns: what it is, such as `a view`; names of nothing are missing.
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
  /// Takes `table` or `schema.table`.
  init(text: String) {
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    self.init(schema: parts.count == 2 ? parts[0] : nil, name: parts.last ?? "")
  }
}
