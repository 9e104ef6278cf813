import Postgres

/// Natural keys of Django, and join tables.
extension ModelFields {
  /// The names of the fields that hold the parts of a natural key.
  private func partName(_ field: String, _ index: Int) -> String { "\(field)[\(index + 1)]" }

  private func reference(for field: String) -> ReferenceRule? {
    let target = association(field).flatMap { column in live.flatMap { tables.target(of: column, in: $0) } }
    return (target ?? join(field)?.target).flatMap {
      tables.naturalReference(to: $0, model.fixtures, line: table.line)
    }
  }

  /// The members for the parts of a natural key.
  func natural(
    _ field: JSONMember, _ record: ModelRecord, _ column: LiveTable.Column
  ) -> [JSONMember] {
    parts(
      of: field.value, field.key, record, target: live.flatMap { tables.target(of: column, in: $0) })
  }

  func parts(
    of node: JSONNode, _ field: String, _ record: ModelRecord, target: String?
  ) -> [JSONMember] {
    let count = reference(for: field)?.fieldCount
    let elements: [JSONNode]
    switch node.value {
    case .array(let nodes): elements = nodes
    case .null: elements = Array(repeating: node, count: count ?? 0)
    default: elements = []
    }
    if let count, count != elements.count {
      let key = target.map { " of \($0)" } ?? ""
      faults.add(
        record.place.fault(
          field: field,
          found: node.isArray
            ? "\(elements.count) value\(elements.count == 1 ? "" : "s")" : node.foundDescription,
          expected: "the natural key\(key): \(count) value\(count == 1 ? "" : "s")"))
    } else if count == nil {
      let known = target ?? "the table"
      faults.add(
        record.place.fault(
          field: field, found: "a natural key of \(known), whose columns are unknown",
          expected: """
            "models": {"APP.MODEL": {"table": "\(known.drop { $0 != "." }.dropFirst())", "key": […]}} in \
            \(DeclarativeSeeder.fileName), or the primary key
            """))
    }
    return elements.enumerated().map { index, element in
      JSONMember(key: partName(field, index), position: element.position, value: element)
    }
  }

  /// The rule for a column that natural keys fill; nil for other fields.
  func naturalRule(for field: String, natural: Set<String>) -> ColumnRule? {
    guard natural.contains(field), let column = association(field), let reference = reference(for: field)
    else {
      return nil
    }
    return ColumnRule(
      line: table.line, column: column.name.name,
      fields: (0..<reference.fieldCount).map { partName(field, $0) }, reference: reference)
  }

  /// The entry for the join table of a field; nil for other fields.
  func child(for field: String, natural: Set<String>) -> TableDefinition? {
    guard let join = join(field) else { return nil }
    let reference = natural.contains(field) ? reference(for: field) : nil
    let fields = reference.map { rule in (0..<rule.fieldCount).map { partName(field, $0) } }
    var child = table
    child.table = join.live.name
    child.source = .array(field: field, parentColumn: join.parentColumn)
    child.key = [join.parentColumn, join.column.name.name]
    child.index = nil
    child.columns = [
      ColumnRule(
        line: table.line, column: join.column.name.name, fields: fields ?? [ColumnRule.element],
        reference: reference)
    ]
    child.ignoredFields = []
    child.touchedColumn = nil
    child.children = []
    child.records = nil
    child.isStamped = model.framework == .rails
    return child
  }
}
