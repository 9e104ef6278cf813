import Postgres

/// The place of a value in a JSON document: `data.items`, or a JSON Pointer (RFC 6901), such as `/data/my.items`.
struct JSONPath: Sendable, Hashable {
  /// What a path leads to.
  enum Target {
    case value(JSONNode)
    /// A member or element on the way does not exist.
    case missing
    /// A value on the way has no members. `key` is the one that was sought.
    case dead(JSONNode, key: String)
  }

  let text: String
  /// The keys of objects and the positions of elements, from 0.
  let steps: [String]

  /// - Returns: nil for a text that is no path: one with an empty step, or with `~` before another character than 0 or 1.
  init?(_ text: String) {
    self.text = text
    guard text.hasPrefix("/") else {
      steps = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard !steps.contains("") else { return nil }
      return
    }
    let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ $0.replacing("~0", with: "").replacing("~1", with: "").contains("~") == false })
    else { return nil }
    steps = parts.map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }
  }

  func find(in node: JSONNode) -> Target {
    var node = node
    for step in steps {
      switch node.value {
      case .object(let members):
        guard let member = members.first(where: { ExactName($0.key) == ExactName(step) }) else {
          return .missing
        }
        node = member.value
      case .array(let elements):
        guard let index = Int(step), "\(index)" == step, index >= 0 else { return .dead(node, key: step) }
        guard elements.indices.contains(index) else { return .missing }
        node = elements[index]
      case .null: return .value(node)
      default: return .dead(node, key: step)
      }
    }
    return .value(node)
  }
}
