import Postgres

extension LiveTable {
  /// Describes one table; nil if nothing has its name.
  ///
  /// - Throws: ``TableExportError`` for a view and whatever else is no table; `PostgresError`.
  static func find(_ name: TableName, on connection: PostgresConnection) async throws -> LiveTable? {
    if let live = try await describe([name], on: connection)[name] { return live }
    let kind = try await RelationKind.find([name], on: connection)[name]
    if let kind { throw TableExportError(message: "'\(name)' is \(kind)", fix: "choose a table") }
    return nil
  }

  /// Throws ``TableExportError`` for the first name that is no column.
  func requireColumns(_ names: [String]) throws {
    guard let unknown = names.first(where: { self[$0] == nil }) else { return }
    throw TableExportError(
      message: "\(name) has no column '\(unknown)'",
      fix: "its columns are " + columns.map(\.name.name).joined(separator: ", "))
  }

  /// Throws ``TableExportError`` unless a unique key has exactly these columns.
  func requireKey(_ key: [String]) throws {
    guard !uniqueKeys.contains(where: { Set($0) == Set(key) }) else { return }
    throw TableExportError(
      message: "\(name) has no unique key (\(key.joined(separator: ", ")))",
      fix: uniqueKeys.isEmpty ? "add a unique constraint on these columns" : "its keys are \(keyList)")
  }

  /// The unique keys, for an error text.
  var keyList: String { uniqueKeys.map { "(\($0.joined(separator: ", ")))" }.joined(separator: ", ") }

  /// The error for a table without any key.
  var withoutKey: TableExportError {
    TableExportError(
      message: "\(name) has no unique key",
      fix: "add a unique constraint on the columns that identify a row")
  }

  /// Whether a column is a primary key that the database makes by itself, so that an empty database makes others.
  func isSurrogate(_ column: String) -> Bool {
    primaryKey == [column] && self[column]?.defaultExpression != nil
  }

  /// The first unique key that has no empty columns and none that the database makes.
  var naturalKey: [String]? {
    uniqueKeys.first { key in
      key.allSatisfy { column in self[column]?.isNotNull == true && !isSurrogate(column) }
    }
  }
}
