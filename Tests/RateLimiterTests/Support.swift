import RateLimiter
import SeedTesting
import Testing
import Threads

/// A clock that stands still until a test moves it.
final class ManualClock: Sendable {
  private let instant = Lock(ContinuousClock.now)

  var now: ContinuousClock.Instant { instant.withLock { $0 } }

  func advance(by duration: Duration) { instant.withLock { $0 += duration } }
}

/// What a limiter reported.
final class EventLog: Sendable {
  private let list = Lock<[RedisRateLimiter.Event]>([])

  var events: [RedisRateLimiter.Event] { list.withLock { $0 } }
  var text: String { events.map(\.description).joined(separator: "\n") }

  func append(_ event: RedisRateLimiter.Event) { list.withLock { $0.append(event) } }
}

extension RedisRateLimiter {
  /// A limiter with limits of the test's choice. Its timeouts are generous: on a busy machine a Redis
  /// that is well may take its time.
  static func forTest(
    _ url: String, reads: Int = 5, writes: Int = 2, onFailure: FailurePolicy = .allow,
    commandTimeout: Duration = .seconds(10), retryInterval: Duration = .milliseconds(20), log: EventLog? = nil
  ) throws -> RedisRateLimiter {
    try RedisRateLimiter(
      url: url, policy: RateLimitPolicy(readsPerMinute: reads, writesPerMinute: writes),
      onFailure: onFailure, connectTimeout: .seconds(10), commandTimeout: commandTimeout,
      retryInterval: retryInterval, onEvent: { log?.append($0) })
  }
}

extension RateLimiter {
  /// How many of so many requests at once are allowed.
  func takeAtOnce(_ count: Int, user: String, kind: RateLimitKind) async -> Int {
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<count { group.addTask { await self.take(user: user, kind: kind).isAllowed } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }

  /// How many of so many requests, one after the other, are allowed.
  func takeInTurn(_ count: Int, user: String, kind: RateLimitKind) async -> Int {
    var allowed = 0
    for _ in 0..<count where await take(user: user, kind: kind).isAllowed { allowed += 1 }
    return allowed
  }
}
