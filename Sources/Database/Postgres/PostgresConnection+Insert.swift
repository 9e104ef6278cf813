extension PostgresConnection {
  /// Inserts a few rows together with the next statement of the open transaction, in the same round trip.
  ///
  /// Values must have the types of the columns, as for ``copyIn(into:columns:file:line:_:)``. A type mismatch is
  /// detected only after the rows are inserted, so the transaction must be rolled back after an error. The next
  /// statement throws it: ``PostgresError``, with code `invalidValue` for values that do not fit the columns.
  ///
  /// - Parameters:
  ///   - rows: a value for each column, at most 65,535 values in total.
  ///   - table: the table, quoted if necessary: a ``PostgresIdentifier`` or trusted text.
  ///   - columns: the columns of each row, in order.
  ///   - statements: the statements to run before, such as the one that creates the table.
  package func insertWithNext(
    _ rows: [[any PostgresEncodable & Sendable]], into table: PostgresQuery, columns: [PostgresIdentifier],
    after statements: [PostgresQuery] = []
  ) {
    guard !rows.isEmpty else { return runWithNext(statements) }
    let names = columns.map(\.quoted).joined(separator: ", ")
    runWithNext(
      statements + [
        "SELECT \(unescaped: names) FROM \(table) LIMIT 0",
        PostgresQuery("INSERT INTO \(table.sql) (\(names)) VALUES ", rows: rows.map { $0.map(Untyped.text) }),
      ]
    ) { results in
      guard let types = results.dropFirst(statements.count).first?.columnTypes else { return }
      for row in rows {
        for (index, value) in row.enumerated() {
          try PostgresCopyWriter.check(value, fits: types[index], of: columns[index].name)
        }
      }
    }
  }
}

/// Text whose type the server takes from the column, as in a COPY: an assignment from `text` to an enum or to `json`
/// would be an error.
private struct Untyped: PostgresEncodable, Sendable {
  static var postgresType: PostgresType { .inferred }

  let value: any PostgresEncodable & Sendable

  /// Wraps text, and returns other values unchanged.
  static func text(_ value: any PostgresEncodable & Sendable) -> any PostgresEncodable & Sendable {
    type(of: value).postgresType == .text ? Untyped(value: value) : value
  }

  func encode(into buffer: inout PostgresBuffer) throws -> Bool { try value.encode(into: &buffer) }
}
