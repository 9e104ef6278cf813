import HTTPServer
import Postgres
import Threads

/// The counters and histograms of a server.
final class Metrics: Sendable {
  /// The labels of a request.
  struct RequestKey: Hashable, Sendable {
    let method: String
    let route: String
    let status: Int
  }

  struct Snapshot: Sendable {
    var requests: [RequestKey: Int] = [:]
    var search = Histogram(bounds: Histogram.searchBounds)
    var searches: [Bool: Int] = [false: 0, true: 0]
    var stages: [SearchTimes.Stage: Histogram] = [:]
  }

  private let state = Lock(Snapshot())
  private static let methods: Set<HTTPMethod> = [.get, .head, .post, .put, .patch, .delete, .options]

  /// Counts a request, including those that the HTTP server rejected by itself.
  func count(_ record: HTTPRequestRecord) {
    count(method: record.method, path: record.path, status: record.status)
  }

  func count(method: HTTPMethod?, path: String?, status: Int) {
    // Use the route and a known method as labels. Otherwise clients could create any number of series.
    let name = method.map { Self.methods.contains($0) ? $0.rawValue : "other" } ?? "none"
    let key = RequestKey(method: name, route: Router.label(path: path), status: status)
    state.withLock { $0.requests[key, default: 0] += 1 }
  }

  /// Records the latency of a search, from the query to the result.
  func search(took duration: Duration, hasTags: Bool) {
    state.withLock { state in
      state.search.observe(duration.inSeconds)
      state.searches[hasTags, default: 0] += 1
    }
  }

  /// Records how the time of a successful search is divided among its stages.
  func search(_ times: SearchTimes) {
    state.withLock { state in
      for (stage, duration) in times.durations {
        state.stages[stage, default: Histogram(bounds: Histogram.stageBounds)].observe(duration.inSeconds)
      }
    }
  }

  var snapshot: Snapshot { state.withLock { $0 } }
}

/// A histogram of durations in the form of Prometheus: cumulative counts by upper bound.
struct Histogram: Sendable, Hashable {
  /// In seconds. The bounds from 0.01 on are those of the reference implementation. The finer ones are needed because
  /// a search takes a few milliseconds here.
  static let searchBounds = [
    0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2,
  ]

  /// In seconds, for the stages of a search, most of which take microseconds.
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

  /// Records a duration in seconds.
  mutating func observe(_ seconds: Double) {
    count += 1
    sum += seconds
    if let index = bounds.firstIndex(where: { seconds <= $0 }) { counts[index] += 1 }
  }

  /// For each bound, the number of durations up to it.
  var cumulative: [Int] {
    var total = 0
    return counts.map { count in
      total += count
      return total
    }
  }
}
