import SeedGenerators

/// The rows of a table by the values of some columns.
final class RowGroups: Sendable {
  private let rows: [[UInt8]: [Int]]

  /// - Parameters:
  ///   - count: the number of rows.
  ///   - key: the values of a row, each followed by 0xFF; nil if one is NULL.
  init(count: Int, key: (Int) -> [UInt8]?) {
    var rows: [[UInt8]: [Int]] = [:]
    for row in 0..<count {
      guard let key = key(row) else { continue }
      rows[key, default: []].append(row)
    }
    self.rows = rows
  }

  /// A row with these values; nil if there is none.
  func row(of key: [UInt8], _ random: CounterRandom) -> Int? {
    guard let found = rows[key] else { return nil }
    return found[random.below(found.count, at: 0)]
  }

  /// The rows with these values; nil if there are none.
  func rows(of key: [UInt8]) -> [Int]? { rows[key] }

  /// The number of rows of the smallest group.
  var smallest: Int { rows.values.map(\.count).min() ?? 0 }

  /// All groups, ordered by their values.
  var sorted: [(key: [UInt8], rows: [Int])] {
    rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
  }

  /// Whether some row has these values.
  func has(_ key: [UInt8]) -> Bool { rows[key] != nil }
}

/// All pairs of rows of two tables that have the same values in some columns, numbered.
final class RowPairs: Sendable {
  private let groups: [(start: Int, first: [Int], second: [Int])]
  let count: Int

  init(_ first: RowGroups, _ second: RowGroups) {
    var groups: [(start: Int, first: [Int], second: [Int])] = []
    var count = 0
    for (key, rows) in first.sorted {
      guard let others = second.rows(of: key) else { continue }
      groups.append((count, rows, others))
      count += rows.count * others.count
    }
    self.groups = groups
    self.count = count
  }

  /// The row of the first or the second table in a pair.
  func row(of pair: Int, _ member: Int) -> Int {
    var low = 0
    var high = groups.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if groups[middle].start <= pair { low = middle } else { high = middle }
    }
    let group = groups[low]
    let (first, second) = (pair - group.start).quotientAndRemainder(dividingBy: group.second.count)
    return member == 0 ? group.first[first] : group.second[second]
  }
}
