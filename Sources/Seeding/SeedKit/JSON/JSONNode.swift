/// A JSON value that knows where it stands in its file.
///
/// Two nodes are equal if their values *and* their positions are.
public struct JSONNode: Hashable, Sendable {
  /// Where the value starts.
  public let position: SourcePosition
  /// The value.
  public let value: JSONValue

  /// Makes a node.
  public init(position: SourcePosition, value: JSONValue) {
    self.position = position
    self.value = value
  }
}

/// A JSON value. Numbers keep their digits; members of an object keep their order.
public enum JSONValue: Hashable, Sendable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A number exactly as it is written, so that no digit is lost.
  case number(String)
  /// A text, its escapes resolved. It holds no NUL.
  case string(String)
  /// A list.
  case array([JSONNode])
  /// An object: its members in the file's order, each key once.
  case object([JSONMember])
}

/// A member of an object.
public struct JSONMember: Hashable, Sendable {
  /// The key, its escapes resolved.
  public let key: String
  /// Where the key stands.
  public let position: SourcePosition
  /// The value, which has a position of its own.
  public let value: JSONNode

  /// Makes a member.
  public init(key: String, position: SourcePosition, value: JSONNode) {
    self.key = key
    self.position = position
    self.value = value
  }
}
