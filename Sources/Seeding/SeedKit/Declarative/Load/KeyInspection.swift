import Postgres

/// Finds records of one table with the same key, without a database. Keys are equal if their texts are.
///
/// Memory is bounded: it stores digests of keys and places, up to ``memory`` bytes.
final class KeyInspection {
  /// The value of a field.
  enum Value {
    case null
    case text(String)
  }

  /// The first record with a key.
  private struct Seen {
    let entry: Int32
    let file: Int32
    let record: Int32
    let line: Int32
    /// The position of an element in its array; 0 for a record.
    let position: Int32
    /// The values of the record in ``marks``.
    let marks: Range<Int32>
  }

  /// 128 bits, because a collision would report a false fault.
  private struct Digest: Hashable {
    let first: Int
    let second: Int
  }

  /// Stands for NULL in a key. No text contains a NUL.
  private static let null = "\u{0}"
  /// 64 MiB, about 600,000 keys.
  static let memory = 64 << 20
  /// The size of a dictionary entry, with room to grow.
  private static let keySize = (MemoryLayout<Digest>.stride + MemoryLayout<Seen>.stride) * 8 / 3

  private let faults: FaultCollector
  private var seen: [Digest: Seen] = [:]
  private var marks: [ValueMark] = []
  private var paths: [String] = []
  private var entries: [TableLoad] = []
  private var columns: [ExactName: Int32] = [:]
  /// Whether the table has several entries whose values are compared.
  let comparesValues: Bool
  /// The number of stored keys if there were too many; nil if all are stored.
  private(set) var limit: Int?

  init(faults: FaultCollector, comparesValues: Bool) {
    self.faults = faults
    self.comparesValues = comparesValues
  }

  /// Adds a record.
  ///
  /// - Parameters:
  ///   - load: the entry of the definition.
  ///   - place: the place of the record.
  ///   - fields: the names and values of its fields.
  ///   - value: the value of a slot; nil if the record has no such field.
  func add(
    to load: TableLoad, place: FixturePlace, fields: () -> [(name: String, value: Value)],
    value: (Int) -> Value?
  ) {
    let entry = index(of: load)
    var key: [String] = []
    let slots = load.allKeySlots
    for slot in slots {
      switch value(slot) {
      case .text(let text): key.append(text)
      // With NULLS NOT DISTINCT or expressions, a part of the key may be NULL.
      case .null where slots.count > 1: key.append(Self.null)
      case .null:
        faults.add(
          place.fault(
            field: load.fieldName(slot), found: "nothing", expected: "a value, because it is part of the key")
        )
      // Another record may still have the field.
      case nil: break
      }
    }
    guard key.count == slots.count, key.count >= load.definition.key.count else { return }
    let digest = digest(load.definition.key + key)
    let own = comparesValues ? load.marks(of: fields(), column: number) : []
    guard let known = seen[digest] else {
      remember(digest, own, entry: entry, place: place)
      return
    }
    let first = FixturePlace(
      file: paths[Int(known.file)], record: Int(known.record), line: Int(known.line),
      element: entries[Int(known.entry)].definition.element(Int(known.position)))
    let parts = key.map { $0 == Self.null ? "NULL" : $0 }
    let shown = parts.count == 1 ? parts[0] : "{\(parts.joined(separator: ","))}"
    guard known.entry != entry else {
      faults.add(place.duplicate(of: first, key: shown))
      return
    }
    let others = marks[Int(known.marks.lowerBound)..<Int(known.marks.upperBound)]
    let differing = own.filter { mark in others.contains { $0.differsSurely(from: mark) } }
    guard !differing.isEmpty else { return }
    let names = differing.compactMap { mark in columns.first { $0.value == mark.column }?.key.text }
    faults.add(
      place.fault(
        .duplicateKey, field: names.joined(separator: ", "),
        found: "a different value for the key '\(shown)' than in \(first)",
        expected: "the same value, or one record for the row"))
  }

  private func remember(_ digest: Digest, _ own: [ValueMark], entry: Int32, place: FixturePlace) {
    let size = seen.count * Self.keySize + marks.count * MemoryLayout<ValueMark>.stride * 2
    guard limit == nil, size < Self.memory else {
      limit = limit ?? seen.count
      return
    }
    if paths.last != place.file { paths.append(place.file) }
    let start = Int32(clamping: marks.count)
    marks += own
    seen[digest] = Seen(
      entry: entry, file: Int32(paths.count - 1), record: Int32(clamping: place.record),
      line: Int32(clamping: place.line), position: Int32(clamping: place.element?.position ?? 0),
      marks: start..<Int32(clamping: marks.count))
  }

  /// The number of an entry, whose rules must match those of the other entries.
  private func index(of load: TableLoad) -> Int32 {
    if let index = entries.lastIndex(where: { $0 === load }) { return Int32(index) }
    for other in entries where !other.definition.hasSameRules(as: load.definition) {
      faults.add(load.definition.otherRules(than: other.definition))
    }
    entries.append(load)
    return Int32(entries.count - 1)
  }

  private func number(_ column: String) -> Int32 {
    let column = ExactName(column)
    if let number = columns[column] { return number }
    let number = Int32(columns.count)
    columns[column] = number
    return number
  }

  private func digest(_ parts: [String]) -> Digest {
    func hash(_ salt: Int) -> Int {
      var hasher = Hasher()
      hasher.combine(salt)
      for var part in parts {
        // PostgreSQL compares bytes; Swift considers canonically equivalent strings equal.
        part.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
      }
      return hasher.finalize()
    }
    return Digest(first: hash(1), second: hash(2))
  }
}

/// What is stored of a value to tell whether another value differs for every column type.
struct ValueMark {
  private enum Kind: UInt8 {
    /// Different texts may be the same value: `1.0` and `1`, or two spellings of a date.
    case unknown
    case null, bool, integer, word
  }

  let column: Int32
  private let kind: Kind
  private let length: UInt8
  private let hash: Int

  init(_ value: KeyInspection.Value, column: Int32) {
    self.column = column
    guard case .text(let text) = value else {
      (kind, length, hash) = (.null, 0, 0)
      return
    }
    let bytes = text.utf8
    hash = text.lowercased().hashValue
    length = UInt8(clamping: bytes.count)
    if text == "true" || text == "false" {
      kind = .bool
    } else if bytes.count <= 7, let number = Int(text), "\(number)" == text {
      kind = .integer
    } else if bytes.allSatisfy({ $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") }),
      !bytes.isEmpty,
      bytes.count < 32, !Self.ambiguous.contains(where: { $0.hasPrefix(text.lowercased()) })
    {
      kind = .word
    } else {
      kind = .unknown
    }
  }

  /// Words that are, or abbreviate, alternative spellings of a value for some type.
  private static let ambiguous = [
    "true", "false", "yes", "no", "on", "off", "infinity", "nan", "epoch", "now", "today", "tomorrow",
    "yesterday",
    "allballs",
  ]

  /// Whether two values of one column differ for every type.
  func differsSurely(from other: ValueMark) -> Bool {
    guard column == other.column else { return false }
    if kind == .null || other.kind == .null { return kind != other.kind }
    // Integers of different lengths may be the same time of day: 1000 and 100000.
    return kind != .unknown && kind == other.kind && (kind != .integer || length == other.length)
      && hash != other.hash
  }
}

extension TableLoad {
  /// The slots of the key, including those of references and of the parent.
  var allKeySlots: [Int] {
    definition.key.flatMap { name in slots.indices.filter { slots[$0].column?.name.isNamed(name) == true } }
  }

  /// The marks of the fields that fill columns directly.
  fileprivate func marks(
    of fields: [(name: String, value: KeyInspection.Value)], column number: (String) -> Int32
  ) -> [ValueMark] {
    fields.flatMap { field -> [ValueMark] in
      let rules = definition.columns.filter { $0.fields.map(ExactName.init).contains(ExactName(field.name)) }
      let names =
        rules.isEmpty
        ? (definition.ignores(field.name)
          || definition.columns.contains { ExactName($0.column) == ExactName(field.name) }
          ? [] : [field.name])
        : rules.filter { $0.reference == nil }.map(\.column)
      return names.map { ValueMark(field.value, column: number($0)) }
    }
  }
}
