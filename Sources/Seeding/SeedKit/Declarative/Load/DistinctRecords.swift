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
  ///   - keySlots: the slots of the key.
  ///   - slots: the number of slots.
  ///   - value: the text of a slot; nil if it is NULL or missing.
  mutating func add(keySlots: [Int], slots: Int, value: (Int) -> String?) -> Bool {
    guard keySlots.allSatisfy({ value($0) != nil }) else { return false }
    let values = (0..<slots).map(value)
    func hash(_ salt: Int) -> Int {
      var hasher = Hasher()
      hasher.combine(salt)
      for value in values {
        guard var text = value else {
          hasher.combine(0xFE as UInt8)
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
