import SeedGenerators

/// Numbers the rows of a table that has a random number of rows for each row of its parent.
///
/// The children of a parent have consecutive numbers, and those of later parents follow. So new parents add children
/// at the end and keep the numbers of all others.
struct ChildIndex: Sendable {
  private let counts: ClosedRange<Int>
  private let random: CounterRandom
  /// The number of the first child of every `step`th parent, and the total.
  private let starts: [Int]

  /// The distance of two remembered parents: a search counts half as many on average.
  private static let step = 64

  /// - Parameters:
  ///   - parents: the number of parents.
  ///   - counts: the lowest and the highest number of children.
  ///   - key: selects the random numbers.
  init(parents: Int, counts: ClosedRange<Int>, key: UInt64) {
    self.counts = counts
    random = CounterRandom(key: key)
    guard counts.lowerBound < counts.upperBound else {
      starts = [0, parents * counts.lowerBound]
      return
    }
    var starts = [0]
    var total = 0
    for parent in 0..<parents {
      if parent > 0, parent % Self.step == 0 { starts.append(total) }
      total += Self.count(of: parent, counts, random)
    }
    self.starts = starts + [total]
  }

  /// The number of children of all parents.
  var total: Int { starts[starts.count - 1] }

  private static func count(of parent: Int, _ counts: ClosedRange<Int>, _ random: CounterRandom) -> Int {
    counts.lowerBound + random.part(row: parent).below(counts.count, at: 0)
  }

  /// The parent of a child, and the child's position among its siblings, from 0.
  func parent(of child: Int) -> (parent: Int, position: Int) {
    guard counts.lowerBound < counts.upperBound else {
      let (parent, position) = child.quotientAndRemainder(dividingBy: counts.lowerBound)
      return (parent, position)
    }
    var low = 0
    var high = starts.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= child { low = middle } else { high = middle }
    }
    var parent = low * Self.step
    var rest = child - starts[low]
    while true {
      let count = Self.count(of: parent, counts, random)
      if rest < count { return (parent, rest) }
      rest -= count
      parent += 1
    }
  }
}
