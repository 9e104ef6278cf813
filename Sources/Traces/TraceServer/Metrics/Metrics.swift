import HTTPServer
import Postgres
import Threads

/// What is counted while the server runs.
final class Metrics: Sendable {
  /// What requests are told apart by.
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

  /// Counts a request that was answered, whoever answered it.
  func count(_ record: HTTPRequestRecord) {
    count(method: record.method, path: record.path, status: record.status)
  }

  func count(method: HTTPMethod?, path: String?, status: Int) {
    // Neither path nor method as they came: a client could make up as many series as it likes.
    let name = method.map { Self.methods.contains($0) ? $0.rawValue : "other" } ?? "none"
    let key = RequestKey(method: name, route: Router.label(path: path), status: status)
    state.withLock { $0.requests[key, default: 0] += 1 }
  }

  /// Counts a search from the question to the result.
  func search(took duration: Duration, hasTags: Bool) {
    state.withLock { state in
      state.search.observe(duration.inSeconds)
      state.searches[hasTags, default: 0] += 1
    }
  }

  /// Counts where the time of an answered search went.
  func search(_ times: SearchTimes) {
    state.withLock { state in
      for (stage, duration) in times.durations {
        state.stages[stage, default: Histogram(bounds: Histogram.stageBounds)].observe(duration.inSeconds)
      }
    }
  }

  var snapshot: Snapshot { state.withLock { $0 } }
}
