public import Postgres

/// Rows in a temporary table that lives until the transaction ends.
public struct Stage: Sendable {
  /// The temporary table's name.
  public let name: PostgresIdentifier
  /// How many rows it holds.
  public let rowCount: Int
}

extension SeedContext {
  /// Copies rows into a temporary table, so that one statement can compare them with a real one.
  ///
  /// - Parameters:
  ///   - columns: names and types as SQL, such as `("name", "text")`; the types are trusted text and
  ///     must be just those that the values are sent as.
  ///   - rows: a value for each column.
  /// - Throws: `PostgresError`.
  public func stage(
    columns: [(name: PostgresIdentifier, type: String)], rows: [[any PostgresEncodable & Sendable]]
  ) async throws -> Stage {
    let name = try PostgresIdentifier("seed_stage_\(nextStageNumber())")
    let definitions = columns.map { "\($0.name.quoted) \($0.type)" }.joined(separator: ", ")
    var statements: [PostgresQuery] = [
      "CREATE TEMPORARY TABLE \(name) (\(unescaped: definitions)) ON COMMIT DROP"
    ]
    // Rows that live for a moment are not worth compressing: that took half the time of a COPY.
    let texts = columns.filter { $0.type == "text" }
      .map { "ALTER COLUMN \($0.name.quoted) SET STORAGE EXTERNAL" }
    if !texts.isEmpty {
      statements.append("ALTER TABLE \(name) \(unescaped: texts.joined(separator: ", "))")
    }
    try await connection.pipeline(statements)
    try await connection.copyIn(into: "\(name)", columns: columns.map(\.name)) { writer in
      for row in rows { try await writer.write(row: row) }
    }
    return Stage(name: name, rowCount: rows.count)
  }
}
