package import Postgres

/// The tables of a database that can be exported as a seeder.
package struct TableSuggestions: Sendable {
  /// Names as `export` takes them: tables with rows first, small ones before large ones.
  package let tables: [String]
  /// The number of all tables in the database.
  package let total: Int

  /// The maximum number of examined tables. The user is shown a few names.
  private static let limit = 100

  /// Reads the names of tables with a unique key that no seeder fills.
  ///
  /// - Parameters:
  ///   - seeders: the registered seeders, whose tables are left out.
  ///   - connection: the database.
  /// - Throws: `PostgresError`.
  package static func read(
    among seeders: [RegisteredSeeder], on connection: PostgresConnection
  ) async throws -> TableSuggestions {
    let rows = try await connection.query(
      """
      SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname::text ELSE n.nspname || '.' || c.relname END,
        count(*) OVER ()
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL (SELECT pg_relation_size(c.oid) AS bytes) AS size
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'seed_runner')
        AND NOT EXISTS (SELECT FROM pg_depend AS d
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        AND has_table_privilege(c.oid, 'SELECT')
      ORDER BY NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid),
        c.relkind = 'r' AND bytes = 0, bytes, 1
      LIMIT \(limit)
      """
    ).map { try $0.decode(String.self, Int.self) }
    let names = rows.map { TableName(text: $0.0) }
    let live = try await LiveTable.describe(names, on: connection)
    let owners = try await SeedersOfTables.find(Array(live.values), among: seeders, on: connection)
    let free = names.filter { name in
      guard let table = live[name] else { return false }
      return owners[table.canonicalName] == nil && table.inheriting == nil && table.exportKey != nil
    }
    return TableSuggestions(tables: free.map(\.description), total: rows.first?.1 ?? 0)
  }
}
