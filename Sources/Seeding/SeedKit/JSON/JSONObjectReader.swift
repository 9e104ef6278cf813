/// Reads the members of a JSON object and collects all faults.
///
/// Reading an invalid member adds a fault and returns a stand-in value, so that one pass finds all faults. Objects
/// with faults are dropped, so stand-ins are never used.
public final class JSONObjectReader {
  /// The source of the object, which determines the wording of faults.
  package enum Source: Sendable {
    /// A file of the user. Values are quoted, and array elements are counted from 1.
    case file
    /// A message of a program. Values are not quoted, and array elements are counted from 0.
    case message
  }

  /// The members, in their order.
  let members: [JSONMember]
  private let position: SourcePosition
  private let path: String
  private let source: Source
  private let faults: JSONFaults
  private var asked: Set<String> = []

  /// - Parameters:
  ///   - expected: what is expected.
  ///   - path: the path of the object for faults; may be empty.
  ///   - faults: receives the faults.
  /// - Returns: nil for a value that is not an object, which is added as a fault.
  package init?(
    _ node: JSONNode, expected: String = "an object", path: String = "", source: Source = .file,
    faults: JSONFaults
  ) {
    position = node.position
    self.path = path
    self.source = source
    self.faults = faults
    guard case .object(let members) = node.value else {
      self.members = []
      mismatch(node, "", expected: expected)
      return nil
    }
    self.members = members
  }

  /// Reads a string.
  ///
  /// - Parameters:
  ///   - key: the member's name.
  ///   - length: the allowed number of characters (Unicode scalars, as in PostgreSQL). Any number by default.
  ///   - allowsBlank: whether it may consist of whitespace only. True by default.
  public func string(
    _ key: String, length: ClosedRange<Int> = 0...Int.max, allowsBlank: Bool = true
  ) -> String {
    let isBounded = length.upperBound < Int.max
    let kind = isBounded ? "a string of \(length.lowerBound) to \(length.upperBound) characters" : "a string"
    let expected = kind + (allowsBlank ? "" : ", not only whitespace")
    guard let node = take(key) else {
      missing(key, expected: expected)
      return ""
    }
    guard case .string(let text) = node.value else {
      mismatch(node, key, expected: expected)
      return ""
    }
    let count = text.unicodeScalars.count
    guard length.contains(count), allowsBlank || !text.isBlank else {
      let found = count == 0 ? "an empty string" : "a string of \(count) characters"
      fault(key, at: node.position, found: found, expected: expected)
      return ""
    }
    return text
  }

  /// Reads an optional string; nil if missing or null.
  public func optionalString(
    _ key: String, length: ClosedRange<Int> = 0...Int.max, allowsBlank: Bool = true
  ) -> String? {
    isAbsent(key) ? nil : string(key, length: length, allowsBlank: allowsBlank)
  }

  /// Reads a string that represents a value.
  ///
  /// - Parameters:
  ///   - key: the member's name.
  ///   - expected: what is expected.
  ///   - parse: returns the value; nil for an invalid string.
  /// - Returns: nil if missing or invalid, which is added as a fault.
  public func string<Value>(_ key: String, expected: String, _ parse: (String) -> Value?) -> Value? {
    guard let node = take(key) else {
      missing(key, expected: expected)
      return nil
    }
    return parsed(node, key, expected: expected, parse)
  }

  /// Reads a string that is the raw value of an enum case.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, _: Choice.Type
  ) -> Choice? {
    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return string(key, expected: "one of " + names, Choice.init)
  }

  /// Reads an array of strings that represent values.
  ///
  /// - Parameters:
  ///   - key: the member's name.
  ///   - count: the allowed number of elements. Any number by default. If 0 is allowed, the array may be missing.
  ///   - expected: what is expected of each element.
  ///   - parse: returns the value; nil for an invalid string.
  public func strings<Value>(
    _ key: String, count: ClosedRange<Int> = 0...Int.max, expected: String, _ parse: (String) -> Value?
  ) -> [Value] {
    let isBounded = count.upperBound < Int.max
    let kind = "an array of " + (isBounded ? "\(count.lowerBound) to \(count.upperBound) " : "") + "strings"
    guard take(key) != nil || !count.contains(0) else { return [] }
    let elements = array(key, expected: kind)
    if let elements, !count.contains(elements.count) {
      fault(key, found: "\(elements.count) elements", expected: kind)
    }
    return (elements ?? []).prefix(count.upperBound).enumerated().compactMap { index, element in
      parsed(element, self.element(index, of: key), expected: expected, parse)
    }
  }

  /// Reads an array; nil if there is none, which is added as a fault.
  func array(_ key: String, expected: String) -> [JSONNode]? {
    guard let node = take(key) else {
      missing(key, expected: expected)
      return nil
    }
    guard case .array(let elements) = node.value else {
      mismatch(node, key, expected: expected)
      return nil
    }
    return elements
  }

  /// Returns the value of a member; nil if it is missing. Marks the key as known.
  package func take(_ key: String) -> JSONNode? {
    asked.insert(key)
    return members.first { $0.key == key }?.value
  }

  /// Whether a member is missing or null.
  func isAbsent(_ key: String) -> Bool { take(key)?.isNull ?? true }

  /// Adds faults for the members that were not read.
  ///
  /// - Parameter found: how faults describe them.
  package func finish(_ found: String = "an unknown field") {
    // Limited, because a message can have many long keys.
    for member in members.filter({ !asked.contains($0.key) }).prefix(100) {
      let key = String(member.key.prefix(100))
      let near = Suggestion.nearest(to: key, in: asked).first.map { "'\($0)'" }
      fault(
        key, at: member.position, found: found,
        expected: near ?? "one of " + asked.sorted().joined(separator: ", "))
    }
  }

  /// Adds a fault.
  ///
  /// - Parameters:
  ///   - key: the member; empty for the object.
  ///   - position: the position; by default that of the member's key, or of the object.
  package func fault(_ key: String, at position: SourcePosition? = nil, found: String, expected: String) {
    faults.add(
      JSONFault(
        position: position ?? self.position(of: key),
        path: [path, key].filter { !$0.isEmpty }.joined(separator: "."), found: found, expected: expected))
  }

  /// The position of a member's key; that of the object if the member is missing.
  func position(of key: String) -> SourcePosition {
    members.first { $0.key == key }?.position ?? position
  }

  func missing(_ key: String, expected: String) { fault(key, found: JSONFault.nothing, expected: expected) }

  func mismatch(_ node: JSONNode, _ key: String, expected: String) {
    let found = source == .file ? node.foundDescription : node.kindDescription
    fault(key, at: node.position, found: found, expected: expected)
  }

  private func element(_ index: Int, of key: String) -> String {
    "\(key)[\(source == .file ? index + 1 : index)]"
  }

  private func parsed<Value>(
    _ node: JSONNode, _ key: String, expected: String, _ parse: (String) -> Value?
  ) -> Value? {
    guard case .string(let text) = node.value else {
      mismatch(node, key, expected: expected)
      return nil
    }
    if let value = parse(text) { return value }
    let found = text.isEmpty ? "an empty string" : source == .file ? "'\(text)'" : "another string"
    fault(key, at: node.position, found: found, expected: expected)
    return nil
  }
}

extension String {
  fileprivate var isBlank: Bool {
    unicodeScalars.allSatisfy { $0.value <= 0x20 || $0.properties.isWhitespace }
  }
}
