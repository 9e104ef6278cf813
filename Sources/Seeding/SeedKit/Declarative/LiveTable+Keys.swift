import Postgres

extension LiveTable {
  /// Describes one table; nil if it does not exist.
  ///
  /// - Throws: ``TableExportError`` if the relation is not a table, such as a view; `PostgresError`.
  static func find(_ name: TableName, on connection: PostgresConnection) async throws -> LiveTable? {
    if let live = try await describe([name], on: connection)[name] { return live }
    let kind = try await RelationKind.find([name], on: connection)[name]
    if let kind { throw TableExportError("'\(name)' is \(kind)", fix: "choose a table") }
    return nil
  }

  /// Throws ``TableExportError`` for the first name that is not a column.
  func requireColumns(_ names: [String]) throws {
    guard let unknown = names.first(where: { self[$0] == nil }) else { return }
    throw TableExportError(
      "\(name) has no column '\(unknown)'",
      fix: "its columns are " + columns.map(\.name.name).joined(separator: ", "))
  }

  /// The unique key with exactly these columns, one that identifies all rows if possible.
  ///
  /// - Throws: ``TableExportError`` if there is none.
  @discardableResult
  func requireKey(_ key: [String]) throws -> UniqueKey {
    let fitting = keys.filter { Set($0.columns) == Set(key) }
    if let found = fitting.first(where: \.isPlain) ?? fitting.first { return found }
    throw TableExportError(
      "\(name) has no unique key (\(key.joined(separator: ", ")))",
      fix: keys.isEmpty ? "add a unique constraint on these columns" : "its keys are \(keyList)")
  }

  /// The name of a key's index, if `seeder.json` must say it because several indexes have the columns.
  func index(for key: UniqueKey) -> String? {
    let fitting = keys.filter { Set($0.columns) == Set(key.columns) }
    return fitting.count > 1 && !fitting.contains(where: \.isPlain) ? key.index : nil
  }

  /// How a key identifies rows.
  ///
  /// - Parameter names: the columns of the key, in its order.
  func rule(of key: UniqueKey?, for names: [String]) -> KeyRule {
    guard let key else { return .plain }
    let columns = names.compactMap { self[$0] }
    // The text of a single NULL identifies no row, and a row without NOT NULL columns could not be told from a missing
    // one. A NULL array would equal an empty one.
    let isNullable = columns.contains { !$0.isNotNull } && columns.count > 1
    let isFound = self.columns.contains(where: \.isNotNull)
    let nullsAreEqual =
      key.nullsAreEqual && isNullable && isFound
      && columns.allSatisfy { if case .array = $0.kind { false } else { true } }
    return KeyRule(
      predicate: key.predicate, nullsAreEqual: nullsAreEqual,
      expressions: key.expressions.map { .init(columns: columns.map(\.name.quoted), values: $0) },
      allowsNulls: nullsAreEqual || key.expressions != nil && isNullable && isFound)
  }

  /// The unique keys, for error messages.
  var keyList: String { keys.map(\.shown).joined(separator: ", ") }

  /// The error for a table without a unique key.
  var withoutKey: TableExportError {
    TableExportError(
      "\(name) has no unique key",
      fix: "add a unique constraint on the columns that identify a row")
  }

  /// Whether a column is a generated primary key, whose values differ between databases.
  func isSurrogate(_ column: String) -> Bool {
    primaryKey == [column] && self[column]?.defaultExpression != nil
  }

  /// The first unique key without nullable and generated columns.
  var naturalKey: [String]? {
    uniqueKeys.first { key in
      key.allSatisfy { column in self[column]?.isNotNull == true && !isSurrogate(column) }
    }
  }

  /// The unique key by which rows are exported: the natural key, or else one of a part of the rows or over expressions,
  /// or else the primary key.
  var exportKey: UniqueKey? {
    let natural = naturalKey
    return keys.first { $0.isPlain && $0.columns == natural }
      ?? keys.first { key in
        !key.isPlain && !key.columns.contains(where: isSurrogate)
          && (key.columns.allSatisfy { self[$0]?.isNotNull == true }
            || rule(of: key, for: key.columns).allowsNulls)
      } ?? keys.first(where: \.isPrimary)
  }

  /// The columns that need a value in every new row: NOT NULL, without a default, and not generated.
  var requiredColumns: [PostgresIdentifier] {
    columns.filter { $0.isNotNull && $0.defaultExpression == nil && !$0.isGenerated }.map(\.name)
  }
}
