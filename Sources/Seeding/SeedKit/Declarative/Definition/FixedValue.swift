/// A value of a column that does not come from a field. It is the same for all records.
enum FixedValue: Sendable {
  /// A value in the definition.
  case constant(JSONNode)
  /// The value of an environment variable, which may be a secret.
  case environment(String)
  /// The contents of a file in the seeder's folder.
  case file(String)

  /// Stands in the names of fields for a column with a fixed value.
  static let prefix = "$fixed:"
}

extension DefinitionReader {
  /// The fixed value of a column; nil if fields fill it.
  func fixedValue(_ object: JSONObjectReader) -> FixedValue? {
    let constant = object.take("value")
    let variable = object.isAbsent("env") ? nil : environmentName(object)
    let file = object.isAbsent("file") ? nil : filePath(object)
    let names = ["value", "env", "file", "field"].filter { name in
      name == "value" ? constant != nil : !object.isAbsent(name)
    }
    if names.count > 1 {
      object.fault(
        names[1], found: names.map { "'\($0)'" }.joined(separator: " and "), expected: "one of them")
    }
    return constant.map(FixedValue.constant) ?? variable.map(FixedValue.environment)
      ?? file.map(FixedValue.file)
  }

  func environmentName(_ object: JSONObjectReader) -> String? {
    object.string("env", expected: "the name of an environment variable") {
      $0.isEmpty || $0.contains("=") ? nil : $0
    }
  }

  private func filePath(_ object: JSONObjectReader) -> String? {
    object.string("file", expected: "a path inside the seeder's folder") { Self.normalized($0) }
  }
}

extension SeederDefinition {
  private var columns: [ColumnRule] { tables.flatMap { [$0] + $0.children }.flatMap(\.columns) }

  /// The environment variables whose values it writes.
  var environmentNames: [String] {
    let names = columns.flatMap { rule -> [String] in
      if case .environment(let name)? = rule.fixed { return [name] }
      return rule.sql?.environmentNames ?? []
    }
    return Set(names).sorted()
  }

  /// The files whose contents it writes as a whole, and the inputs of its commands.
  var valueFiles: [String] {
    let lists = tables.flatMap { $0.generate?.sources ?? [] }.compactMap { column in
      if case .lines(let file, _) = column.source { file } else { nil }
    }
    let inputs = tables.flatMap { $0.command?.inputs ?? [] } + lists
    let names =
      inputs
      + columns.compactMap { rule -> String? in
        if case .file(let name)? = rule.fixed { return name }
        return nil
      }
    return Set(names).sorted()
  }
}
