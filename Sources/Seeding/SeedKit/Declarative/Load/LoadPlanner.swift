import Postgres

/// Matches a definition with the tables of the database and collects all faults.
struct LoadPlanner {
  let definition: SeederDefinition
  let tables: [TableName: LiveTable]
  /// The existing tables, for suggestions; nil if all named tables were found.
  let known: RelationKind.Known?
  let money: MoneyFormat?
  /// What names refer to that are not tables.
  let kinds: [TableName: String]
  /// Suggestions for keys that are not unique.
  let advice: [KeyAdvice.Place: String]
  let faults: FaultCollector
  /// The seeder's folder, for files whose contents fill columns.
  let folder: DataFolder?
  /// Where the tables are.
  var sharding = Sharding.singleServer

  /// Looks up the tables and matches them with the definition.
  ///
  /// - Parameters:
  ///   - definition: the definition.
  ///   - known: its tables, if they were described before.
  ///   - folder: the seeder's folder.
  ///   - sharding: where the tables are. On a single server by default.
  /// - Returns: the loads in the order of the definition, children after their parents.
  /// - Throws: ``FixtureError`` with all faults; `PostgresError`.
  static func plan(
    _ definition: SeederDefinition, known tables: [TableName: LiveTable]? = nil, in folder: DataFolder,
    sharding: Sharding = .singleServer, on connection: PostgresConnection
  ) async throws -> [TableLoad] {
    let names = definition.usedTables
    let described: [TableName: LiveTable]
    if let tables {
      described = tables
    } else {
      described = try await LiveTable.describe(names, on: connection)
    }
    let faults = FaultCollector()
    let (definition, tables) = try await ModelResolver.resolve(
      definition, in: folder, tables: described, faults, on: connection)
    let kinds = try await RelationKind.find(names.filter { tables[$0] == nil }, on: connection)
    let isAnyMissing = names.contains { tables[$0] == nil }
    let known = isAnyMissing ? try await RelationKind.Known.read(on: connection) : nil
    var money: MoneyFormat?
    if tables.values.contains(where: { $0.columns.contains { $0.scalarPath.contains(" money") } }) {
      money = MoneyFormat(sample: try await connection.queryOne(MoneyFormat.sampleQuery).decode(String.self))
    }
    let planner = LoadPlanner(
      definition: definition, tables: tables, known: known, money: money, kinds: kinds,
      advice: try await KeyAdvice.read(definition, tables: tables, on: connection), faults: faults,
      folder: folder, sharding: sharding)
    var loads: [TableLoad] = []
    for table in definition.tables {
      guard let load = try planner.load(table, parent: nil) else { continue }
      loads.append(load)
      loads += try table.children.compactMap { try planner.load($0, parent: load) }
    }
    planner.checkInnerReferences(loads)
    try await planner.checkDates(loads, on: connection)
    try planner.faults.check()
    return loads
  }

  private func load(_ table: TableDefinition, parent: TableLoad?) throws -> TableLoad? {
    guard let live = liveTable(table.table, line: table.line(of: "table")) else { return nil }
    guard !live.canonicalName.hasPrefix("seed_runner.") else {
      fault(
        table.line, found: "'\(table.table)', an internal table of seed-runner",
        expected: "one of your tables",
        at: "table")
      return nil
    }
    if let inheriting = live.inheriting {
      fault(
        table.line(of: "table"), .unsupportedTable, found: inheriting.found,
        expected: InheritingTables.expected, at: "table")
      return nil
    }
    var slots: [TableLoad.Slot] = []
    var references: [TableLoad.Reference] = []
    var filled: Set<PostgresIdentifier> = []
    var fixed: [Int: TableLoad.Fixed] = [:]
    var computed: [TableLoad.Computed] = []
    for rule in table.columns + parentRule(of: table, parent: parent) {
      guard let column = column(rule.column, of: live, line: rule.line) else { continue }
      filled.insert(column.name)
      if let value = rule.sql {
        let inputs = slots.count..<slots.count + value.inputs.count
        for (index, input) in value.inputs.enumerated() {
          slots.append(self.input(input, index, of: rule, column: column))
          if case .environment(let name) = input {
            let own = ColumnRule(
              line: rule.line, column: rule.column, fields: [], reference: nil, fixed: .environment(name))
            fixed[slots.count - 1] = try self.fixed(own, slot: slots[slots.count - 1])
          }
        }
        computed.append(TableLoad.Computed(column: column, rule: rule, value: value, slots: Array(inputs)))
        continue
      }
      if let reference = rule.reference {
        guard
          let (resolved, parts) = resolve(
            reference, column: column, fields: rule.fields, firstSlot: slots.count,
            values: table.values.overridden(by: rule.values))
        else { continue }
        references.append(resolved)
        slots += parts
        checkValues(rule, parts)
      } else {
        let part = slot(column, field: rule.fields[0], values: table.values.overridden(by: rule.values))
        slots.append(part)
        checkValues(rule, [part])
      }
      if rule.fixed != nil, let slot = slots.last {
        fixed[slots.count - 1] = try self.fixed(rule, slot: slot)
      }
    }
    if !table.isScalar, !table.ignoresOthers {
      for column in live.columns
      where !filled.contains(column.name) && !column.isGenerated
        && !table.ignoredFields.contains(ExactName(column.name.name))
        && table.touchedColumn.map(column.name.isNamed) != true
      {
        slots.append(slot(column, field: column.name.name, values: table.values))
      }
    }
    if slots.count > TableLoad.tableColumnLimit {
      fault(
        table.line, found: "\(live.name), which has \(slots.count) columns",
        expected: "a table of at most \(TableLoad.tableColumnLimit) columns", at: "table")
    }
    let refusal = ShardingRules.refusal(
      of: live.name.description, sharding[live.canonicalName], key: table.key)
    if let refusal {
      fault(
        table.line(of: "key"), .unsupportedTable, found: refusal.found, expected: refusal.expected, at: "key")
    }
    let key = refusal == nil ? uniqueKey(of: table, live: live) : nil
    if let touched = table.touchedColumn {
      _ = column(touched, of: live, line: table.line(of: "touch"), at: "touch")
    }
    let stamps = table.isStamped ? stamp(&slots, of: live) : []
    if table.model?.framework == .rails { explainEnums(&slots) }
    let load = try TableLoad(
      definition: table, live: live, slots: slots, references: references, parent: parent,
      key: key)
    load.fixed = fixed
    load.computed = computed
    load.stamps = stamps
    return load
  }

  /// The slot of an input of an SQL expression.
  private func input(
    _ input: SQLValue.Input, _ index: Int, of rule: ColumnRule, column: LiveTable.Column
  ) -> TableLoad.Slot {
    let field =
      switch input {
      case .field(let name): name
      case .environment: "\(FixedValue.prefix)\(rule.column).\(index)"
      }
    return TableLoad.Slot(
      field: field, type: "text", baseType: "text", collation: "", kind: .plain, rule: nil,
      stagedName: column.name, column: nil)
  }

  func slot(_ column: LiveTable.Column, field: String, values: ValueFormat) -> TableLoad.Slot {
    TableLoad.Slot(
      field: field, type: column.type, baseType: column.baseType, collation: column.collation,
      kind: column.kind, rule: literalRule(column), conversion: conversion(column, values),
      shift: shift(column, values), stagedName: column.name, column: column)
  }

  /// How the dates of a column are shifted; nil if they are not.
  func shift(_ column: LiveTable.Column, _ values: ValueFormat) -> MovingDates? {
    values.keepsDates || !MovingDates.types.contains(column.baseType) ? nil : definition.dates
  }

  func conversion(_ column: LiveTable.Column, _ values: ValueFormat) -> TextConversion? {
    TextConversion(values, scalarPath: column.scalarPath, money: money)
  }

  /// Adds a fault for a format of a column that its type does not have.
  private func checkValues(_ rule: ColumnRule, _ slots: [TableLoad.Slot]) {
    let kinds = slots.compactMap(\.conversion)
    let type = slots.first?.type ?? ""
    if rule.values.hasNumbers, !kinds.contains(where: \.isNumber) {
      fault(
        rule.line, found: "'decimal' or 'thousands' for a column of type \(type)",
        expected: "a column of a number type",
        at: rule.column)
    }
    if rule.values.bytes != nil, !kinds.contains(where: { $0.kind == .bytes }) {
      fault(
        rule.line, found: "'bytes' for a column of type \(type)", expected: "a column of type bytea",
        at: rule.column)
    }
    if rule.values.dates != nil, !kinds.contains(where: { $0.kind == .moment }) {
      fault(
        rule.line, found: "'dateFormat' for a column of type \(type)",
        expected: "a column of type date or timestamp", at: rule.column)
    }
  }

  func literalRule(_ column: LiveTable.Column) -> LiteralRule? {
    LiteralRule(path: column.scalarPath, type: column.storedType, money: money)
  }

  /// The reference by which a child finds its parent, as if the record contained the parent's key.
  private func parentRule(of table: TableDefinition, parent: TableLoad?) -> [ColumnRule] {
    guard let parent, case .array(_, let column) = table.source else { return [] }
    let key = parent.definition.key
    return [
      ColumnRule(
        line: table.line, column: column, fields: parent.keySlots.indices.map { "$parent\($0)" },
        reference: ReferenceRule(
          line: table.line, table: parent.definition.table, key: key,
          parts: key.map { name in parent.references.first { $0.column.name.isNamed(name) }?.rule },
          index: parent.definition.index, column: nil))
    ]
  }

  func liveTable(_ name: TableName, line: Int) -> LiveTable? {
    if let live = tables[name] { return live }
    if let kind = kinds[name] {
      fault(line, .unsupportedTable, found: "'\(name)', which is \(kind)", expected: "a table", at: "table")
      return nil
    }
    if name.schema == nil, let known, let other = known.outsideSearchPath(name.name) {
      fault(
        line, .missingTable,
        found: "no table '\(name)' in the search_path (\(known.searchPath)), but \(other)",
        expected: "\"table\": \"\(other)\", or that schema in the search_path", at: "table")
      return nil
    }
    let near = known?.nearest(to: name.description).map { "'\($0)'" }
    fault(
      line, .missingTable,
      found:
        "no table '\(name)' in the database '\(known?.database ?? "")'\(near == nil ? "; create it or correct the name" : "")",
      expected: near ?? "", at: "table")
    return nil
  }

  func column(
    _ name: String, of table: LiveTable, line: Int, at field: String? = nil, isRead: Bool = false
  ) -> LiveTable.Column? {
    guard let column = table[name] else {
      let names = table.columns.map(\.name.name)
      let near = Suggestion.nearest(to: name, in: names).first.map { "'\($0)'" }
      fault(
        line, .missingTable, found: "an unknown column '\(name)' of \(table.name)",
        expected: near ?? "one of " + names.joined(separator: ", "), at: field ?? name)
      return nil
    }
    guard isRead || !column.isGenerated else {
      fault(
        line, .missingTable, found: "the generated column '\(name)' of \(table.name)",
        expected: "another column, or no field for it", at: field ?? name)
      return nil
    }
    return column
  }

  func fault(
    _ line: Int, _ code: ErrorCode = .invalidDefinition, found: String, expected: String, at field: String
  ) {
    faults.add(
      FixtureFault(code, file: definition.path, line: line, field: field, found: found, expected: expected))
  }
}
