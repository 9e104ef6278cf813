/// An object of a `seeder.json` while it is being read: each member is taken once, and what is left
/// over at the end is a fault.
struct DefinitionObject {
  private let position: SourcePosition
  private let what: String
  private var unread: [JSONMember]
  private var known: [String] = []

  /// - Returns: nil, with a fault, for what is no object.
  init?(_ node: JSONNode, of reader: inout DefinitionReader, what: String) {
    guard case .object(let members) = node.value else {
      reader.fault(node.position.line, found: node.foundDescription, expected: what, at: nil)
      return nil
    }
    position = node.position
    self.what = what
    unread = members
  }

  mutating func take(_ key: String) -> JSONNode? {
    known.append(key)
    guard let index = unread.firstIndex(where: { $0.key == key }) else { return nil }
    let node = unread.remove(at: index).value
    return node.isNull ? nil : node
  }

  /// A text that must be there.
  mutating func text(_ key: String, _ reader: inout DefinitionReader) -> String? {
    guard let node = take(key) else {
      missing(key, "a text", &reader)
      return nil
    }
    return text(node, key, &reader)
  }

  mutating func optionalText(_ key: String, _ reader: inout DefinitionReader) -> String? {
    known.append(key)
    guard let index = unread.firstIndex(where: { $0.key == key }) else { return nil }
    let node = unread.remove(at: index).value
    guard case .string(let text) = node.value else {
      reader.fault(node.position.line, found: node.foundDescription, expected: "a text", at: key)
      return nil
    }
    return text
  }

  /// A list of texts; nil if it is not there.
  ///
  /// - Parameter allowsEmpty: whether `""` may be one of them.
  mutating func texts(
    _ key: String, _ reader: inout DefinitionReader, allowsEmpty: Bool = false
  ) -> [String]? {
    guard let node = take(key) else { return nil }
    return texts(node, key, &reader, allowsEmpty: allowsEmpty)
  }

  /// A text or a list of at least one.
  mutating func oneOrMore(
    _ key: String, _ reader: inout DefinitionReader, isRequired: Bool = true
  ) -> [String]? {
    guard let node = take(key) else {
      if isRequired { missing(key, "a text or a list of texts", &reader) }
      return nil
    }
    if case .string = node.value { return text(node, key, &reader).map { [$0] } }
    let texts = texts(node, key, &reader)
    if texts == [] {
      reader.fault(node.position.line, found: "an empty list", expected: "at least one text", at: key)
      return nil
    }
    return texts
  }

  mutating func list(_ key: String, _ reader: inout DefinitionReader, isRequired: Bool) -> [JSONNode] {
    guard let node = take(key) else {
      if isRequired { missing(key, Self.arrayOf(key), &reader) }
      return []
    }
    guard case .array(let elements) = node.value else {
      reader.fault(node.position.line, found: node.foundDescription, expected: Self.arrayOf(key), at: key)
      return []
    }
    if isRequired, elements.isEmpty {
      reader.fault(node.position.line, found: "an empty array", expected: Self.arrayOf(key), at: key)
    }
    return elements
  }

  mutating func members(_ key: String, _ reader: inout DefinitionReader) -> [JSONMember] {
    guard let node = take(key) else { return [] }
    guard case .object(let members) = node.value else {
      reader.fault(node.position.line, found: node.foundDescription, expected: "an object", at: key)
      return []
    }
    return members
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, _: Choice.Type, _ reader: inout DefinitionReader
  ) -> Choice? {
    guard let node = take(key), let text = text(node, key, &reader) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    reader.fault(
      node.position.line, found: "'\(text)'",
      expected: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "), at: key)
    return nil
  }

  /// `an array of tables`, for the path of an array whose name is that of its elements.
  static func arrayOf(_ path: String) -> String {
    let name = path.split(separator: ".").last.map(String.init) ?? path
    return name == "tables" || name == "children" ? "an array of tables" : "an array"
  }

  /// Reports what nobody asked for.
  func finish(_ reader: inout DefinitionReader) {
    for member in unread {
      let near = Suggestion.nearest(to: member.key, in: known).first.map { "'\($0)'" }
      reader.fault(
        member.position.line, found: "an unknown key",
        expected: near ?? "one of " + known.sorted().joined(separator: ", "), at: member.key)
    }
  }

  private func missing(_ key: String, _ expected: String, _ reader: inout DefinitionReader) {
    reader.fault(position.line, found: "nothing", expected: expected, at: key)
  }

  private func text(_ node: JSONNode, _ key: String, _ reader: inout DefinitionReader) -> String? {
    guard case .string(let text) = node.value, !text.isEmpty else {
      reader.fault(node.position.line, found: node.foundDescription, expected: "a text", at: key)
      return nil
    }
    return text
  }

  private func texts(
    _ node: JSONNode, _ key: String, _ reader: inout DefinitionReader, allowsEmpty: Bool = false
  ) -> [String]? {
    guard case .array(let elements) = node.value else {
      reader.fault(node.position.line, found: node.foundDescription, expected: "a list of texts", at: key)
      return nil
    }
    return elements.compactMap { element in
      allowsEmpty && element.value == .string("") ? "" : text(element, key, &reader)
    }
  }
}
