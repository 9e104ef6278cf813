/// A histogram of durations, as Prometheus has them: how many took no longer than each bound.
struct Histogram: Sendable, Hashable {
  /// In seconds. From 0.01 on those of the service that this one is made after; the finer ones because a
  /// search takes a few milliseconds here.
  static let searchBounds = [
    0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2,
  ]

  /// In seconds, for parts of a search, of which most take microseconds.
  static let stageBounds = [
    0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.1, 0.5, 2,
  ]

  let bounds: [Double]
  private var counts: [Int]
  private(set) var count = 0
  private(set) var sum = 0.0

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count)
  }

  /// Counts a duration in seconds.
  mutating func observe(_ seconds: Double) {
    count += 1
    sum += seconds
    if let index = bounds.firstIndex(where: { seconds <= $0 }) { counts[index] += 1 }
  }

  /// How many took no longer than each bound.
  var cumulative: [Int] {
    var total = 0
    return counts.map { count in
      total += count
      return total
    }
  }
}
