/// Which fields identify the records of a file: those without equal or missing values.
struct KeyGuess {
  /// The number of stored hashes. A key that is wrong because of a collision is reported by the check of the file.
  private static let limit = 2_000_000
  /// The largest number of fields of a key.
  private static let width = 4

  /// The hashes of each field; nil if a value is missing or repeated.
  private var single: [Set<Int>?] = []
  /// The hashes of the first two fields, the first three and so on.
  private var leading: [Set<Int>?] = Array(repeating: [], count: width - 1)
  private var size = 0
  private var records = 0
  /// The number of compared records, if it is not all.
  private(set) var limit: Int?

  /// Adds a record, by the hashes of its fields; nil for a missing value.
  mutating func add(_ hashes: [Int?]) {
    defer { records += 1 }
    guard limit == nil else { return }
    guard size < Self.limit else {
      limit = records
      return
    }
    // Earlier records lack the field.
    while single.count < hashes.count { single.append(records == 0 ? [] : nil) }
    for index in single.indices where single[index] != nil {
      size += Self.insert(index < hashes.count ? hashes[index] : nil, into: &single[index])
    }
    for index in leading.indices where leading[index] != nil {
      let parts = hashes.prefix(index + 2)
      let isWhole = parts.count == index + 2 && !parts.contains(nil)
      size += Self.insert(isWhole ? parts.hashValue : nil, into: &leading[index])
    }
  }

  /// Whether the values of a field may still matter.
  func needs(_ index: Int) -> Bool {
    guard limit == nil else { return false }
    return index >= single.count || single[index] != nil
      || index < Self.width && leading.contains { $0 != nil }
  }

  /// - Returns: the difference in size.
  private static func insert(_ hash: Int?, into set: inout Set<Int>?) -> Int {
    guard let count = set?.count else { return 0 }
    if let hash, set?.insert(hash).inserted == true { return 1 }
    set = nil
    return -count
  }

  /// The keys, by the positions of their fields: single fields first. Without records there is none.
  var candidates: [[Int]] {
    guard records > 0 else { return [] }
    return single.indices.filter { single[$0] != nil }.map { [$0] }
      + leading.indices.filter { leading[$0] != nil }.map { Array(0..<($0 + 2)) }
  }
}
