extension DefinitionReader {
  /// A value that is looked up in another table.
  func reference(_ node: JSONNode) -> ReferenceRule? {
    guard let object = JSONObjectReader(node, expected: "a reference", faults: faults) else { return nil }
    let table = tableName(object)
    let key = referenceKey(object)
    let index = object.optionalString("index", length: Self.nonEmpty)
    let column = object.take("column").map { _ in object.string("column") }
    object.finish("an unknown key")
    guard let table, let key else { return nil }
    return ReferenceRule(
      line: node.position.line, table: table, key: key.map(\.column), parts: key.map(\.reference),
      index: index,
      column: column)
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
