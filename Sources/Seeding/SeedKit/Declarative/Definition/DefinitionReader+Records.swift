extension DefinitionReader {
  /// The records of a table in the definition itself.
  func rowsSource(_ rows: JSONNode, _ object: JSONObjectReader) -> TableDefinition.Source? {
    if object.take("files") != nil {
      object.fault("rows", found: "'rows' and 'files'", expected: "one of the two")
    }
    guard let elements = object.array("rows", expected: "an array of objects") else { return nil }
    for element in elements {
      _ = JSONObjectReader(element, expected: "an object", path: "rows", faults: faults)
    }
    return .rows(elements)
  }

  /// Where the records are in the files of a table.
  func list(
    _ object: JSONObjectReader, _ source: TableDefinition.Source?, format: DataFormat?
  ) -> RecordList? {
    let path = object.isAbsent("path") ? nil : path(object)
    let keyField = object.optionalString("keyField", length: Self.nonEmpty)
    guard path != nil || keyField != nil else { return nil }
    let field = path == nil ? "keyField" : "path"
    switch source {
    case .files(let files)?:
      for file in files where ![.json, .yaml].contains(format ?? DataFormat(fileName: file.name)) {
        object.fault(field, found: "the file '\(file.name)'", expected: "only JSON and YAML files")
      }
    case .command?:
      if let format, ![.json, .yaml].contains(format) {
        object.fault(field, found: "the format \(format)", expected: "the format json or yaml")
      }
    case nil: return nil
    case .rows?, .generate?, .array?:
      object.fault(field, found: "'\(field)' and 'rows'", expected: "one of the two")
      return nil
    }
    return RecordList(path: path, keyField: keyField)
  }

  /// Whether equal records count once.
  func isDistinct(_ object: JSONObjectReader) -> Bool {
    guard !object.isAbsent("distinct"), let node = object.take("distinct") else { return false }
    guard case .bool(let flag) = node.value else {
      object.fault("distinct", found: node.foundDescription, expected: "true or false")
      return false
    }
    return flag
  }

  private func path(_ object: JSONObjectReader) -> JSONPath? {
    object.string("path", expected: "keys with dots between them, such as data.items, or a JSON Pointer") {
      $0.isEmpty ? nil : JSONPath($0)
    }
  }
}
