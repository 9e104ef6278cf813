/// A value of a column that the server computes from fields of the record.
struct SQLValue: Sendable {
  /// A bind parameter of the expression.
  enum Input: Sendable {
    case field(String)
    /// The value of an environment variable.
    case environment(String)
  }

  /// An SQL expression with `$1`, `$2` and so on, which have the type text.
  let expression: String
  let inputs: [Input]

  /// The fields among the inputs.
  var fields: [String] {
    inputs.compactMap { if case .field(let name) = $0 { name } else { nil } }
  }

  /// The environment variables among the inputs.
  var environmentNames: [String] {
    inputs.compactMap { if case .environment(let name) = $0 { name } else { nil } }
  }
}

extension DefinitionReader {
  /// The SQL expression of a column; nil without one.
  func sqlValue(_ object: JSONObjectReader) -> SQLValue? {
    guard let expression = object.optionalString("sql", length: Self.nonEmpty, allowsBlank: false) else {
      if !object.isAbsent("with") { object.fault("with", found: "'with' without 'sql'", expected: "both") }
      return nil
    }
    for key in ["value", "env", "file", "field", "references"] where object.take(key) != nil {
      object.fault("sql", found: "'sql' and '\(key)'", expected: "one of them; 'with' names the fields")
    }
    let nodes = object.isAbsent("with") ? [] : object.array("with", expected: "an array") ?? []
    let inputs = nodes.compactMap { node -> SQLValue.Input? in
      if case .string(let field) = node.value, !field.isEmpty { return .field(field) }
      guard
        let object = JSONObjectReader(
          node, expected: "the name of a field, or an object with 'env'", path: "with", faults: faults)
      else { return nil }
      let name = environmentName(object)
      object.finish("an unknown key")
      return name.map(SQLValue.Input.environment)
    }
    return SQLValue(expression: expression, inputs: inputs)
  }
}
