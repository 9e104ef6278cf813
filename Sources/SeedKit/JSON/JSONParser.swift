/// A parser for JSON (RFC 8259) and for the part of JSON5 that configuration files use.
///
/// Ours because what fixtures need no decoder of the toolchain gives: the line of every value, every
/// digit of a number, a limit on depth, duplicate keys found.
public struct JSONParser {
  /// Which language.
  public enum Dialect: Sendable {
    /// RFC 8259, strictly.
    case json
    /// Also comments, trailing commas, single quotes and keys without quotes.
    case json5
  }

  /// What a document may cost.
  public struct Limits: Sendable {
    /// How deep lists and objects may nest. 128 by default; each level takes a little of a task's
    /// small stack.
    public var depth = 128
    /// How many bytes a document may have. 256 MiB by default.
    public var size = 256 << 20
    /// How many bytes one text may have. 64 MiB by default.
    public var textSize = 64 << 20

    /// The defaults.
    public init() {}
  }

  var bytes: ArraySlice<UInt8>
  let dialect: Dialect
  let limits: Limits
  var index: Int
  private var depth = 0
  private var line = 1
  private var lineStart = 0
  /// How far lines are counted: positions are asked for in rising order.
  private var lineIndex = 0

  /// Parses a document.
  ///
  /// A byte order mark of UTF-8 is dropped.
  ///
  /// - Throws: ``JSONParseError``.
  public static func parse(
    _ bytes: [UInt8], dialect: Dialect = .json, limits: Limits = Limits()
  ) throws -> JSONNode {
    var parser = JSONParser(bytes: bytes[...], dialect: dialect, limits: limits, index: 0)
    return try parser.document()
  }

  private mutating func document() throws -> JSONNode {
    guard bytes.count <= limits.size else {
      throw error(found: "\(bytes.count) bytes", expected: "at most \(limits.size)", at: 0)
    }
    try checkEncoding()
    let node = try value()
    try skipBlanks()
    guard index == bytes.count else { throw error(expected: "the end of the file") }
    return node
  }

  /// The position of an offset that is not before one asked for earlier.
  mutating func position(at offset: Int) -> SourcePosition {
    while lineIndex < offset {
      if bytes[lineIndex] == UInt8(ascii: "\n") {
        line += 1
        lineStart = lineIndex + 1
      }
      lineIndex += 1
    }
    return SourcePosition(line: line, column: offset - lineStart + 1)
  }

  func error(found: String? = nil, expected: String, at offset: Int? = nil) -> JSONParseError {
    let offset = offset ?? index
    let before = bytes[..<min(offset, bytes.count)]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    return JSONParseError(
      position: SourcePosition(line: line, column: offset - lineStart + 1), offset: offset,
      found: found ?? description(at: offset), expected: expected)
  }

  private func description(at offset: Int) -> String {
    guard offset < bytes.count else { return "the end of the file" }
    let byte = bytes[offset]
    guard byte >= 0x20, byte < 0x7F else { return "byte 0x" + String(byte, radix: 16) }
    return "'\(Character(Unicode.Scalar(byte)))'"
  }

  private mutating func value() throws -> JSONNode {
    try skipBlanks()
    let position = position(at: index)
    guard index < bytes.count else { throw error(expected: "a value") }
    let value: JSONValue
    switch bytes[index] {
    case UInt8(ascii: "{"): value = try nested { try $0.object() }
    case UInt8(ascii: "["): value = try nested { try $0.array() }
    case UInt8(ascii: "\""): value = .string(try string(quote: UInt8(ascii: "\"")))
    case UInt8(ascii: "'") where dialect == .json5: value = .string(try string(quote: UInt8(ascii: "'")))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): value = .number(try number())
    default:
      guard
        let word = [("null", JSONValue.null), ("true", .bool(true)), ("false", .bool(false))]
          .first(where: { bytes[index...].starts(with: $0.0.utf8) })
      else { throw error(expected: "a value") }
      index += word.0.utf8.count
      value = word.1
    }
    return JSONNode(position: position, value: value)
  }

  private mutating func nested(_ body: (inout JSONParser) throws -> JSONValue) throws -> JSONValue {
    guard depth < limits.depth else {
      throw error(found: "more than \(limits.depth) levels", expected: "lists and objects nested less deeply")
    }
    depth += 1
    defer { depth -= 1 }
    index += 1
    return try body(&self)
  }

  private mutating func array() throws -> JSONValue {
    var elements: [JSONNode] = []
    try skipBlanks()
    while !take("]") {
      elements.append(try value())
      guard try separator(before: "]") else { break }
    }
    return .array(elements)
  }

  private mutating func object() throws -> JSONValue {
    var members: [JSONMember] = []
    var lines: [String: Int] = [:]
    try skipBlanks()
    while !take("}") {
      let start = index
      let position = position(at: index)
      let key = try key()
      if let first = lines[key] {
        throw error(
          found: "the key '\(key)' again", expected: "each key once; it stands on line \(first)", at: start)
      }
      lines[key] = position.line
      try skipBlanks()
      guard take(":") else { throw error(expected: "':'") }
      members.append(JSONMember(key: key, position: position, value: try value()))
      guard try separator(before: "}") else { break }
    }
    return .object(members)
  }

  /// Takes a comma, or the closing bracket, and returns whether another element follows.
  private mutating func separator(before close: Character) throws -> Bool {
    try skipBlanks()
    if take(close) { return false }
    guard take(",") else { throw error(expected: "',' or '\(close)'") }
    try skipBlanks()
    let isTrailing = index < bytes.count && bytes[index] == close.asciiValue
    guard !isTrailing || dialect == .json5 else { throw error(expected: "an element after ','") }
    return !(isTrailing && take(close))
  }

  private mutating func key() throws -> String {
    if index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") || (byte == UInt8(ascii: "'") && dialect == .json5) {
        return try string(quote: byte)
      }
      if dialect == .json5 {
        let name = bytes[index...].prefix(while: Self.isIdentifier)
        if !name.isEmpty, !(0x30...0x39).contains(byte) {
          index += name.count
          return String(decoding: name, as: UTF8.self)
        }
      }
    }
    throw error(expected: "a key in double quotes")
  }

  private static func isIdentifier(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
      true
    default: false
    }
  }

  mutating func take(_ character: Character) -> Bool {
    guard index < bytes.count, bytes[index] == character.asciiValue else { return false }
    index += 1
    return true
  }

  private mutating func skipBlanks() throws {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      case UInt8(ascii: "/") where dialect == .json5: try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws {
    let start = index
    index += 1
    if take("/") {
      index = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    } else if take("*") {
      while index < bytes.count,
        !(bytes[index] == UInt8(ascii: "*") && bytes[(index + 1)...].first == UInt8(ascii: "/"))
      {
        index += 1
      }
      guard index < bytes.count else {
        throw error(found: "a comment without end", expected: "'*/'", at: start)
      }
      index += 2
    } else {
      throw error(expected: "a value", at: start)
    }
  }
}
