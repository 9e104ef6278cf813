import Postgres

/// What a `seeder.json` says: a seeder without Swift.
///
/// The reference is `seeder.schema.json` beside this file, which editors understand too.
public struct SeederDefinition: Sendable {
  /// The stable name.
  public let id: SeederID
  /// One line for lists.
  public let summary: String
  /// Seeders whose rows must be there first.
  public let dependencies: [SeederID]
  /// Where it may run.
  public let environments: Set<SeedEnvironment>
  /// The tables, in the order in which they are written unless references ask for another.
  let tables: [TableDefinition]
  /// The path of the `seeder.json`, as a person finds it.
  public let path: String

  /// What to say of a file that is not there.
  func missing(_ file: String, line: Int) -> FixtureFault {
    let isPattern = file.contains { "*?[{".contains($0) }
    return FixtureFault(
      .unreadableFile, file: path, line: line, field: "files", found: "no file '\(file)'",
      expected: isPattern ? "file names; patterns are not supported" : "a file in the same folder")
  }

  /// The tables that it writes, each as SQL has it: quoted, with its schema if one is named.
  ///
  /// - Throws: `PostgresError` for a name that is too long.
  public func tableNames() throws -> [String] {
    try allTables.map { try $0.table.quoted() }
  }

  /// The tables that its references lead to, each as SQL has it.
  func referencedTableNames() throws -> [String] {
    try allTables.flatMap(\.columns).compactMap { try $0.reference?.table.quoted() }
  }

  private var allTables: [TableDefinition] {
    func all(_ tables: [TableDefinition]) -> [TableDefinition] {
      tables + tables.flatMap { all($0.children) }
    }
    return all(tables)
  }
}

/// What a seeder writes into one table.
struct TableDefinition: Sendable {
  /// Where the rows come from.
  enum Source: Sendable {
    /// Files beside the `seeder.json`, each with the line that names it.
    case files([(name: String, line: Int)])
    /// The array that a field of another table's records holds.
    case array(field: String, parentColumn: String)
  }

  /// What happens to rows that are there already.
  enum Policy: String, Sendable, CaseIterable {
    /// Missing rows are inserted, differing ones updated.
    case upsert
    /// Missing rows are inserted; others stay whatever they are.
    case insertMissing = "insert-missing"
    /// As `upsert`; rows of this seeder that left the file are deleted.
    case sync
  }

  /// How the history remembers what the seeder wrote.
  enum Ownership: String, Sendable, CaseIterable {
    /// Each row by itself, with its file and record.
    case rows
    /// All rows together, which is faster for large files.
    case table
  }

  /// The path of the `seeder.json`.
  let path: String
  let line: Int
  let table: TableName
  let source: Source
  /// The columns of the natural key.
  let key: [String]
  /// Columns that are not filled by the field of their own name.
  let columns: [ColumnRule]
  /// Fields of the records that fill nothing; `*` stands for all that `columns` and `children` do not name.
  let ignoredFields: Set<ExactName>
  let policy: Policy
  let drift: DriftPolicy?
  let csv: CSVFormat
  /// A column that an update sets to the transaction's time.
  let touchedColumn: String?
  let children: [TableDefinition]
  /// Nil for `rows`, unless the table has been owned as a whole so far and ``canBeWhole``.
  let ownership: Ownership?
  /// The lines of its keys in the definition.
  let lines: [String: Int]

  /// The line of a key; that of the table if the definition has no such key.
  func line(of key: String) -> Int { lines[key] ?? line }

  /// Whether nothing asks for the history of single rows, so that the table may be owned as a whole.
  var canBeWhole: Bool {
    children.isEmpty && policy == .upsert && drift == nil && !columns.contains { $0.reference != nil }
  }

  /// Whether the table's records have fields of their own, apart from those of `columns`.
  var isScalar: Bool { columns.contains { $0.fields == [ColumnRule.element] } }

  /// An element of the array that the records are; nil if they are those of files.
  func element(_ position: Int) -> FixturePlace.Element? {
    guard case .array(let field, _) = source else { return nil }
    return FixturePlace.Element(field: field, position: position)
  }

  /// Whether all fields that `columns` and `children` do not name fill nothing.
  var ignoresOthers: Bool { ignoredFields.contains(ExactName("*")) }

  /// Whether a field that no column is mapped to fills nothing.
  func ignores(_ field: String) -> Bool { ignoresOthers || ignoredFields.contains(ExactName(field)) }
}

/// How one column is filled.
struct ColumnRule: Sendable {
  /// The element itself, in an array of plain values.
  static let element = "$value"
  /// The element's place in its array, from 1.
  static let position = "$position"

  /// Whether a field is that of an element, not of an object.
  static func isOfElement(_ field: String) -> Bool { field == element || field == position }

  let line: Int
  let column: String
  /// The fields of the record; several only for a reference by several columns.
  let fields: [String]
  let reference: ReferenceRule?
}

/// A value that is found in another table by a natural key.
struct ReferenceRule: Sendable {
  let line: Int
  let table: TableName
  /// The columns that are compared with the fields.
  let key: [String]
  /// The column whose value is taken; nil for the primary key.
  let column: String?
}

/// The name of a table, with its schema if that is not found by the search path.
struct TableName: Hashable, Sendable, CustomStringConvertible {
  let schema: String?
  let name: String

  static func == (left: TableName, right: TableName) -> Bool {
    left.schema.map(ExactName.init) == right.schema.map(ExactName.init)
      && ExactName(left.name) == ExactName(right.name)
  }

  /// `public.users`, `users`
  var description: String { schema.map { "\($0).\(name)" } ?? name }
}

/// How a CSV file is written.
struct CSVFormat: Sendable, Hashable {
  var delimiter: UInt8 = UInt8(ascii: ",")
  /// A field that reads so, without quotes, is NULL. The empty field by default.
  var nullText = ""

  /// What programs separate fields by.
  static let delimiters = Array(",;\t|".utf8)

  /// A delimiter, for error texts.
  static func shown(_ byte: UInt8) -> String {
    byte == UInt8(ascii: "\t") ? "tab" : "'\(Character(Unicode.Scalar(byte)))'"
  }

  /// What to write in `seeder.json` for a file with that delimiter.
  static func setting(_ byte: UInt8) -> String {
    let text = byte == UInt8(ascii: "\t") ? "\\t" : String(Character(Unicode.Scalar(byte)))
    return "\"delimiter\": \"\(text)\" next to \"files\" in \(DeclarativeSeeder.fileName)"
  }
}

/// What a run does with a row that somebody edited since it was written.
public enum DriftPolicy: String, Sendable, CaseIterable, Codable {
  /// The row is made equal to the fixture again.
  case overwrite
  /// The row stays as it is and is reported.
  case keep
  /// The seeder fails, and nothing of it is written.
  case fail

  /// `keep` in production, `overwrite` elsewhere.
  public static func standard(in environment: SeedEnvironment) -> DriftPolicy {
    environment == .production ? .keep : .overwrite
  }
}
