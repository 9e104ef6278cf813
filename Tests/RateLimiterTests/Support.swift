import RateLimiter
import SeedTesting
import Testing
import Threads

/// A clock that a test sets.
final class ManualClock: Sendable {
  private let instant = Lock(ContinuousClock.now)

  var now: ContinuousClock.Instant { instant.withLock { $0 } }

  func advance(by duration: Duration) { instant.withLock { $0 += duration } }
}

/// The events that a limiter reported.
final class EventLog: Sendable {
  private let list = Lock<[RedisRateLimiter.Event]>([])

  var events: [RedisRateLimiter.Event] { list.withLock { $0 } }
  var text: String { events.map(\.description).joined(separator: "\n") }

  func append(_ event: RedisRateLimiter.Event) { list.withLock { $0.append(event) } }
}

extension RedisRateLimiter {
  /// A limiter with the given limits. Its timeouts are long, because Redis may be slow on a busy machine.
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
  /// How many of a number of concurrent requests are allowed.
  func takeAtOnce(_ count: Int, user: String, kind: RateLimitKind) async -> Int {
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<count { group.addTask { await self.take(user: user, kind: kind).isAllowed } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }

  /// How many of a number of sequential requests are allowed.
  func takeInTurn(_ count: Int, user: String, kind: RateLimitKind) async -> Int {
    var allowed = 0
    for _ in 0..<count where await take(user: user, kind: kind).isAllowed { allowed += 1 }
    return allowed
  }
}
