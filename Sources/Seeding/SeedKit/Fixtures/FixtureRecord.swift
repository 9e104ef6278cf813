/// One record of a fixture while it is being read.
///
/// Each read of a field that is faulty adds a fault and returns a stand-in, so that one pass finds
/// all faults; the stand-ins are never used, because a record with a fault is dropped.
public struct FixtureRecord {
  private let file: String
  private let number: Int
  private let node: JSONNode
  private var unread: [String: JSONMember] = [:]
  private var known: [String] = []
  private(set) var faults: [FixtureFault] = []

  /// Where the record stands.
  public var place: FixturePlace { FixturePlace(file: file, record: number, line: node.position.line) }

  init(file: String, number: Int, node: JSONNode) {
    self.file = file
    self.number = number
    self.node = node
    guard case .object(let members) = node.value else {
      fault(node, field: nil, found: node.foundDescription, expected: "an object")
      return
    }
    for member in members { unread[member.key] = member }
  }

  /// Reads a text.
  ///
  /// - Parameters:
  ///   - field: the field's name.
  ///   - length: how many characters (Unicode scalars, as PostgreSQL counts them) it may have.
  public mutating func text(_ field: String, length: ClosedRange<Int>) -> String {
    guard let value = take(field) else {
      missing(field, expected: "a text")
      return ""
    }
    return text(value, field: field, length: length)
  }

  /// Reads a text that may be missing or null.
  public mutating func optionalText(_ field: String, length: ClosedRange<Int>) -> String? {
    guard let value = take(field), value.value != .null else { return nil }
    return text(value, field: field, length: length)
  }

  /// Reads a list of texts.
  ///
  /// - Parameters:
  ///   - field: the field's name.
  ///   - count: how many there may be.
  ///   - check: returns what is expected instead, or nil for a text that will do.
  public mutating func texts(
    _ field: String, count: ClosedRange<Int>, check: (String) -> String?
  ) -> [String] {
    guard let value = take(field) else {
      missing(field, expected: "a list of texts")
      return []
    }
    guard case .array(let elements) = value.value else {
      fault(value, field: field, found: value.foundDescription, expected: "a list of texts")
      return []
    }
    if !count.contains(elements.count) {
      fault(
        value, field: field, found: "\(elements.count) entries",
        expected: "\(count.lowerBound) to \(count.upperBound)")
    }
    return elements.enumerated().map { index, element in
      let name = "\(field)[\(index + 1)]"
      guard case .string(let text) = element.value else {
        fault(element, field: name, found: element.foundDescription, expected: "a text")
        return ""
      }
      if let expected = check(text) {
        fault(element, field: name, found: "'\(text)'", expected: expected)
      }
      return text
    }
  }

  /// Reads a text and checks it.
  ///
  /// - Parameters:
  ///   - field: the field's name.
  ///   - check: returns what is expected instead, or nil for a text that will do.
  public mutating func text(_ field: String, check: (String) -> String?) -> String {
    let line = unread[field]?.value
    let value = text(field, length: 0...Int.max)
    if let line, case .string = line.value, let expected = check(value) {
      fault(line, field: field, found: "'\(value)'", expected: expected)
    }
    return value
  }

  private mutating func take(_ field: String) -> JSONNode? {
    known.append(field)
    return unread.removeValue(forKey: field)?.value
  }

  private mutating func text(_ value: JSONNode, field: String, length: ClosedRange<Int>) -> String {
    guard case .string(let text) = value.value else {
      fault(value, field: field, found: value.foundDescription, expected: "a text")
      return ""
    }
    let count = text.unicodeScalars.count
    if !length.contains(count) {
      fault(
        value, field: field, found: "\(count) characters",
        expected: "\(length.lowerBound) to \(length.upperBound) characters")
    }
    return text
  }

  private mutating func missing(_ field: String, expected: String) {
    // A record that is no object has been reported; its missing fields follow from that.
    guard case .object = node.value else { return }
    fault(node, field: field, found: "nothing", expected: expected)
  }

  mutating func fault(_ node: JSONNode, field: String?, found: String, expected: String) {
    faults.append(
      FixtureFault(
        file: file, line: node.position.line, record: number, field: field, found: found,
        expected: expected))
  }

  /// Reports the fields that nobody asked for.
  mutating func finish() {
    for member in unread.values.sorted(by: { $0.key < $1.key }) {
      let near = Suggestion.nearest(to: member.key, in: known).first.map { "'\($0)'" }
      fault(
        member.value, field: member.key, found: "an unknown field",
        expected: near ?? "one of " + known.sorted().joined(separator: ", "))
    }
  }
}
