/// The result of a capacity check.
public struct CapacityReport: Sendable, Codable {
  /// A single check.
  public struct Check: Sendable, Codable {
    /// The name of the check.
    public let name: String
    /// Whether the check passed.
    public let isPassed: Bool
    /// What was found.
    public let found: String
  }

  /// The latencies of a series of searches.
  public struct Latency: Sendable, Codable {
    /// The number of concurrent clients.
    public let clients: Int
    /// The number of candidates of a search (`hnsw.ef_search`).
    public let candidates: Int
    /// How long each client waited between searches, in milliseconds. 0 measures the throughput.
    public let pauseMilliseconds: Int
    /// The number of searches.
    public let searches: Int
    /// Searches per second, over all clients.
    public let throughput: Double
    /// Percentiles of the latency in milliseconds: 50, 90, 99 and 99.9.
    public let p50, p90, p99, p999: Double
    /// The distribution of the latencies.
    public let histogram: [Bin]
  }

  /// A bin of a histogram.
  public struct Bin: Sendable, Codable {
    /// The upper bound in milliseconds.
    public let upTo: Double
    /// The number of searches in the bin.
    public let count: Int
  }

  /// The recall of search compared with a full table scan.
  public struct Recall: Sendable, Codable {
    /// The number of candidates of a search (`hnsw.ef_search`).
    public let candidates: Int
    /// The average share of the ten nearest neighbors that were found.
    public let recall: Double
  }

  /// The index that search uses; nil without one.
  public let index: String?
  /// The number of traces with an embedding.
  public let rowCount: Int
  /// The size of the index, and of the server's shared buffers, in bytes.
  public let indexSize, sharedBuffers: Int
  /// The checks.
  public internal(set) var checks: [Check]
  /// The latencies.
  public let latencies: [Latency]
  /// The recall for each number of candidates.
  public let recalls: [Recall]
  /// The median time of a full table scan in milliseconds.
  public let exactMedian: Double
  /// The query plan of a search.
  public let plan: String

  /// The latencies of users who pause between searches.
  public var users: Latency? { latencies.first { $0.pauseMilliseconds > 0 } }

  /// Whether all checks passed.
  public var isPassed: Bool { checks.allSatisfy(\.isPassed) }
}

extension CapacityReport.Latency {
  /// Summarizes latencies in milliseconds.
  init(
    clients: Int, candidates: Int, pause: Duration = .zero, milliseconds: [Double], seconds: Double
  ) {
    let sorted = milliseconds.sorted()
    // The nearest-rank method: the smallest value that is at least as large as the given share of all values.
    func percentile(_ share: Double) -> Double {
      guard !sorted.isEmpty else { return 0 }
      return sorted[min(sorted.count - 1, max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
    }
    self.clients = clients
    self.candidates = candidates
    pauseMilliseconds = Int(pause / .milliseconds(1))
    searches = sorted.count
    throughput = seconds > 0 ? Double(sorted.count) / seconds : 0
    (p50, p90, p99, p999) = (percentile(0.5), percentile(0.9), percentile(0.99), percentile(0.999))
    histogram = Self.histogram(of: sorted)
  }

  /// Bins from 0.125 ms on, whose upper bounds grow by a quarter.
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
