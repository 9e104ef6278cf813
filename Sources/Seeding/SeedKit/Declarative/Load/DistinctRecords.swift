import Postgres

/// Finds the records of a table with `distinct` that add a row: those with a key that differ from all earlier ones.
///
/// It stores a digest of each, so that memory does not depend on the size of the records.
struct DistinctRecords {
  /// 128 bits, because a collision would lose a record.
  private struct Digest: Hashable {
    let first: Int
    let second: Int
  }

  private var seen: Set<Digest> = []

  /// Whether a record adds a row.
  ///
  /// - Parameters:
  ///   - load: the table.
  ///   - value: the value of a slot; nil if it is missing.
  mutating func add(to load: TableLoad, value: (Int) -> KeyInspection.Value?) -> Bool {
    func isText(_ slot: Int) -> Bool { if case .text? = value(slot) { true } else { false } }
    // With NULL in all parts there is no key, even if the index allows NULL.
    guard load.keyRule.allowsNulls ? load.keySlots.contains(where: isText) : load.keySlots.allSatisfy(isText)
    else { return false }
    let values = load.slots.indices.map(value)
    func hash(_ salt: Int) -> Int {
      var hasher = Hasher()
      hasher.combine(salt)
      for value in values {
        // A missing field gets the default.
        guard case .text(var text)? = value else {
          hasher.combine((value == nil ? 0xFD : 0xFE) as UInt8)
          continue
        }
        // PostgreSQL compares bytes; Swift considers canonically equivalent strings equal.
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
      }
      return hasher.finalize()
    }
    return seen.insert(Digest(first: hash(1), second: hash(2))).inserted
  }
}
