import Postgres

/// What is recorded of a table that one seeder loads as a whole. Recording each row would cost more than the rows,
/// so only the seeder's fingerprint and a digest of all rows are kept.
///
/// If seeder and table are unchanged, nothing is compared. If either has changed, every row is compared. It cannot
/// tell whether a difference comes from the file or from an edit outside seed-runner.
struct WholeTable: Equatable {
  /// The seeder's fingerprint, over the files, the definition and everything else that decides what is written.
  let files: String
  let rows: Int
  /// A sum of row digests, which does not depend on the order of rows.
  let content: String

  static func find(
    seeder: SeederID, table: String, on connection: PostgresConnection
  ) async throws -> WholeTable? {
    let found = try await connection.query(
      """
      SELECT whole_files, whole_rows, whole_content FROM seed_runner.owned_table
      WHERE seeder = \(seeder.rawValue) AND table_name = \(table) AND whole_files IS NOT NULL
      """
    ).first
    guard let (files, rows, content) = try found?.decode(String.self, Int.self, String.self) else {
      return nil
    }
    return WholeTable(files: files, rows: rows, content: content)
  }

  /// Reads the current state of the table.
  ///
  /// - Parameters:
  ///   - files: the fingerprint of the seeder that the table should match.
  ///   - rows: a FROM item for the rows that have a key.
  ///   - columns: the columns that the files fill, quoted.
  static func read(
    files: String, rows: String, columns: [String], on connection: PostgresConnection
  ) async throws -> WholeTable {
    let list = columns.sorted().map { "live.\($0)" }.joined(separator: ", ")
    let (count, content) = try await connection.queryOne(
      """
      SELECT count(*), coalesce(sum(hashtextextended(ROW(\(unescaped: list))::text, 0)::numeric), 0)::text
      FROM \(unescaped: rows) AS live
      """
    ).decode(Int.self, String.self)
    return WholeTable(files: files, rows: count, content: content)
  }

  /// Records it.
  func record(entry: OwnedTable, on connection: PostgresConnection) async throws {
    try await connection.query(
      """
      UPDATE seed_runner.owned_table SET whole_files = \(files), whole_rows = \(rows), whole_content = \(content)
      WHERE id = \(entry.id)
      """)
  }
}
