import Postgres

extension TableLoad {
  /// A load without a database. It accepts every field and every value, because only the definition is known.
  static func offline(_ definition: TableDefinition, parent: TableLoad? = nil) throws -> TableLoad {
    var mapped = definition.columns.flatMap { rule in rule.fields.map { (rule.column, $0) } }
    if let parent, case .array(_, let column) = definition.source {
      mapped += parent.keySlots.indices.map { (column, "$parent\($0)") }
    }
    let others = definition.key.filter { name in !mapped.contains { ExactName($0.0) == ExactName(name) } }
    let slots = (mapped + others.map { ($0, $0) }).compactMap { column, field -> Slot? in
      guard let name = try? PostgresIdentifier(column) else { return nil }
      return Slot(
        field: field, type: "", baseType: "", collation: "", kind: .json, rule: nil, stagedName: name,
        column: LiveTable.Column(
          name: name, type: "", baseType: "", storedType: "", collation: "", kind: .json, scalarPath: "",
          isNotNull: false, defaultExpression: nil, isGenerated: false, isAlwaysIdentity: false,
          sequence: nil, mayDraw: false))
    }
    let live = LiveTable(
      name: definition.table, canonicalName: definition.table.description, quoted: "", ambiguity: nil,
      columns: [], keys: [], checks: [], triggers: [], isDeferred: false,
      foreignKeys: [],
      inheriting: nil)
    let load = try TableLoad(definition: definition, live: live, slots: slots, references: [], parent: parent)
    load.isOffline = true
    for rule in definition.columns where rule.fixed != nil {
      for slot in load.slotsOfField[ExactName(rule.fields[0])] ?? [] {
        var text: String? = ""
        if case .constant(let node)? = rule.fixed {
          text = node.isNull ? nil : JSONText.text(node, as: .plain) ?? JSONText.text(node, as: .json)
        }
        load.fixed[slot] = Fixed(text: text, rule: rule)
      }
    }
    for child in definition.children { _ = try offline(child, parent: load) }
    return load
  }
}
