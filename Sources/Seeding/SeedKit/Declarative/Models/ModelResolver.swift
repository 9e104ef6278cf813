import Postgres

/// Turns the fixtures of models into entries for tables with ordinary records.
struct ModelResolver {
  private typealias Records = [(file: String, record: ModelRecord)]

  private let folder: DataFolder
  private let faults: FaultCollector
  private var tables: ModelTables
  /// The records of each table of the definition.
  private var records: [Int: Records] = [:]
  /// The tables of which some records could not be read.
  private var incomplete: Set<Int> = []
  /// For each file of Django, its records.
  private var djangoFiles: [String: [ModelRecord]?] = [:]

  /// Reads the records of models without a database. Their associations stay as they are.
  static func resolve(
    _ definition: SeederDefinition, in folder: DataFolder, _ faults: FaultCollector
  ) throws -> SeederDefinition {
    guard definition.tables.contains(where: { $0.model != nil }) else { return definition }
    var resolver = ModelResolver(folder: folder, faults: faults, tables: ModelTables([:]))
    try resolver.read(definition)
    return resolver.resolved(definition)
  }

  /// Reads the records of models and resolves their associations by the columns and foreign keys of the tables.
  ///
  /// - Returns: the definition with ordinary entries, and the tables with those that were found.
  static func resolve(
    _ definition: SeederDefinition, in folder: DataFolder, tables: [TableName: LiveTable],
    _ faults: FaultCollector, on connection: PostgresConnection
  ) async throws -> (SeederDefinition, [TableName: LiveTable]) {
    guard definition.tables.contains(where: { $0.model != nil }) else { return (definition, tables) }
    var resolver = ModelResolver(folder: folder, faults: faults, tables: ModelTables(tables))
    try resolver.read(definition)
    try await resolver.findTables(definition, on: connection)
    return (resolver.resolved(definition), resolver.tables.tables)
  }

  private init(folder: DataFolder, faults: FaultCollector, tables: ModelTables) {
    self.folder = folder
    self.faults = faults
    self.tables = tables
  }

  /// Reads the files of all models and their overlays.
  private mutating func read(_ definition: SeederDefinition) throws {
    for (index, table) in definition.tables.enumerated() {
      guard let model = table.model else { continue }
      var found: Records = []
      let before = faults.count
      for (name, _) in table.files {
        for file in [name] + SeedEnvironment.allCases.map({ DataFormat.overlay(of: name, in: $0) }) {
          let all: [ModelRecord]?
          switch model.framework {
          case .rails:
            all = try ModelFile(folder: folder, faults: faults).rails(
              file, model: model.name, encoding: table.encoding, isMapped: table.lines["table"] != nil)
          case .django:
            if djangoFiles[file] == nil {
              djangoFiles[file] = .some(
                try ModelFile(folder: folder, faults: faults).django(file, encoding: table.encoding))
            }
            all = djangoFiles[file] ?? nil
          }
          found += (all ?? []).filter { $0.model == model.name }.map { (file, $0) }
        }
      }
      records[index] = found
      if faults.count > before { incomplete.insert(index) }
    }
  }

  /// Looks up the tables that fields without a column refer to.
  private mutating func findTables(
    _ definition: SeederDefinition, on connection: PostgresConnection
  ) async throws {
    for (index, table) in definition.tables.enumerated() {
      guard let model = table.model, let live = tables.tables[table.table] else { continue }
      for (field, values) in Self.values(of: records[index] ?? []) {
        if let column = ModelFields.association(field, of: table, live) {
          guard model.framework == .django, values.contains(where: \.isArray),
            let target = tables.target(of: column, in: live)
          else { continue }
          try await tables.describe(target, model.fixtures, on: connection)
        } else if live[field] == nil, !ModelFields.isDeclared(field, in: table) {
          try await tables.findJoin(field, of: live, model.framework, on: connection)
          if let join = tables.join(field, of: live) {
            try await tables.describe(join.target, model.fixtures, on: connection)
          }
        }
      }
    }
  }

  private static func values(of records: Records) -> [(String, [JSONNode])] {
    let members = records.flatMap(\.record.fields)
    return Dictionary(grouping: members, by: \.key).map { ($0, $1.map(\.value)) }.sorted { $0.0 < $1.0 }
  }

  private func resolved(_ definition: SeederDefinition) -> SeederDefinition {
    let labels = RailsLabels(
      definition.tables.enumerated().compactMap { index, table in
        guard table.model?.framework == .rails, !incomplete.contains(index),
          let live = tables.tables[table.table]
        else { return nil }
        return (live, (records[index] ?? []).map(\.record))
      })
    var resolved = definition
    resolved.tables = definition.tables.enumerated().flatMap { index, table -> [TableDefinition] in
      guard let model = table.model else { return [table] }
      let fields = ModelFields(
        table: table, model: model, tables: tables, faults: faults, labels: labels,
        fields: Self.values(of: records[index] ?? []).map(\.0))
      return groups(records[index] ?? [], fields).compactMap { entry($0, fields) }
    }
    return resolved
  }

  /// The records grouped by how they identify rows: an entry has one key, and one way to find a row by a field.
  private func groups(_ records: Records, _ fields: ModelFields) -> [Records] {
    guard fields.model.framework == .django else { return [records] }
    let natural = Set(records.flatMap { fields.naturalFields(of: $0.record) })
    var groups: [(shape: Set<String>, hasKey: Bool, records: Records)] = []
    for record in records {
      let shape = fields.shape(of: record.record, natural: natural)
      let hasKey = record.record.primaryKey != nil
      if let index = groups.firstIndex(where: { $0.shape == shape && $0.hasKey == hasKey }) {
        groups[index].records.append(record)
      } else {
        groups.append((shape, hasKey, [record]))
      }
    }
    if let group = groups.first(where: { $0.hasKey != groups[0].hasKey }) {
      faults.add(
        group.records[0].record.place.fault(
          field: "pk", found: group.hasKey ? "a key" : "no key",
          expected: "a key in all records of \(fields.model.name), or in none"))
    }
    return groups.map(\.records)
  }

  /// The entry for a group of records; nil if there is nothing to write.
  private func entry(_ group: Records, _ fields: ModelFields) -> TableDefinition? {
    var entry = fields.table
    guard let key = fields.key(for: group.map(\.record)) else { return nil }
    entry.key = key
    entry.isStamped = fields.model.framework == .rails
    var converted: [String: [SourceRecord]] = [:]
    for (name, _) in entry.files {
      for file in [name] + SeedEnvironment.allCases.map({ DataFormat.overlay(of: name, in: $0) }) {
        guard file == name || group.contains(where: { $0.file == file }) else { continue }
        converted[file] = []
      }
    }
    let natural = Set(group.flatMap { fields.naturalFields(of: $0.record) })
    for (file, record) in group {
      let node = JSONNode(
        position: record.position, value: .object(fields.members(of: record, natural: natural)))
      converted[file]?.append(SourceRecord(node: node, place: record.place))
    }
    entry.records = converted
    let names = Self.values(of: group).map(\.0)
    entry.columns += names.compactMap { fields.naturalRule(for: $0, natural: natural) }
    entry.columns.removeAll { rule in
      natural.contains { rule.fields == [$0] }
    }
    entry.children += names.compactMap { fields.child(for: $0, natural: natural) }
    return entry
  }
}

extension JSONNode {
  /// Whether it is an array.
  var isArray: Bool { if case .array = value { true } else { false } }
}
