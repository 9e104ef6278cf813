/// What to write to one table.
struct RowWrite {
  /// The number of staged rows without a row in the table.
  let missing: Int
  /// The number of them to insert.
  let inserts: Int
  let updates: Int
  /// The rows that differ.
  let difference: RowDifference?
  let ownership: RowWriter.Ownership?
  /// The recorded table whose deleted rows are not reinserted; nil if all missing rows are inserted.
  let gone: Int32?
}

/// How a table's rows are written. The comparison is the same for all implementations.
protocol RowStatements {
  /// Rejects rows that cannot be inserted.
  func check(missing: Int, _ writer: RowWriter) async throws

  /// Writes the rows.
  ///
  /// - Returns: how many rows were inserted, updated and, to free values for others, deleted.
  func write(_ writer: RowWriter, _ write: RowWrite) async throws -> RowCounts
}
