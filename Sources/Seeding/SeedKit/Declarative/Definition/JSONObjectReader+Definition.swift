extension JSONObjectReader {
  /// A string or a nonempty array.
  func oneOrMore(_ key: String) -> [String]? {
    if case .string? = take(key)?.value { return [string(key, length: DefinitionReader.nonEmpty)] }
    guard let elements = array(key, expected: "a string or an array of strings") else { return nil }
    guard !elements.isEmpty else {
      fault(key, found: "an empty array", expected: "at least one string")
      return nil
    }
    return strings(key, expected: "a string") { $0.isEmpty ? nil : $0 }
  }

  func stringsIfAny<Value>(
    _ key: String, expected: String, _ parse: (String) -> Value?
  ) -> [Value]? {
    isAbsent(key) ? nil : strings(key, expected: expected, parse)
  }

  func choiceIfAny<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, _ type: Choice.Type
  ) -> Choice? {
    isAbsent(key) ? nil : choice(key, type)
  }

  /// A string; nil for null or a missing key.
  func stringIfThere(_ key: String) -> String? { take(key).map { _ in string(key) } }

  func tables(_ key: String, isRequired: Bool) -> [JSONNode] {
    guard isRequired || !isAbsent(key) else { return [] }
    let expected = DefinitionReader.arrayOf(key)
    let elements = array(key, expected: expected)
    if isRequired, elements == [] { fault(key, found: "an empty array", expected: expected) }
    return elements ?? []
  }
}
