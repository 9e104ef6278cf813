/// A place in a text.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
  /// The line, 1-based.
  public let line: Int
  /// The column in bytes of UTF-8, 1-based.
  public let column: Int

  /// `12:5`
  public var description: String { "\(line):\(column)" }
}

/// A JSON value that knows where it stands.
public struct JSONNode: Hashable, Sendable {
  /// Where it starts.
  public let position: SourcePosition
  /// The value.
  public let value: JSONValue

  /// What it is, for error texts: `number 12`, `an object`.
  public var foundDescription: String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let literal): "number \(literal)"
    case .string(let text): text.isEmpty ? "an empty text" : "text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// A JSON value. Numbers keep their digits; members of an object keep their order.
public indirect enum JSONValue: Hashable, Sendable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A number as it is written, so that no digit is lost.
  case number(String)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONNode])
  /// An object.
  case object([JSONMember])
}

/// A member of an object.
public struct JSONMember: Hashable, Sendable {
  /// The key.
  public let key: String
  /// Where the key stands.
  public let position: SourcePosition
  /// The value.
  public let value: JSONNode
}

/// Why a text is no JSON, and where.
public struct JSONParseError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where.
  public let position: SourcePosition
  /// The same place as a number of bytes from the start.
  public let offset: Int
  /// What is there.
  public let found: String
  /// What should be there.
  public let expected: String

  /// `line 3, column 7: found …; expected …`
  public var description: String {
    "line \(position.line), column \(position.column): found \(found); expected \(expected)"
  }
}
