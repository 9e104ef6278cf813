/// A JSON value with its position in the file.
///
/// Two nodes are equal if both their values and their positions are equal.
public struct JSONNode: Hashable, Sendable {
  /// Where the value starts.
  public let position: SourcePosition
  /// The value.
  public let value: JSONValue

  /// Creates a node.
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
  /// A number as written, so that no digits are lost.
  case number(String)
  /// A string, unescaped, without NUL.
  case string(String)
  /// An array.
  case array([JSONNode])
  /// An object: its members in the order of the file, without duplicate keys.
  case object([JSONMember])
}

/// A member of an object.
public struct JSONMember: Hashable, Sendable {
  /// The key, unescaped.
  public let key: String
  /// The position of the key.
  public let position: SourcePosition
  /// The value, with its own position.
  public let value: JSONNode

  /// Creates a member.
  public init(key: String, position: SourcePosition, value: JSONNode) {
    self.key = key
    self.position = position
    self.value = value
  }
}
