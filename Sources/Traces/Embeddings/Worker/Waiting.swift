import Postgres
import Threads

/// A signal that wakes a waiting task.
final class AsyncSignal: Sendable {
  private struct State {
    var isSent = false
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Lock(State())

  /// Wakes the waiting task, or the next task that waits.
  func send() {
    let waiting = state.withLock { state in
      defer { state.waiting = nil }
      state.isSent = true
      return state.waiting
    }
    waiting?.resume()
  }

  /// Clears the signal.
  func clear() { state.withLock { $0.isSent = false } }

  /// Waits for a signal sent since ``clear()``, until the time limit, or until the task is cancelled.
  func wait(atMost limit: Duration) async {
    let timer = Task {
      try await Task.sleep(for: limit)
      send()
    }
    defer { timer.cancel() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          guard !state.isSent else { return true }
          state.waiting = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      send()
    }
  }
}

/// Exponential backoff with jitter, so that workers that failed at the same time do not retry at the same time.
struct Backoff {
  private let first: Duration
  private let longest: Duration
  private var count = 0

  init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
  }

  mutating func next() -> Duration {
    let limit = min(first * (1 << min(count, 16)), longest)
    count += 1
    return limit * Double.random(in: 0.5...1)
  }

  mutating func reset() { count = 0 }
}

/// Decides how long to pause after a failure.
struct Troubles {
  private var provider: Backoff
  private var database: Backoff
  private var isThere = false

  /// The longest pause accepted from a provider, which may request too long a pause by mistake.
  private static let longestRetryAfter: Duration = .seconds(3600)

  init(_ options: EmbeddingWorker.Options) {
    provider = Backoff(first: options.firstBackoff, longest: options.longestBackoff)
    database = provider
  }

  mutating func pause(after error: any Error) -> Duration {
    isThere = true
    guard let failure = error as? ProviderFailure else { return database.next() }
    return max(provider.next(), min(failure.retryAfter ?? .zero, Self.longestRetryAfter))
  }

  /// Records a success. Returns whether it ends a failure.
  mutating func end() -> Bool {
    defer { isThere = false }
    provider.reset()
    database.reset()
    return isThere
  }
}

/// The rate per second over the last minute.
struct RateWindow {
  private static let length: Duration = .seconds(60)

  private let start = ContinuousClock.now
  private var entries: [(at: ContinuousClock.Instant, count: Int)] = []

  mutating func add(_ count: Int) {
    guard count > 0 else { return }
    entries.append((.now, count))
    entries.removeAll { $0.at < .now - Self.length }
  }

  var perSecond: Double {
    let now = ContinuousClock.now
    let recent = entries.filter { $0.at >= now - Self.length }.map(\.count).reduce(0, +)
    let seconds = max(1, min(now - start, Self.length).milliseconds / 1000)
    return (Double(recent) / seconds * 100).rounded() / 100
  }
}
