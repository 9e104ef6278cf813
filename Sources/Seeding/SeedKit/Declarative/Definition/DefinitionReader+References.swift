extension DefinitionReader {
  /// The reference of a column, or the references of which another column chooses one.
  func references(_ column: JSONObjectReader) -> (ReferenceRule?, ReferenceChoice?) {
    guard let node = column.take("references") else { return (nil, nil) }
    guard case .object(let members) = node.value,
      members.contains(where: { ["by", "tables"].contains($0.key) && !$0.value.isNull }),
      let object = JSONObjectReader(node, path: "references", faults: faults)
    else { return (reference(node), nil) }
    let by = object.string("by", length: Self.nonEmpty)
    var rules: [(type: String, reference: ReferenceRule)] = []
    if let tables = object.take("tables") {
      let reader = JSONObjectReader(tables, path: "tables", faults: faults)
      if let reader, reader.members.isEmpty {
        object.fault("tables", found: "an empty object", expected: "a reference for each type")
      }
      rules = (reader?.members ?? []).compactMap { member in
        reference(member.value).map { (member.key, $0) }
      }
    } else {
      object.fault("tables", found: JSONFault.nothing, expected: "a reference for each type")
    }
    for key in ["table", "key", "index", "column"] where !object.isAbsent(key) {
      object.fault(key, found: "'\(key)' and 'by'", expected: "'\(key)' in each reference under 'tables'")
    }
    object.finish("an unknown key")
    return (rules.first?.reference, ReferenceChoice(by: by, rules: rules))
  }

  /// A value that is looked up in another table.
  func reference(_ node: JSONNode) -> ReferenceRule? {
    guard let object = JSONObjectReader(node, expected: "a reference", faults: faults) else { return nil }
    let table = tableName(object)
    let key = referenceKey(object)
    let index = object.optionalString("index", length: Self.nonEmpty)
    let column = object.take("column").map { _ in object.string("column") }
    for name in ["by", "tables"] where !object.isAbsent(name) {
      object.fault(name, found: "'\(name)' inside of another reference", expected: "'table' and 'key'")
    }
    object.finish("an unknown key")
    guard let table, let key else { return nil }
    return ReferenceRule(
      line: node.position.line, table: table, key: key.map(\.column), parts: key.map(\.reference),
      index: index,
      column: column)
  }

  /// Adds faults for references that cannot have a choice.
  func checkChoices(_ rules: [ColumnRule], _ columns: JSONObjectReader, isChild: Bool) {
    for rule in rules {
      guard let choice = rule.choice else { continue }
      if isChild {
        columns.fault(rule.column, found: "'by' under 'children'", expected: "a reference to one table")
      }
      if rules.contains(where: { $0.column == choice.by && $0.fixed != nil }) {
        columns.fault(
          rule.column, found: "'by' with '\(choice.by)', which has a fixed value",
          expected: "a column that a field fills")
      }
    }
  }

  /// The columns of a reference's key, with the references of those that are not compared with a field.
  private func referenceKey(_ object: JSONObjectReader) -> [(column: String, reference: ReferenceRule?)]? {
    guard case .array(let elements)? = object.take("key")?.value, elements.contains(where: \.isObject)
    else { return object.oneOrMore("key")?.map { ($0, nil) } }
    return elements.compactMap { element in
      if case .string(let name) = element.value, !name.isEmpty { return (name, nil) }
      guard
        let part = JSONObjectReader(
          element, expected: "a column's name, or an object", faults: faults)
      else { return nil }
      let column = part.string("column", length: Self.nonEmpty)
      if part.isAbsent("references") {
        part.fault("references", found: "nothing", expected: "a reference")
      }
      let rule = part.isAbsent("references") ? nil : part.take("references").flatMap(reference)
      part.finish("an unknown key")
      return (column, rule)
    }
  }
}

extension JSONNode {
  fileprivate var isObject: Bool {
    if case .object = value { return true }
    return false
  }
}
