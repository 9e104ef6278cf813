package import Postgres

/// A declarative seeder for a data file, derived from its fields and from the table.
package struct FileImport: Sendable {
  /// The file to import.
  package struct Request: Sendable {
    /// The path of the data file.
    package let path: String
    /// The id of the seeder.
    package let id: SeederID
    /// The table, with its schema if necessary; nil takes it from the file's name.
    package let table: String?
    /// The columns or fields of the natural key; if empty, a unique key of the table that the file fills.
    package let key: [String]

    /// Creates a request.
    package init(path: String, id: SeederID, table: String?, key: [String]) {
      self.path = path
      self.id = id
      self.table = table
      self.key = key
    }
  }

  /// The database to look up the table in.
  package enum Database {
    case connected(PostgresConnection)
    /// A database without tables.
    case empty
    /// An unreachable database.
    case unknown
  }

  /// The text of `seeder.json`.
  package let definition: String
  /// The name of the data file.
  package let fileName: String
  /// The name of the table in the definition.
  package let table: String
  /// The columns of the natural key.
  package let key: [String]
  /// Whether the key is only a guess: the first field.
  package let isKeyGuessed: Bool
  /// The number of records.
  package let count: Int
  /// Remarks on the definition for the user.
  package let notes: [String]
  /// The statement that creates the table; nil if the table exists or the database is unreachable.
  package let createTable: String?

  /// Reads the file, finds its table and key, and checks all records as `lint` does.
  ///
  /// - Throws: ``TableExportError`` if file and table do not match; ``FixtureError`` for an invalid file;
  ///   `PostgresError`.
  package static func read(_ request: Request, from database: Database) async throws -> FileImport {
    let name = request.path.split(separator: "/").last.map(String.init) ?? request.path
    let place = request.path.dropLast(name.count)
    let directory = place.isEmpty ? "." : place == "/" ? "" : String(place.dropLast())
    let folder = DataFolder.directory(path: directory, watch: nil)
    guard let file = try DataFileFields(name, in: folder) else {
      throw TableExportError(
        "no file '\(request.path)'", fix: "name a file that ends in \(DataFormat.endings)")
    }
    guard !file.fields.isEmpty else {
      throw folder.fault(name, found: "no records", expected: "at least one, which names the fields")
    }
    guard file.fields.contains(where: { !$0.name.isEmpty }) else {
      throw FixtureError([
        FixtureFault(
          .malformedFile, file: folder.path(of: name), line: 1,
          found: file.fields.count == 1 ? "an empty line" : "no field names",
          expected: "the header, with the field names")
      ])
    }
    let draft = try await Draft(request, fileName: name, file, database)
    let definition = draft.definition
    let seeder = DeclarativeSeeder(
      definition: try DefinitionReader.read(
        Array(definition.utf8), path: "Seeders/\(request.id)/\(DeclarativeSeeder.fileName)"), folder: folder)
    let records: Int
    do {
      records = try seeder.validate(FixtureStore(files: [:])).records
    } catch let error as FixtureError where draft.isKeyGuessed && error.isAboutKeys {
      throw TableExportError(
        "the first field '\(file.fields[0].name)' is not a key: \(error.faults[0])",
        fix: "name the key with --key")
    }
    return FileImport(
      definition: definition, fileName: name, table: draft.table.description, key: draft.key,
      isKeyGuessed: draft.isKeyGuessed, count: records, notes: draft.notes, createTable: draft.createTable)
  }
}

/// The parts of a definition.
private struct Draft {
  let id: SeederID
  let fileName: String
  let file: DataFileFields
  let table: TableName
  let match: FieldMatch
  let key: [String]
  var isKeyGuessed = false
  var notes: [String] = []
  var createTable: String?

  init(
    _ request: FileImport.Request, fileName: String, _ file: DataFileFields, _ database: FileImport.Database
  ) async throws {
    id = request.id
    self.fileName = fileName
    self.file = file
    let fields = file.fields.map(\.name)
    let names = Self.tableNames(request, fileName)
    if case .connected(let connection) = database {
      var found: LiveTable?
      for name in names where found == nil { found = try await LiveTable.find(name, on: connection) }
      if let live = found {
        table = live.name
        match = FieldMatch(fields, columns: live.columns.filter { !$0.isGenerated }.map(\.name.name))
        guard !match.columns.isEmpty else {
          throw TableExportError(
            "no field of \(fileName) is a column of \(live.name): \(fields.joined(separator: ", "))",
            fix: "its columns are " + live.columns.map(\.name.name).joined(separator: ", "))
        }
        key = try Self.key(match.columns(for: request.key), of: live, match, fileName)
        if !match.ignored.isEmpty {
          notes = [
            "\(live.name) has no column for these fields, which are ignored: "
              + match.ignored.map { "'\($0)'" }.joined(separator: ", ")
          ]
        }
        notes += try await UnfilledColumns(of: live, match, on: connection).notes
        return
      }
      let known = try await RelationKind.Known.read(on: connection)
      if request.table == nil, let near = names.lazy.compactMap({ known.nearest(to: $0.name) }).first {
        throw TableExportError(
          "no table '\(names[0])' in the database '\(known.database)'",
          fix: "Did you mean --table \(near)? To use a new table, pass --table \(names[0]).")
      }
    }
    table = names.last ?? TableName(schema: nil, name: fileName)
    let isNew = if case .unknown = database { false } else { true }
    match = FieldMatch(naming: fields)
    isKeyGuessed = request.key.isEmpty
    key = isKeyGuessed ? Array(match.columns.prefix(1)) : match.columns(for: request.key)
    for name in key where !match.columns.contains(name) {
      throw TableExportError(
        "\(fileName) has no field '\(name)' for the key",
        fix: "its fields are " + fields.joined(separator: ", "))
    }
    if isNew { createTable = statement }
  }

  /// The requested table, or else candidates from the file name without its extension: unchanged and as a plain name.
  private static func tableNames(_ request: FileImport.Request, _ fileName: String) -> [TableName] {
    if let table = request.table { return [TableName(text: table)] }
    let stem = DataFormat.stem(of: fileName)
    let plain = stem.split(separator: ".", maxSplits: 1).map { FieldMatch.plain(String($0)) }
    let names = [TableName(text: stem), TableName(text: plain.joined(separator: "."))]
    return names[0] == names[1] || names[1].name.isEmpty ? [names[0]] : names
  }

  private static func key(
    _ asked: [String], of live: LiveTable, _ match: FieldMatch, _ fileName: String
  ) throws -> [String] {
    let filled = Set(match.columns.map(ExactName.init))
    guard asked.isEmpty else {
      try live.requireColumns(asked)
      try live.requireKey(asked)
      return asked
    }
    guard !live.uniqueKeys.isEmpty else { throw live.withoutKey }
    let own = live.uniqueKeys.first { $0.allSatisfy { filled.contains(ExactName($0)) } }
    guard let own else {
      throw TableExportError(
        "\(fileName) has no field for a unique key of \(live.name)",
        fix:
          "its keys are \(live.keyList): add their fields to the file, or add a unique constraint to the table"
      )
    }
    return own
  }

  var definition: String {
    var members = [
      "\"table\": \(JSONOutput.quoted(table.description))", "\"files\": \(JSONOutput.quoted(fileName))",
      "\"key\": \(DefinitionText.oneOrMore(key))",
    ]
    if file.delimiter != file.defaultDelimiter {
      let text = String(Character(Unicode.Scalar(file.delimiter)))
      members.append("\"delimiter\": \(JSONOutput.quoted(text))")
    }
    if !match.renamed.isEmpty {
      let columns = match.renamed.map { "\(JSONOutput.quoted($0.column)): \(JSONOutput.quoted($0.field))" }
      members.append("\"columns\": {\(columns.joined(separator: ", "))}")
    }
    if !match.ignored.isEmpty { members.append("\"ignore\": \(DefinitionText.list(match.ignored))") }
    let lines = members.map { "      \($0)" }.joined(separator: ",\n")
    return DefinitionText.seeder(
      id: id, summary: "Rows of \(table)", tables: ["    {\n\(lines)\n    }"])
  }

  private var statement: String {
    let types = zip(match.columns, file.fields.filter { !$0.name.isEmpty }).map { column, field in
      "\(SQLName.shown(column)) \(field.columnType)"
    }
    let name = [table.schema, table.name].compactMap(\.self).map(SQLName.shown).joined(separator: ".")
    let primary = key.map(SQLName.shown).joined(separator: ", ")
    return "CREATE TABLE \(name) (\(types.joined(separator: ", ")), PRIMARY KEY (\(primary)))"
  }
}

extension FixtureError {
  /// Whether a different key might avoid these faults.
  fileprivate var isAboutKeys: Bool {
    faults.allSatisfy { $0.found.hasPrefix("duplicate key") || $0.expected.contains("key") }
  }
}
