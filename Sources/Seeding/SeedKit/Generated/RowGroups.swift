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

  /// A row with these values, other than one of them; nil if there is none.
  func row(of key: [UInt8], other taken: Int? = nil, _ random: CounterRandom) -> Int? {
    guard let found = rows[key] else { return nil }
    guard let taken, let place = found.firstIndex(of: taken) else {
      return found[random.below(found.count, at: 0)]
    }
    guard found.count > 1 else { return nil }
    let index = random.below(found.count - 1, at: 0)
    return found[index < place ? index : index + 1]
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
  /// Which pairs of the rows of a table there are.
  enum Kind {
    case all
    /// Without pairs of a row with itself.
    case apart
    /// Each pair of two rows once, in either order.
    case unordered

    func count(_ first: Int, _ second: Int) -> Int {
      switch self {
      case .all: first * second
      case .apart: first * (second - 1)
      case .unordered: first * (second - 1) / 2
      }
    }
  }

  private let kind: Kind
  let count: Int

  init(_ first: RowGroups, _ second: RowGroups, _ kind: Kind) {
    self.kind = kind
    var groups: [(start: Int, first: [Int], second: [Int])] = []
    var count = 0
    for (key, rows) in first.sorted {
      guard let others = second.rows(of: key) else { continue }
      groups.append((count, rows, others))
      count += kind.count(rows.count, others.count)
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
    var (first, second) = (0, 0)
    switch kind {
    case .all: (first, second) = (pair - group.start).quotientAndRemainder(dividingBy: group.second.count)
    case .apart:
      (first, second) = (pair - group.start).quotientAndRemainder(dividingBy: group.second.count - 1)
      if second >= first { second += 1 }
    case .unordered:
      // The pairs of a row with earlier ones follow each other: 1 of the second row, 2 of the third one.
      let number = pair - group.start
      second = Int((1 + Double(1 + 8 * number).squareRoot()) / 2)
      while second * (second - 1) / 2 > number { second -= 1 }
      while (second + 1) * second / 2 <= number { second += 1 }
      first = number - second * (second - 1) / 2
    }
    return member == 1 ? group.second[second] : group.first[first]
  }
}
