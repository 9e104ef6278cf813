extension PostgresConnection {
  /// Inserts a few rows in one round trip with other statements, in an open transaction.
  ///
  /// Values must have the types of the columns, as for ``copyIn(into:columns:file:line:_:)``. A row with another type
  /// is found when it is inserted already, so the transaction must be rolled back after an error.
  ///
  /// - Parameters:
  ///   - rows: a value for each column, at most 65,535 values in total.
  ///   - table: the table, quoted if necessary: a ``PostgresIdentifier`` or trusted text.
  ///   - columns: the columns of each row, in order.
  ///   - statements: the statements to run before, such as the one that creates the table.
  /// - Throws: ``PostgresError``, with code `invalidValue` for values that do not fit the columns.
  package func insert(
    _ rows: [[any PostgresEncodable & Sendable]], into table: PostgresQuery, columns: [PostgresIdentifier],
    after statements: [PostgresQuery] = []
  ) async throws {
    guard !rows.isEmpty else {
      try await pipeline(statements)
      return
    }
    let names = columns.map(\.quoted).joined(separator: ", ")
    let results = try await pipeline(
      statements + [
        "SELECT \(unescaped: names) FROM \(table) LIMIT 0",
        PostgresQuery("INSERT INTO \(table.sql) (\(names)) VALUES ", rows: rows),
      ])
    let types = results[statements.count].columnTypes
    for row in rows {
      for (index, value) in row.enumerated() {
        try PostgresCopyWriter.check(value, fits: types[index], of: columns[index].name)
      }
    }
  }
}
