import Postgres

/// The parts of a definition for a data file.
struct ImportDraft {
  /// The natural key, and what to check about it.
  struct Key {
    let columns: [String]
    var index: String?
    var reason: String?
  }

  let id: SeederID
  let file: DataFileScan
  let table: TableName
  let live: LiveTable?
  let match: FieldMatch
  let key: Key
  var references: [ReferenceGuess] = []
  var dependencies: [SeederID] = []
  var notes: [String] = []
  var createTable: String?

  init(
    _ request: FileImport.Request, fileName: String, _ folder: DataFolder, _ database: FileImport.Database
  ) async throws {
    id = request.id
    let names = Self.tableNames(request, fileName)
    guard case .connected(let connection, let seeders) = database,
      let live = try await Self.find(names, request, on: connection)
    else {
      self.live = nil
      file = try Self.scan(fileName, folder, columns: nil)
      table = names[0]
      match = FieldMatch(naming: file.names)
      key = try Self.key(request.key, match, file)
      if case .unknown = database { return }
      createTable = NewTable.statement(table, match, key: key.columns, file)
      return
    }
    self.live = live
    table = live.name
    let columns = live.columns.filter { !$0.isGenerated }.map(\.name.name)
    let file = try Self.scan(fileName, folder, columns: columns)
    self.file = file
    var match = FieldMatch(file.names, columns: columns)
    match.addNested(file.fields.filter(\.isNested).map(\.name), columns: columns)
    references = try await ReferenceGuess.read(of: live, match, file, on: connection)
    match.use(references.flatMap(\.fields))
    self.match = match
    guard !match.columns.isEmpty || !references.isEmpty else {
      throw TableExportError(
        "no field of \(fileName) is a column of \(live.name): \(file.names.joined(separator: ", "))",
        fix: "its columns are " + live.columns.map(\.name.name).joined(separator: ", "))
    }
    key = try Self.key(
      match.columns(for: request.key), of: live, filled: match.columns + references.map(\.column), fileName)
    let filled = Set((match.columns + references.map(\.column)).map(ExactName.init))
    let missing = live.requiredColumns.map(\.name).filter { !filled.contains(ExactName($0)) }
    if !missing.isEmpty {
      notes.append(
        "\(live.name) requires values for these columns, which no field fills: "
          + missing.map { "'\($0)'" }.joined(separator: ", "))
    }
    var targets: [LiveTable] = []
    for foreign in live.foreignKeys where foreign.columns.allSatisfy({ filled.contains(ExactName($0)) }) {
      guard let target = try await ReferenceGuess.target(of: foreign, on: connection) else { continue }
      if target.canonicalName != live.canonicalName { targets.append(target) }
    }
    let owners = try await SeedersOfTables.find(
      targets, among: seeders.filter { [id] in $0.id != id }, on: connection)
    dependencies = Set(owners.values).sorted { $0.rawValue < $1.rawValue }
  }

  private static func scan(_ name: String, _ folder: DataFolder, columns: [String]?) throws -> DataFileScan {
    guard let file = try DataFileScan(name, in: folder, columns: columns) else {
      throw TableExportError("no file '\(folder.path(of: name))'", fix: "check the path")
    }
    guard !file.fields.isEmpty else {
      throw folder.fault(name, found: "no records", expected: "at least one, which names the fields")
    }
    guard file.names.contains(where: { !$0.isEmpty }) else {
      throw FixtureError([
        FixtureFault(
          .malformedFile, file: folder.path(of: name), line: 1,
          found: file.fields.count == 1 ? "an empty line" : "no field names",
          expected: "the header, with the field names")
      ])
    }
    return file
  }

  /// The requested table, or else candidates: the id, and the file's name unchanged and as a plain name. The first is the
  /// name of a new table.
  private static func tableNames(_ request: FileImport.Request, _ fileName: String) -> [TableName] {
    if let table = request.table { return [TableName(text: table)] }
    let stem = DataFormat.stem(of: fileName)
    let plain = stem.split(separator: ".", maxSplits: 1).map { FieldMatch.plain(String($0)) }
    let id = request.id.rawValue.split(separator: "-").joined(separator: "_")
    return [id, stem, plain.joined(separator: ".")].filter { !$0.isEmpty }.map(TableName.init(text:))
      .filter { !$0.name.isEmpty }
  }

  /// The first of these tables that exists; nil if a new table is needed.
  private static func find(
    _ names: [TableName], _ request: FileImport.Request, on connection: PostgresConnection
  ) async throws -> LiveTable? {
    for name in names {
      if let live = try await LiveTable.find(name, on: connection) { return live }
    }
    guard request.table == nil else { return nil }
    let known = try await RelationKind.Known.read(on: connection)
    guard let near = names.lazy.compactMap({ known.nearest(to: $0.name) }).first else { return nil }
    throw TableExportError(
      "no table '\(names[0])' in the database '\(known.database)'",
      fix: "Did you mean --table \(near)? To use a new table, pass --table \(names[0]).")
  }

  /// The key of a table that exists.
  private static func key(
    _ asked: [String], of live: LiveTable, filled: [String], _ fileName: String
  ) throws -> Key {
    let filled = Set(filled.map(ExactName.init))
    let keys = live.keys.filter(\.isPlain) + live.keys.filter { !$0.isPlain }
    guard !keys.isEmpty else { throw live.withoutKey }
    let found: LiveTable.UniqueKey
    if asked.isEmpty {
      guard let own = keys.first(where: { $0.columns.allSatisfy { filled.contains(ExactName($0)) } }) else {
        throw TableExportError(
          "\(fileName) has no field for a unique key of \(live.name)",
          fix:
            "its keys are \(live.keyList): add their fields to the file, or add a unique constraint to the table"
        )
      }
      found = own
    } else {
      try live.requireColumns(asked)
      found = try live.requireKey(asked)
    }
    var key = Key(columns: asked.isEmpty ? found.columns : asked, index: live.index(for: found))
    if asked.isEmpty {
      let others = keys.filter { key in
        key.index != found.index && key.columns.allSatisfy { filled.contains(ExactName($0)) }
      }
      if !others.isEmpty {
        key.reason = "the file also fills the keys " + others.map(\.shown).joined(separator: ", ")
      } else if !found.isPlain {
        key.reason = "by the unique index on \(found.shown)"
      }
    }
    return key
  }

  /// The key of a new table: the first fields with different values in all records.
  private static func key(_ asked: [String], _ match: FieldMatch, _ file: DataFileScan) throws -> Key {
    guard asked.isEmpty else {
      let columns = match.columns(for: asked)
      for name in columns where !match.columns.contains(name) {
        throw TableExportError(
          "\(file.name) has no field '\(name)' for the key",
          fix: "its fields are " + file.names.joined(separator: ", "))
      }
      return Key(columns: columns)
    }
    let fields = file.fields
    guard file.records > 0 else {
      return Key(columns: Array(match.columns.prefix(1)), reason: "the file has no records")
    }
    let candidates = file.keys.candidates.filter { places in
      places.allSatisfy { !fields[$0].isNested && !fields[$0].name.isEmpty }
    }
    // Measurements and times differ by chance.
    let likely = candidates.first { places in
      places.count > 1 || ["integer", "bigint", "text", "uuid"].contains(fields[places[0]].columnType)
    }
    guard let places = likely ?? candidates.first else {
      throw TableExportError(
        "no field of \(file.name) has a different value in every record", fix: "name the key with --key")
    }
    let records = file.keys.limit.map { "the first \($0) records" } ?? "all records"
    return Key(
      columns: match.columns(for: places.map { fields[$0].name }),
      reason: "\(places.count == 1 ? "its values" : "their combinations") differ in \(records)")
  }
}
