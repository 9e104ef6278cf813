/// What a capacity check found.
public struct CapacityReport: Sendable, Codable {
  /// One thing that was looked at.
  public struct Check: Sendable, Codable {
    /// What.
    public let name: String
    /// Whether it is as it should be.
    public let isPassed: Bool
    /// What was found.
    public let found: String
  }

  /// Searches that were timed together.
  public struct Latency: Sendable, Codable {
    /// How many clients searched at once.
    public let clients: Int
    /// How many candidates the graph was searched for.
    public let candidates: Int
    /// How many searches were timed.
    public let searches: Int
    /// Searches a second, of all clients together.
    public let throughput: Double
    /// Milliseconds below which half, 90, 99 and 99.9 % of them stayed.
    public let p50, p90, p99, p999: Double
    /// How many searches took how long: the upper end of each class in milliseconds, and the number.
    public let histogram: [Bin]
  }

  /// A class of a histogram.
  public struct Bin: Sendable, Codable {
    /// The upper end in milliseconds.
    public let upTo: Double
    /// How many were in it.
    public let count: Int
  }

  /// How much of the truth a search found.
  public struct Recall: Sendable, Codable {
    /// How many candidates the graph was searched for.
    public let candidates: Int
    /// The share of the ten nearest that were found, on average.
    public let recall: Double
  }

  /// The index that search uses; nil without one.
  public let index: String?
  /// How many traces have a vector.
  public let rowCount: Int
  /// Bytes of the index and of the server's shared buffers.
  public let indexSize, sharedBuffers: Int
  /// What was looked at.
  public internal(set) var checks: [Check]
  /// The timings.
  public let latencies: [Latency]
  /// The recall of each number of candidates.
  public let recalls: [Recall]
  /// Milliseconds of a scan of the whole table, the median.
  public let exactMedian: Double
  /// How the plan of a search looks.
  public let plan: String

  /// Whether all is as it should be.
  public var isPassed: Bool { checks.allSatisfy(\.isPassed) }
}

extension CapacityReport.Latency {
  /// Sums up durations in milliseconds.
  init(clients: Int, candidates: Int, milliseconds: [Double], seconds: Double) {
    let sorted = milliseconds.sorted()
    // The nearest rank: the least value that so many of all do not exceed.
    func percentile(_ share: Double) -> Double {
      guard !sorted.isEmpty else { return 0 }
      return sorted[min(sorted.count - 1, max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
    }
    self.clients = clients
    self.candidates = candidates
    searches = sorted.count
    throughput = seconds > 0 ? Double(sorted.count) / seconds : 0
    (p50, p90, p99, p999) = (percentile(0.5), percentile(0.9), percentile(0.99), percentile(0.999))
    histogram = Self.histogram(of: sorted)
  }

  /// Classes that each reach a quarter further than the one before, from an eighth of a millisecond.
  private static func histogram(of sorted: [Double]) -> [CapacityReport.Bin] {
    var bins: [CapacityReport.Bin] = []
    var rest = sorted[...]
    var limit = 0.125
    while !rest.isEmpty {
      let count = rest.prefix { $0 <= limit }.count
      rest = rest.dropFirst(count)
      if count > 0 || !bins.isEmpty { bins.append(.init(upTo: limit, count: count)) }
      limit *= 1.25
    }
    return bins
  }
}
