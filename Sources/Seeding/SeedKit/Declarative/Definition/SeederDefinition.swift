import Postgres

/// The contents of a `seeder.json`: a seeder without Swift.
///
/// The reference is `seeder.schema.json` beside this file, which editors can use.
public struct SeederDefinition: Sendable {
  /// The stable name.
  public let id: SeederID
  /// A one-line description.
  public let summary: String
  /// Seeders whose rows must exist first.
  public let dependencies: [SeederID]
  /// Where it may run.
  public let environments: Set<SeedEnvironment>
  /// The tables. They are written in this order unless references need another.
  var tables: [TableDefinition]
  /// How dates are shifted; nil if they are not.
  var dates: MovingDates?
  /// Whether the commands of its tables may run.
  var allowsCommands = false
  /// The path of the `seeder.json`, for messages.
  public let path: String

  /// The fault for a file that does not exist.
  func missing(_ file: String, line: Int) -> FixtureFault {
    let expected =
      file.contains("*")
      ? "a pattern with at least one file"
      : file.contains { "?[{".contains($0) }
        ? "a file name, or a pattern with '*'" : "a file in the same folder"
    return FixtureFault(
      .unreadableFile, file: path, line: line, field: "files", found: "no file '\(file)'", expected: expected)
  }

  /// The tables that it writes, as SQL: quoted, with a schema if the definition has one.
  ///
  /// - Throws: `PostgresError` for a name that is too long.
  public func tableNames() throws -> [String] {
    try allTables.map { try $0.table.quoted() }
  }

  /// The names of its data files, in its folder.
  var dataFiles: [String] {
    tables.flatMap { $0.files.map(\.name) }
  }

  /// The tables that it references, as SQL.
  func referencedTableNames() throws -> [String] {
    try allTables.flatMap(\.columns).flatMap { try $0.reference?.tables.map { try $0.quoted() } ?? [] }
  }

  /// The tables that it fills or refers to. A table may occur several times.
  var usedTables: [TableName] {
    allTables.flatMap { [$0.table] + $0.columns.flatMap { $0.reference?.tables ?? [] } }
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
    /// Files beside the `seeder.json`, each with its line in the definition.
    case files([(name: String, line: Int)])
    /// The records themselves, in the `seeder.json`.
    case rows([JSONNode])
    /// The output of a program.
    case command(RecordCommand)
    /// Rows that are computed from their numbers.
    case generate(GenerateRule)
    /// An array in the records of another table.
    case array(field: String, parentColumn: String)
  }

  /// What happens to existing rows.
  enum Policy: String, Sendable, CaseIterable {
    /// Missing rows are inserted, rows that differ are updated.
    case upsert
    /// Missing rows are inserted, existing rows are not changed.
    case insertMissing = "insert-missing"
    /// Like `upsert`. In addition, rows that the seeder inserted and that are no longer in the files are deleted.
    case sync
  }

  /// How the seeder's rows are recorded.
  enum Ownership: String, Sendable, CaseIterable {
    /// Each row, with its file and record.
    case rows
    /// The table as a whole, which is faster for large files.
    case table
  }

  /// The path of the `seeder.json`.
  let path: String
  let line: Int
  var table: TableName
  var source: Source
  /// Whether records without a key are left out, and equal records count once.
  var isDistinct = false
  /// Where the records are in `.json` files; nil if these are arrays.
  var list: RecordList?
  /// The columns of the natural key. Empty for fixtures until ``ModelResolver`` finds it.
  var key: [String]
  /// The unique index behind the key; nil if the columns suffice.
  var index: String?
  /// Columns that are not simply filled by the field of the same name.
  var columns: [ColumnRule]
  /// Fields that are ignored; `*` for all that `columns` and `children` do not name.
  var ignoredFields: Set<ExactName>
  var policy: Policy
  var drift: DriftPolicy?
  let csv: CSVFormat
  /// The format of the files; nil if their endings decide.
  var format: DataFormat?
  /// The encoding of the files; nil for UTF-8.
  var encoding: String?
  /// How numbers and dates are written.
  var values = ValueFormat()
  /// The separator of a string that is a list, for a child table; nil if only arrays are lists.
  var split: String?
  /// A column that an update sets to the time of the transaction.
  var touchedColumn: String?
  var children: [TableDefinition]
  /// Nil for `rows`, unless the table is already owned as a whole and ``canBeWhole``.
  let ownership: Ownership?
  /// The lines of the keys in the definition.
  let lines: [String: Int]
  /// The records of the files that belong to the entry; all if empty.
  var filters: [RecordFilter] = []
  /// For an entry that stands for the tables of several models.
  var models: ModelFixtures?
  /// For the table of one of these models.
  var model: ModelFixtures.Model?
  /// The records by file, as ``ModelResolver`` made them of the records of a model; nil if they are read from the files.
  var records: [String: [SourceRecord]]?
  /// Whether a new row without such values gets the current time as `created_at` and `updated_at`.
  var isStamped = false
  /// Whether the rows are values of an upsert, so that there is no `seeder.json`.
  var isUpsert = false

  /// The line of a key; that of the table if the key is missing.
  func line(of key: String) -> Int { lines[key] ?? line }

  /// The format of a file; nil if neither the definition nor the ending says it.
  func format(of file: String) -> DataFormat? { format ?? DataFormat(fileName: file) }

  /// Whether no rows need to be recorded, so that the table may be owned as a whole.
  var canBeWhole: Bool {
    guard case .files = source else { return false }
    return children.isEmpty && policy == .upsert && drift == nil && !isDistinct && models == nil
      && model == nil
      && !columns.contains { $0.reference != nil || $0.sql != nil }
  }

  /// The files, each with its line in the definition.
  var files: [(name: String, line: Int)] {
    guard case .files(let files) = source else { return [] }
    return files
  }

  /// The records in the definition.
  var rows: [JSONNode] {
    guard case .rows(let rows) = source else { return [] }
    return rows
  }

  /// How rows are computed; nil if they are records.
  var generate: GenerateRule? {
    guard case .generate(let rule) = source else { return nil }
    return rule
  }

  /// The program whose output contains the records; nil if they come from elsewhere.
  var command: RecordCommand? {
    guard case .command(let command) = source else { return nil }
    return command
  }

  /// Whether the records are scalars of an array, without fields.
  var isScalar: Bool { columns.contains { $0.fields == [ColumnRule.element] } }

  /// An element of a parent's array; nil for records of files.
  func element(_ position: Int) -> FixturePlace.Element? {
    guard case .array(let field, _) = source else { return nil }
    return FixturePlace.Element(field: field, position: position)
  }

  /// Whether all fields that `columns` and `children` do not name are ignored.
  var ignoresOthers: Bool { ignoredFields.contains(ExactName("*")) }

  /// Whether a field that no column uses is ignored.
  func ignores(_ field: String) -> Bool { ignoresOthers || ignoredFields.contains(ExactName(field)) }
}

/// How a column is filled.
struct ColumnRule: Sendable {
  /// The element itself, in an array of scalars.
  static let element = "$value"
  /// The element's position in its array, from 1.
  static let position = "$position"

  /// Whether a field belongs to an element of an array, not to an object.
  static func isOfElement(_ field: String) -> Bool { field == element || field == position }

  let line: Int
  let column: String
  /// The fields of the record. Several only for a reference by several columns, and for the inputs of ``sql``.
  let fields: [String]
  var reference: ReferenceRule?
  /// The references of which another column chooses one; nil if there is only ``reference``.
  var choice: ReferenceChoice?
  /// The value of all records; nil if ``fields`` fill the column.
  var fixed: FixedValue?
  /// How the server computes the value; nil if it is that of the field.
  var sql: SQLValue?

  /// Whether the column itself contains the value of an environment variable.
  var isSecret: Bool {
    guard case .environment? = fixed else { return false }
    // A reference by the column whose value it uses stores the value itself.
    return reference.map { reference in reference.column.map(reference.key.contains) ?? true } ?? true
  }
  /// How its numbers and dates are written, where this differs from the table.
  var values = ValueFormat()
}

/// A value that is looked up in another table by a natural key.
struct ReferenceRule: Sendable {
  let line: Int
  let table: TableName
  /// The columns that are compared with the fields.
  let key: [String]
  /// For each of them, the reference with which it is compared instead of a field.
  let parts: [ReferenceRule?]
  /// The unique index behind the key; nil if the columns suffice.
  let index: String?
  /// The column with the value; nil for the primary key.
  let column: String?
}

extension ReferenceRule {
  /// The number of fields by which the row is found.
  var fieldCount: Int { parts.reduce(0) { $0 + ($1?.fieldCount ?? 1) } }

  /// The referenced table, and those in its key.
  var tables: [TableName] { [table] + parts.flatMap { $0?.tables ?? [] } }
}

/// The name of a table, with its schema unless the search path finds it.
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

/// What a run does with a row that was edited outside seed-runner.
public enum DriftPolicy: String, Sendable, CaseIterable, Codable {
  /// Overwrites the row with the fixture.
  case overwrite
  /// Keeps the row and reports it.
  case keep
  /// Fails the seeder and rolls it back.
  case fail

  /// `keep` in production, `overwrite` elsewhere.
  public static func standard(in environment: SeedEnvironment) -> DriftPolicy {
    environment == .production ? .keep : .overwrite
  }
}
