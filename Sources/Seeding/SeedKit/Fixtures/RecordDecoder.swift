import FoundationEssentials

/// Decodes one record.
///
/// An invalid value adds a fault and yields a stand-in, so that decoding continues. If an initializer throws
/// after a fault was added, the cause may be a stand-in, so its error is dropped.
struct RecordDecoder: Decoder {
  /// What all parts of a record share.
  final class Record {
    let readsText: Bool
    let faults: JSONFaults
    var readers: [JSONObjectReader] = []

    init(readsText: Bool, faults: JSONFaults) {
      self.readsText = readsText
      self.faults = faults
    }
  }

  /// What to decode.
  enum Content {
    case node(JSONNode)
    /// A missing member that is not reported yet.
    case missing(in: SourcePosition)
    /// A part of a reported value. All its values are stand-ins.
    case standIn
  }

  let record: Record
  let content: Content
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]

  /// Decodes a record.
  ///
  /// - Parameter readsText: whether numbers, `true` and `false` are parsed from strings.
  /// - Returns: the value. Must not be used if there are faults.
  static func record<Value: Decodable>(
    _ type: Value.Type, _ node: JSONNode, readsText: Bool, faults: JSONFaults
  ) -> Value? {
    let record = Record(readsText: readsText, faults: faults)
    let decoder = RecordDecoder(record: record, content: .node(node), codingPath: [])
    guard let value = try? decoder.decode(type) else { return nil }
    // If an initializer throws, it has not read all fields, so unread ones are not reported.
    for reader in record.readers { reader.finish() }
    return value
  }

  /// The part under a key.
  func below(_ key: any CodingKey, _ content: Content) -> RecordDecoder {
    RecordDecoder(record: record, content: content, codingPath: codingPath + [key])
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    let reader = node(expecting: "an object").flatMap {
      JSONObjectReader($0, path: Self.path(codingPath), faults: record.faults)
    }
    if let reader { record.readers.append(reader) }
    return KeyedDecodingContainer(RecordFields(decoder: self, reader: reader))
  }

  func unkeyedContainer() -> any UnkeyedDecodingContainer {
    let node = node(expecting: "an array")
    guard let node, case .array(let elements) = node.value else {
      if let node { fault(at: node.position, found: node.foundDescription, expected: "an array") }
      return RecordElements(decoder: self, array: nil, elements: [])
    }
    return RecordElements(decoder: self, array: node, elements: elements)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  /// Decodes a value of any type.
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let value = RecordScalar(type)?.value(of: self) as? Value { return value }
    let count = record.faults.list.count
    do {
      return try Value(from: self)
    } catch {
      if record.faults.list.count == count { fault(error, type) }
      // The other fields must still be checked.
      if let standIn = Self.cases(of: type)?.first as? Value { return standIn }
      throw error
    }
  }

  func fault(at position: SourcePosition, found: String, expected: String, path: [any CodingKey]? = nil) {
    record.faults.add(
      JSONFault(position: position, path: Self.path(path ?? codingPath), found: found, expected: expected))
  }

  /// The node; nil if there is none, which is added as a fault unless it was reported.
  func node(expecting expected: String) -> JSONNode? {
    switch content {
    case .node(let node): return node
    case .missing(let position): fault(at: position, found: JSONFault.nothing, expected: expected)
    case .standIn: break
    }
    return nil
  }

  /// Adds a fault for an error thrown by an initializer.
  private func fault(_ error: any Error, _ type: Any.Type) {
    let (position, found): (SourcePosition, String)
    switch content {
    case .node(let node): (position, found) = (node.position, node.quoted)
    case .missing(let place): (position, found) = (place, JSONFault.nothing)
    case .standIn: return
    }
    guard !(type is any RawRepresentable.Type) else {
      let names = (Self.cases(of: type) ?? []).compactMap { ($0 as? any RawRepresentable)?.rawValue }
      let list = names.map { "\($0)" }.joined(separator: ", ")
      return fault(
        at: position, found: found,
        expected: names.isEmpty ? "a value of \(type)" : "one of " + list)
    }
    guard case DecodingError.dataCorrupted(let context) = error else {
      return fault(at: position, found: "\(error)", expected: "")
    }
    fault(at: position, found: context.debugDescription, expected: "", path: context.codingPath)
  }

  private static func cases(of type: Any.Type) -> [Any]? {
    func all<Cases: CaseIterable>(_ type: Cases.Type) -> [Any] { type.allCases.map { $0 } }
    return (type as? any CaseIterable.Type).map { all($0) }
  }

  /// `address.lines[2]`
  private static func path(_ keys: [any CodingKey]) -> String {
    keys.reduce(into: "") { path, key in
      path += key is RecordElements.Key || path.isEmpty ? key.stringValue : "." + key.stringValue
    }
  }
}

/// The members of an object in a record.
struct RecordFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: RecordDecoder
  /// Nil for a stand-in.
  let reader: JSONObjectReader?

  var codingPath: [any CodingKey] { decoder.codingPath }
  var allKeys: [Key] { (reader?.members ?? []).compactMap { Key(stringValue: $0.key) } }

  func contains(_ key: Key) -> Bool { reader?.take(key.stringValue) != nil }
  func decodeNil(forKey key: Key) -> Bool { reader?.isAbsent(key.stringValue) ?? true }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try part(key).decode(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedDecodingContainer<Nested> {
    part(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer {
    part(key).unkeyedContainer()
  }
  func superDecoder() -> any Decoder { decoder }
  func superDecoder(forKey key: Key) -> any Decoder { part(key) }

  private func part(_ key: Key) -> RecordDecoder {
    guard let reader else { return decoder.below(key, .standIn) }
    let node = reader.take(key.stringValue)
    return decoder.below(key, node.map { .node($0) } ?? .missing(in: reader.position(of: "")))
  }
}

/// The elements of an array in a record.
struct RecordElements: UnkeyedDecodingContainer {
  struct Key: CodingKey {
    let intValue: Int?
    /// The index in a path, from 1.
    var stringValue: String { "[\((intValue ?? 0) + 1)]" }

    init(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
  }

  let decoder: RecordDecoder
  let array: JSONNode?
  /// Empty for a stand-in.
  let elements: [JSONNode]
  private(set) var currentIndex = 0

  init(decoder: RecordDecoder, array: JSONNode?, elements: [JSONNode]) {
    self.decoder = decoder
    self.array = array
    self.elements = elements
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  mutating func decodeNil() -> Bool {
    guard !isAtEnd, elements[currentIndex].isNull else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedDecodingContainer<Nested> {
    next().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer { next().unkeyedContainer() }
  mutating func superDecoder() -> any Decoder { next() }

  private mutating func next() -> RecordDecoder {
    defer { currentIndex += 1 }
    let key = Key(intValue: currentIndex)
    guard isAtEnd else { return decoder.below(key, .node(elements[currentIndex])) }
    return decoder.below(key, array.map { .missing(in: $0.position) } ?? .standIn)
  }
}

extension RecordDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool {
    switch content {
    case .node(let node): node.isNull
    case .missing: false
    case .standIn: true
    }
  }
}
