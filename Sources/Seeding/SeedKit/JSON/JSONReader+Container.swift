extension JSONReader {
  /// An array or object whose end is not reached yet.
  struct Container {
    let isObject: Bool
    let position: SourcePosition
    private var elements: [JSONNode] = []
    private var members: [JSONMember] = []
    private var pending: (key: String, position: SourcePosition)?
    /// The index of each member by key; empty while there are few.
    private var indices: [String: Int] = [:]

    /// Up to this number of members, comparing keys is faster than hashing.
    private static let hashThreshold = 8

    init(isObject: Bool, position: SourcePosition) {
      self.isObject = isObject
      self.position = position
    }

    /// The path of the current member or element, for error messages.
    var pathOfNext: String {
      guard isObject else { return "[\(elements.count + 1)]" }
      return pending.map { ".\($0.key.prefix(60))" } ?? ""
    }

    var value: JSONValue { isObject ? .object(members) : .array(elements) }

    /// Adds an element, or the value of the current member.
    mutating func take(_ node: JSONNode) {
      guard let begun = pending else {
        elements.append(node)
        return
      }
      pending = nil
      members.append(JSONMember(key: begun.key, position: begun.position, value: node))
      guard members.count >= Self.hashThreshold else { return }
      if indices.isEmpty {
        for (index, member) in members.enumerated() { indices[member.key] = index }
      } else {
        indices[begun.key] = members.count - 1
      }
    }

    /// Begins a member. Returns an earlier member with the same key; nil if there is none.
    mutating func begin(_ key: String, _ position: SourcePosition) -> JSONMember? {
      pending = (key, position)
      guard indices.isEmpty else { return indices[key].map { members[$0] } }
      return members.first { $0.key == key }
    }
  }
}
