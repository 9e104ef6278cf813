import SeedGenerators
import Testing

/// A column for tests, with the values of other columns that examples read.
struct TestColumn {
  let column: GeneratedColumn
  private let others = RowValues(columns: TestColumn.columns.count)

  static let columns = ["created_at", "first", "last", "city"]

  init(
    _ definition: GeneratorValue, _ locale: GeneratorLocale = .en, table: String = "example",
    name: String = "value", seed: UInt64 = 1, isUnique: Bool = false
  ) throws {
    let context = GeneratorContext(locale: locale, columns: Self.columns)
    let spec = try GeneratorCatalog.parse(definition, context: context)
    column = try GeneratedColumn(table: table, column: name, seed: seed, spec: spec, isUnique: isUnique)
    set("created_at", "2024-02-28 23:30:00+00")
    set("first", "Zoë")
    set("last", "O’Brien")
  }

  func set(_ column: String, _ value: String) {
    if let index = Self.columns.firstIndex(of: column) { others.set(index, to: Array(value.utf8)) }
  }

  func removeOthers() { others.removeAll() }

  /// The value of a row; nil for NULL.
  func bytes(_ row: Int) -> [UInt8]? {
    var text: [UInt8] = []
    return column.append(row: row, others: others, to: &text) ? text : nil
  }

  /// The value of a row; nil for NULL.
  func value(_ row: Int) -> String? { bytes(row).map { String(decoding: $0, as: UTF8.self) } }

  /// The values of the first rows. NULL is `NULL`.
  func values(_ count: Int) -> [String] { (0..<count).map { value($0) ?? "NULL" } }
}

/// Generators with their names as the descriptions of arguments.
struct CatalogEntry: CustomTestStringConvertible, Sendable {
  let entry: GeneratorEntry
  var testDescription: String { entry.name }

  static let all = GeneratorCatalog.generators.map { CatalogEntry(entry: $0.entry) }
}

extension GeneratorFault {
  /// The path and the problem in one line.
  var line: String { (path + [problem]).joined(separator: ": ") }
}
