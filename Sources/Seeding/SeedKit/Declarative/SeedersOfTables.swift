import Postgres

/// Finds the seeders that fill tables.
enum SeedersOfTables {
  /// Searches the definitions of declarative seeders, then the ownership tables.
  ///
  /// - Returns: seeders by the canonical name of the table. Tables without a seeder are left out.
  /// - Throws: `PostgresError`.
  static func find(
    _ tables: [LiveTable], among seeders: [RegisteredSeeder], on connection: PostgresConnection
  ) async throws -> [String: SeederID] {
    let wanted = Set(tables.map(\.canonicalName))
    guard !wanted.isEmpty else { return [:] }
    let names = Set(tables.map(\.name.name))
    var found: [String: SeederID] = [:]
    let filled = seeders.compactMap(\.declarative).flatMap { seeder in
      seeder.definition.tables.flatMap { [$0.table] + $0.children.map(\.table) }
        .filter { names.contains($0.name) }.map { (seeder.id, $0) }
    }
    let live = try await LiveTable.describe(filled.map(\.1), on: connection)
    for (seeder, name) in filled {
      guard let table = live[name]?.canonicalName, wanted.contains(table), found[table] == nil else {
        continue
      }
      found[table] = seeder
    }
    let isSeeded = try await connection.queryOne("SELECT to_regclass('seed_runner.owned_table') IS NOT NULL")
      .decode(Bool.self)
    guard isSeeded else { return found }
    let rows = try await connection.query(
      """
      SELECT table_name, seeder FROM seed_runner.owned_table
      WHERE table_name = ANY(\(wanted.sorted())) AND seeder = ANY(\(seeders.map(\.id.rawValue))) ORDER BY id
      """)
    for row in rows {
      let (table, seeder) = try row.decode(String.self, String.self)
      if found[table] == nil { found[table] = SeederID(rawValue: seeder) }
    }
    return found
  }
}
