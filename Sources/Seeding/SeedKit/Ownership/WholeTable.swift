import Postgres

/// What the history remembers of a table that one seeder loaded as a whole: not each row, which would
/// cost more than the rows, but the seeder's fingerprint, and a digest of all rows together.
///
/// An unchanged seeder and an unchanged table need no comparison; if either has changed, every row is
/// compared. What it cannot tell is who changed a row: the file, or somebody by hand.
struct WholeTable: Equatable {
  /// The seeder's fingerprint: files, definition, and all else that decides what is written.
  let files: String
  let rows: Int
  /// A sum of digests of the rows, in whatever order they are.
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

  /// Reads the table as it is now.
  ///
  /// - Parameters:
  ///   - files: the fingerprint of what it should be equal to.
  ///   - quoted: the table, as SQL.
  ///   - columns: the columns that the files fill, quoted.
  static func read(
    files: String, quoted: String, columns: [String], on connection: PostgresConnection
  ) async throws -> WholeTable {
    let list = columns.sorted().map { "live.\($0)" }.joined(separator: ", ")
    let (rows, content) = try await connection.queryOne(
      """
      SELECT count(*), coalesce(sum(hashtextextended(ROW(\(unescaped: list))::text, 0)::numeric), 0)::text
      FROM \(unescaped: quoted) AS live
      """
    ).decode(Int.self, String.self)
    return WholeTable(files: files, rows: rows, content: content)
  }

  /// Remembers it.
  func record(entry: OwnedTable, on connection: PostgresConnection) async throws {
    try await connection.query(
      """
      UPDATE seed_runner.owned_table SET whole_files = \(files), whole_rows = \(rows), whole_content = \(content)
      WHERE id = \(entry.id)
      """)
  }
}
