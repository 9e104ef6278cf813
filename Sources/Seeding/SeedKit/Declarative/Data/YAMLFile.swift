import Postgres

/// Reads the records of a YAML file: a list of mappings.
///
/// Scalars are text, like the values of JSON: plain numbers as JSON writes them, `true`, `false` and `null` are these
/// values with all their digits, and everything else is a string. The type of the column decides what it means.
final class YAMLFile: RecordSource {
  /// The number of bytes after which ``next()`` returns.
  private static let partSize = ByteSource.chunkSize
  private static let depth = JSONParser.Limits().depth

  /// A value that an alias repeats.
  private struct Anchored {
    let node: JSONNode
    let size: Int
    /// The text of a scalar.
    var text: String?
  }

  private let events: YAMLEvents
  private let path: String
  private let onRecord: (JSONNode, FixturePlace) -> Void
  /// Takes the members of a mapping instead of a list; nil if the document must be a list.
  private let onMember: ((JSONMember, FixturePlace) -> Void)?
  /// What a file with a mapping may need instead, for the error.
  private let alternative: String?
  /// The keys of that mapping.
  private var memberNames: Set<ExactName> = []
  private var isMapping = false
  private var anchors: [String: Anchored] = [:]
  /// The sizes of all anchored values, which stay in memory.
  private var anchoredSize = 0
  /// The size of the current record.
  private var size = 0
  private var record = 0
  private var isBegun = false

  init(
    _ source: any ByteStream, path: String, encodingSetting: String? = nil, alternative: String? = nil,
    onMember: ((JSONMember, FixturePlace) -> Void)? = nil,
    onRecord: @escaping (JSONNode, FixturePlace) -> Void
  ) {
    events = YAMLEvents(source, path: path, encodingSetting: encodingSetting)
    self.path = path
    self.onMember = onMember
    self.alternative = alternative
    self.onRecord = onRecord
  }

  func next() throws -> Bool {
    if !isBegun {
      isBegun = true
      events.limit = RecordLimits.size
      guard try begin() else { return false }
    }
    let start = events.delivered
    repeat {
      // With room for what libyaml reads ahead. A larger record is rejected before it is in memory.
      events.limit = events.delivered + RecordLimits.size + Self.partSize
      let event = try events.next()
      switch event.kind {
      case .sequenceEnd, .mappingEnd:
        try end()
        return false
      default: try take(event)
      }
    } while events.delivered - start < Self.partSize
    return true
  }

  private func take(_ event: YAMLEvents.Event) throws {
    record += 1
    if record % RecordLimits.cancellationInterval == 0 { try Task.checkCancellation() }
    size = 0
    if isMapping, let onMember {
      let (name, _) = try name(event)
      guard memberNames.insert(ExactName(name)).inserted else {
        throw fault(event.position, field: name, found: "duplicate key", expected: "")
      }
      let member = JSONMember(
        key: name, position: event.position, value: try node(try events.next(), depth: 1))
      onMember(member, FixturePlace(file: path, record: record, line: event.position.line))
      return
    }
    let node = try node(event, depth: 1)
    onRecord(node, FixturePlace(file: path, record: record, line: event.position.line))
  }

  /// Reads up to the first record.
  ///
  /// - Returns: false for a file without records.
  private func begin() throws -> Bool {
    _ = try events.next()
    let document = try events.next()
    guard case .documentStart = document.kind else {
      if onMember != nil { return false }
      throw fault(document.position, found: "an empty file", expected: "a list of mappings")
    }
    let root = try events.next()
    switch root.kind {
    case .sequenceStart: break
    case .mappingStart where onMember != nil: isMapping = true
    case .scalar("", isPlain: true) where onMember != nil: return false
    default:
      let found =
        switch root.kind {
        case .mappingStart: "a mapping"
        default: "a scalar"
        }
      let other = found == "a mapping" ? alternative.map { ", or \($0)" } : nil
      throw fault(root.position, found: found, expected: "a list of mappings" + (other ?? ""))
    }
    // An anchor of the list is of no use: its alias would be inside of it.
    try refuseTag(root)
    return true
  }

  private func end() throws {
    _ = try events.next()
    let event = try events.next()
    guard case .streamEnd = event.kind else {
      throw fault(event.position, found: "a second document", expected: "one document in a file")
    }
  }

  private func node(_ event: YAMLEvents.Event, depth: Int) throws -> JSONNode {
    try refuseTag(event)
    guard depth <= Self.depth else {
      throw fault(
        event.position, found: "more than \(Self.depth) levels of nesting",
        expected: "at most \(Self.depth) levels")
    }
    let start = size
    try grow(RecordLimits.valueSize)
    let value: JSONValue
    switch event.kind {
    case .alias: return try repeated(event)
    case .scalar(let text, let isPlain):
      try grow(text.utf8.count)
      value = try scalar(text, isPlain: isPlain, at: event.position)
    case .sequenceStart:
      var elements: [JSONNode] = []
      while true {
        let next = try events.next()
        if case .sequenceEnd = next.kind { break }
        elements.append(try node(next, depth: depth + 1))
      }
      value = .array(elements)
    case .mappingStart: value = .object(try members(depth: depth))
    default: throw fault(event.position, found: "invalid YAML", expected: "a value")
    }
    let node = JSONNode(position: event.position, value: value)
    if let anchor = event.anchor {
      let text: String? = if case .scalar(let text, _) = event.kind { text } else { nil }
      try remember(node, text: text, size: size - start, as: anchor)
    }
    return node
  }

  private func members(depth: Int) throws -> [JSONMember] {
    var members: [JSONMember] = []
    var merged: [JSONNode] = []
    var names: Set<ExactName> = []
    while true {
      let key = try events.next()
      if case .mappingEnd = key.kind { break }
      let (name, isPlain) = try name(key)
      guard names.insert(ExactName(name)).inserted else {
        throw fault(key.position, field: name, found: "duplicate key", expected: "")
      }
      let value = try self.node(try events.next(), depth: depth + 1)
      if name == "<<", isPlain {
        merged = try mappings(value)
      } else {
        members.append(JSONMember(key: name, position: key.position, value: value))
      }
    }
    for case .object(let others) in merged.map(\.value) {
      for member in others where names.insert(ExactName(member.key)).inserted { members.append(member) }
    }
    return members
  }

  /// The text of a key, and whether it is plain.
  private func name(_ key: YAMLEvents.Event) throws -> (String, isPlain: Bool) {
    try refuseTag(key)
    switch key.kind {
    case .scalar(let text, let isPlain):
      try grow(RecordLimits.valueSize + text.utf8.count)
      let value = try scalar(text, isPlain: isPlain, at: key.position)
      if let anchor = key.anchor {
        try remember(
          JSONNode(position: key.position, value: value), text: text, size: text.utf8.count, as: anchor)
      }
      return (text, isPlain)
    case .alias:
      _ = try repeated(key)
      if let text = key.anchor.flatMap({ anchors[$0]?.text }) { return (text, isPlain: false) }
    default: break
    }
    throw fault(key.position, found: "a key that is not a scalar", expected: "a string as key")
  }

  private func remember(_ node: JSONNode, text: String?, size: Int, as anchor: String) throws {
    anchoredSize += size - (anchors[anchor]?.size ?? 0)
    anchors[anchor] = Anchored(node: node, size: size, text: text)
    guard anchoredSize <= RecordLimits.size else {
      throw fault(
        node.position, found: "more than \(RecordLimits.size) bytes of values with anchors",
        expected: "fewer anchors")
    }
  }

  /// The mappings of a merge key. The members of earlier ones have precedence.
  private func mappings(_ node: JSONNode) throws -> [JSONNode] {
    let nodes: [JSONNode] = if case .array(let elements) = node.value { elements } else { [node] }
    for node in nodes {
      guard case .object = node.value else {
        throw fault(
          node.position, field: "<<", found: node.foundDescription, expected: "a mapping, or a list of them")
      }
    }
    return nodes
  }

  private func repeated(_ event: YAMLEvents.Event) throws -> JSONNode {
    guard let name = event.anchor, let anchored = anchors[name] else {
      throw fault(
        event.position, found: "the alias *\(event.anchor ?? "")", expected: "an alias of a value above it")
    }
    try grow(anchored.size)
    return anchored.node
  }

  private func scalar(_ text: String, isPlain: Bool, at position: SourcePosition) throws -> JSONValue {
    if text.utf8.contains(0) {
      throw fault(position, found: "the character NUL", expected: "a string without it")
    }
    guard isPlain else { return .string(text) }
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: return Self.isNumber(text) ? .number(text) : .string(text)
    }
  }

  /// Whether a text is a number of JSON.
  private static func isNumber(_ text: String) -> Bool {
    var rest = text.utf8[...]
    func take(_ characters: StaticString) -> Bool {
      guard let byte = rest.first, characters.withUTF8Buffer({ $0.contains(byte) }) else { return false }
      rest = rest.dropFirst()
      return true
    }
    func takeDigits() -> Bool {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest.dropFirst(digits.count)
      return !digits.isEmpty
    }
    _ = take("-")
    guard take("0") || takeDigits() else { return false }
    if take("."), !takeDigits() { return false }
    if take("eE") {
      _ = take("+-")
      guard takeDigits() else { return false }
    }
    return rest.isEmpty
  }

  private func refuseTag(_ event: YAMLEvents.Event) throws {
    guard let tag = event.tag else { return }
    throw fault(
      event.position, found: "the tag \(tag)",
      expected: "no tag: the type of the column decides how a value is read")
  }

  private func grow(_ count: Int) throws {
    size += count
    guard size <= RecordLimits.size else { throw events.tooLarge }
  }

  private func fault(
    _ position: SourcePosition, field: String? = nil, found: String, expected: String
  ) -> FixtureError {
    FixtureError([
      FixtureFault(
        .malformedFile, file: path, line: position.line, column: position.column,
        record: record > 0 ? record : nil, field: field, found: found, expected: expected)
    ])
  }
}
