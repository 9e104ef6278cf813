import Postgres

extension SeedContext {
  /// The recorded entry of the seeder for a table.
  func ownedTable(_ canonicalName: String) async throws -> OwnedTable? {
    if ownedTables == nil, let rows = try await openingRows() {
      cache(try OwnedTable.decode(rows[1]).filter { $0.seeder == seeder.rawValue })
    }
    if let ownedTables, !changedTables.contains(canonicalName) { return ownedTables[canonicalName] }
    let found = try await OwnedTable.find(seeder: seeder, table: canonicalName, on: session)
    if ownedTables != nil {
      ownedTables?[canonicalName] = found
      changedTables.remove(canonicalName)
    }
    return found
  }

  /// Caches the recorded entries of the seeder.
  func cache(_ tables: [OwnedTable]) {
    ownedTables = Dictionary(tables.map { ($0.table, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The recorded entries of other seeders of the program for a table.
  func otherOwners(of canonicalName: String) async throws -> [OwnedTable] {
    try await OwnedTable.others(than: seeder, table: canonicalName, on: session)
      .filter { seeders.contains($0.seeder) }
  }

  /// What is recorded of a table that the seeder owns as a whole.
  func wholeTable(_ canonicalName: String) async throws -> WholeTable? {
    try await WholeTable.find(seeder: seeder, table: canonicalName, on: session)
  }

  /// Whether the seeder owns any existing table as a whole.
  func hasWholeTables() async throws -> Bool {
    try await session.queryOne(
      """
      SELECT EXISTS (
        SELECT FROM seed_runner.owned_table
        JOIN pg_namespace AS space ON starts_with(table_name, space.nspname || '.')
        JOIN pg_class AS class ON class.relnamespace = space.oid
          AND space.nspname || '.' || class.relname = table_name
        WHERE seeder = \(seeder.rawValue) AND whole_files IS NOT NULL)
      """
    ).decode(Bool.self)
  }

  /// Deletes the records of single rows, because the table is now owned as a whole.
  func forgetRows(of canonicalName: String) async throws {
    guard let owned = try await ownedTable(canonicalName) else { return }
    try await session.query("DELETE FROM seed_runner.owned_row WHERE table_id = \(owned.id)")
  }

  /// Deletes the record that a table was owned as a whole.
  func forgetWholeTable(_ canonicalName: String) async throws {
    try await session.query(
      """
      UPDATE seed_runner.owned_table SET whole_files = NULL, whole_rows = NULL, whole_content = NULL
      WHERE seeder = \(seeder.rawValue) AND table_name = \(canonicalName)
      """)
  }

  /// Removes the entry of a table in which the seeder has no rows left.
  func forgetTable(_ canonicalName: String) async throws {
    ownedTables?[canonicalName] = nil
    changedTables.remove(canonicalName)
    try await session.query(
      "DELETE FROM seed_runner.owned_table WHERE seeder = \(seeder.rawValue) AND table_name = \(canonicalName)"
    )
  }

  /// Creates the entry with which the rows of a table are recorded, and the ids of their files.
  ///
  /// - Returns: the entry, and an id for each file.
  func recordOwnedTable(
    _ canonicalName: String, keyColumns: [String], rule: KeyRule, valueColumns: [String], files: [String]
  ) async throws -> (entry: OwnedTable, files: [Int32]) {
    let statements = try await recording(
      canonicalName, keyColumns: keyColumns, rule: rule, valueColumns: valueColumns, files: files)
    let results = try await session.pipeline(statements)
    if changedTables.remove(canonicalName) != nil {
      ownedTables?[canonicalName] = try OwnedTable.decode(results[0]).first
    }
    guard let entry = try await ownedTable(canonicalName) else {
      throw PostgresError(code: .decodingFailed, message: "owned_table returned no entry")
    }
    return (entry, try SourceFiles.decode(files.isEmpty ? nil : results.last, files))
  }

  /// The statements that create the entry with which the rows of a table are recorded, unless it exists, and the ids
  /// of their files. The caller must run them.
  func recording(
    _ canonicalName: String, keyColumns: [String], rule: KeyRule, valueColumns: [String], files: [String]
  ) async throws -> [PostgresQuery] {
    let known = try await ownedTable(canonicalName)
    let numbering = SourceFiles.numbering(files)
    guard
      known?.keyColumns != keyColumns || known?.rule != rule.recorded || known?.valueColumns != valueColumns
    else {
      return numbering
    }
    changedTables.insert(canonicalName)
    return [
      OwnedTable.recording(
        seeder: seeder, table: canonicalName, keyColumns: keyColumns, rule: rule, valueColumns: valueColumns)
    ] + numbering
  }
}
