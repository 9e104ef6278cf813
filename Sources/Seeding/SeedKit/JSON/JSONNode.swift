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

  /// The same document with another value at a place; nil if nothing is there.
  ///
  /// - Parameter path: the keys of objects and the positions of elements, from 0.
  func replacing(_ path: ArraySlice<String>, with replacement: JSONValue) -> JSONNode? {
    guard let step = path.first else { return JSONNode(position: position, value: replacement) }
    switch value {
    case .object(var members):
      guard let place = members.firstIndex(where: { $0.key == step }) else { return nil }
      let member = members[place]
      guard let value = member.value.replacing(path.dropFirst(), with: replacement) else { return nil }
      members[place] = JSONMember(key: member.key, position: member.position, value: value)
      return JSONNode(position: position, value: .object(members))
    case .array(var elements):
      guard let place = Int(step), elements.indices.contains(place),
        let element = elements[place].replacing(path.dropFirst(), with: replacement)
      else { return nil }
      elements[place] = element
      return JSONNode(position: position, value: .array(elements))
    default: return nil
    }
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
