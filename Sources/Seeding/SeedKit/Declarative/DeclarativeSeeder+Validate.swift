import Postgres

extension DeclarativeSeeder {
  /// Reads the files like a run, without a database. Checks their syntax, the fields in `columns`, the arrays for
  /// child tables, and duplicate keys. Counts the records.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    let faults = FaultCollector()
    let definition = try ModelResolver.resolve(definition, in: folder, faults)
    let all = definition.tables.flatMap { [$0] + $0.children }
    var keys: [TableName: KeyInspection] = [:]
    for (table, entries) in Dictionary(grouping: all, by: \.table) {
      keys[table] = KeyInspection(faults: faults, comparesValues: entries.count > 1)
    }
    for rule in all.flatMap(\.columns) {
      guard case .file(let name)? = rule.fixed, try !folder.has(name) else { continue }
      faults.add(
        FixtureFault(
          .unreadableFile, file: definition.path, line: rule.line, field: rule.column,
          found: "no file '\(name)'", expected: "a file in the seeder's folder"))
    }
    for command in definition.tables.compactMap(\.command) {
      for name in command.inputs where try !folder.has(name) {
        faults.add(definition.missing(name, line: command.line))
      }
    }
    var records = 0
    for table in definition.tables {
      let names = table.files
      let load = try TableLoad.offline(table)
      let loads = [load] + load.children.values
      for load in loads { load.keys = keys[load.definition.table] }
      var reader = RecordReader(load: load, folder: folder, faults: faults)
      let before = faults.count
      reader.add(rows: table.rows, path: definition.path, number: 0)
      for load in loads { load.buffer = PostgresRowBuffer() }
      for (name, line) in names where try !reader.inspect(name) {
        faults.add(definition.missing(name, line: line))
      }
      records += load.rowCount
      reader.isOverlay = true
      for environment in SeedEnvironment.allCases {
        // An overlay may repeat the keys of its base file, but not its own.
        for load in loads { load.keys = KeyInspection(faults: faults, comparesValues: false) }
        for (name, _) in names {
          _ = try reader.inspect(DataFormat.overlay(of: name, in: environment))
        }
      }
      guard faults.count == before, table.command == nil else { continue }
      for load in loads {
        load.checkMappedFields(faults)
        load.checkKeyFields(faults)
      }
    }
    try faults.check()
    let commands = definition.tables.compactMap(\.command).map { "the command '\($0)' was not run" }
    let notes = keys.compactMap { table, keys in
      keys.limit.map { "the first \($0) keys of \(table) were compared; a run compares all" }
    }
    return FixtureInspection(records: records, notes: notes.sorted() + commands)
  }
}
