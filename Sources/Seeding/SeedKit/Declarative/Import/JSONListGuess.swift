import Postgres

/// The place of the records in a JSON document.
enum JSONListGuess {
  /// The longest array of objects, or else an object of objects; nil if there is neither.
  static func find(in root: JSONNode) -> RecordList? {
    var level: [(node: JSONNode, steps: [String])] = [(root, [])]
    var longest: (count: Int, steps: [String])?
    var members: (steps: [String], names: Set<String>)?
    while !level.isEmpty {
      var next: [(JSONNode, [String])] = []
      for (node, steps) in level {
        switch node.value {
        case .array(let elements):
          guard !elements.isEmpty, elements.allSatisfy(isObject), elements.count > longest?.count ?? 0 else {
            continue
          }
          longest = (elements.count, steps)
        case .object(let found):
          if members == nil, found.count > 1, areAlike(found.map(\.value)) {
            members = (steps, Set(found.flatMap { names(of: $0.value) }))
          }
          next += found.map { ($0.value, steps + [$0.key]) }
        default: continue
        }
      }
      level = next
    }
    // The values of an object of objects may contain arrays of objects.
    if let members, longest == nil || longest?.steps.starts(with: members.steps) == true {
      let field = ["key", "id", "code", "name"].first { !members.names.contains($0) } ?? "record_key"
      return RecordList(path: path(members.steps), keyField: field)
    }
    return longest.map { RecordList(path: path($0.steps), keyField: nil) }
  }

  /// Whether all are objects that share a key with the first one.
  private static func areAlike(_ nodes: [JSONNode]) -> Bool {
    guard nodes.allSatisfy(isObject), let first = nodes.first else { return false }
    let keys = Set(names(of: first))
    return nodes.dropFirst().allSatisfy { !keys.isDisjoint(with: names(of: $0)) }
  }

  private static func isObject(_ node: JSONNode) -> Bool {
    if case .object = node.value { return true }
    return false
  }

  private static func names(of node: JSONNode) -> [String] {
    guard case .object(let members) = node.value else { return [] }
    return members.map(\.key)
  }

  /// The text of a path; nil for the whole document.
  static func path(_ steps: [String]) -> JSONPath? {
    guard !steps.isEmpty else { return nil }
    return JSONPath(text(of: steps))
  }

  /// Keys with dots between them, or else a JSON Pointer.
  static func text(of steps: [String]) -> String {
    if steps.allSatisfy({ !$0.isEmpty && !$0.contains(".") }), !steps[0].hasPrefix("/") {
      return steps.joined(separator: ".")
    }
    return steps.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
  }
}
