import FoundationEssentials

/// Encodes a value as a JSON object whose members are columns.
///
/// Unlike `JSONEncoder`, it writes nil properties as null, so that the column becomes NULL, and writes `Date` and
/// `Data` in PostgreSQL's formats.
enum RowEncoder {
  /// - Throws: `EncodingError`, also for a value that does not encode as an object.
  static func json(_ row: some Encodable) throws -> String {
    let node = Node()
    try row.encode(to: NodeEncoder(node: node, codingPath: []))
    guard case .object = node.content else {
      throw EncodingError.invalidValue(
        row, .init(codingPath: [], debugDescription: "a row must encode as an object, as a struct does"))
    }
    var text = ""
    node.write(to: &text)
    return text
  }
}

/// A JSON value under construction.
private final class Node {
  enum Content {
    case json(String)
    case array([Node])
    case object([(key: String, value: Node)])
  }

  var content = Content.json("null")

  func write(to text: inout String) {
    switch content {
    case .json(let json): text += json
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        text += JSONOutput.quoted(member.key) + ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  func becomeObject() { if case .object = content {} else { content = .object([]) } }

  func becomeArray() { if case .array = content {} else { content = .array([]) } }

  func member(_ key: String) -> Node {
    let value = Node()
    guard case .object(var members) = content else { return value }
    // Avoids a copy of the members.
    content = .json("null")
    members.append((key, value))
    content = .object(members)
    return value
  }

  var count: Int { if case .array(let elements) = content { elements.count } else { 0 } }

  func element() -> Node {
    let value = Node()
    guard case .array(var elements) = content else { return value }
    content = .json("null")
    elements.append(value)
    content = .array(elements)
    return value
  }

  func encode(_ value: some Encodable, at path: [any CodingKey]) throws {
    if path.count > 1, let number = value as? any BinaryFloatingPoint, !number.isFinite {
      throw EncodingError.invalidValue(
        value, .init(codingPath: path, debugDescription: "JSON cannot store \(number); use nil"))
    }
    if let json = Self.json(value) {
      content = .json(json)
    } else {
      try value.encode(to: NodeEncoder(node: self, codingPath: path))
    }
  }

  /// The JSON of a scalar; nil for a value that encodes itself.
  private static func json(_ value: some Encodable) -> String? {
    switch value {
    case let value as String: JSONOutput.quoted(value)
    case let value as Bool: "\(value)"
    case let value as Double: number(value)
    case let value as Float: number(value)
    case let value as Decimal: "\(value)"
    case let value as any FixedWidthInteger: "\(value)"
    case let value as Date: JSONOutput.quoted(timestamp(value))
    case let value as UUID: JSONOutput.quoted(value.uuidString.lowercased())
    case let value as URL: JSONOutput.quoted(value.absoluteString)
    case let value as Data: JSONOutput.quoted("\\x" + value.map { hexadecimal($0) }.joined())
    default: nil
    }
  }

  /// PostgreSQL's words for values that are not numbers in JSON.
  private static func number<Number: BinaryFloatingPoint & LosslessStringConvertible>(
    _ value: Number
  ) -> String {
    if value.isNaN { return "\"NaN\"" }
    if value.isInfinite { return value < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
    return "\(value)"
  }

  /// ISO 8601 in UTC with microseconds, PostgreSQL's resolution.
  private static func timestamp(_ date: Date) -> String {
    // Any column rejects this text, with the record and the field. Years after 9999 have no form in ISO 8601.
    guard abs(date.timeIntervalSince1970) < 253_402_300_800 else {
      return "\(date.timeIntervalSince1970) s since 1970"
    }
    let microseconds = Int64((date.timeIntervalSince1970 * 1e6).rounded())
    let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    let whole = Date(timeIntervalSince1970: Double(rest < 0 ? seconds - 1 : seconds))
    let fraction = String((rest < 0 ? rest + 1_000_000 : rest) + 1_000_000).dropFirst()
    return whole.formatted(.iso8601).dropLast() + "." + fraction + "Z"
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

private struct NodeEncoder: Encoder {
  let node: Node
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.becomeObject()
    return KeyedEncodingContainer(Members<Key>(node: node, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.becomeArray()
    return Elements(node: node, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleValue(node: node, codingPath: codingPath)
  }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: Node
  let codingPath: [any CodingKey]

  func encodeNil(forKey key: Key) { _ = node.member(key.stringValue) }

  func encode(_ value: some Encodable, forKey key: Key) throws {
    try node.member(key.stringValue).encode(value, at: codingPath + [key])
  }

  // The default implementations leave out nil.
  func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: String?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws { try put(value, key) }

  private func put(_ value: (some Encodable)?, _ key: Key) throws {
    if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { superEncoder(forKey: key).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    superEncoder(forKey: key).unkeyedContainer()
  }

  /// A superclass encodes into the same row.
  func superEncoder() -> any Encoder { NodeEncoder(node: node, codingPath: codingPath) }

  func superEncoder(forKey key: Key) -> any Encoder {
    NodeEncoder(node: node.member(key.stringValue), codingPath: codingPath + [key])
  }
}

private struct Elements: UnkeyedEncodingContainer {
  let node: Node
  let codingPath: [any CodingKey]
  var count: Int { node.count }

  func encodeNil() { _ = node.element() }

  func encode(_ value: some Encodable) throws { try node.element().encode(value, at: codingPath) }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    superEncoder().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { superEncoder().unkeyedContainer() }

  func superEncoder() -> any Encoder { NodeEncoder(node: node.element(), codingPath: codingPath) }
}

private struct SingleValue: SingleValueEncodingContainer {
  let node: Node
  let codingPath: [any CodingKey]

  func encodeNil() { node.content = .json("null") }

  func encode(_ value: some Encodable) throws { try node.encode(value, at: codingPath) }
}
