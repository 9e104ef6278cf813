import Synchronization

/// Limits how often a user may make requests.
///
/// Each user has one token bucket for reads and one for writes. A bucket holds as many tokens as the limit per
/// minute, refills continuously, and every request takes one token.
public protocol RateLimiter: Sendable {
  /// Takes a token.
  ///
  /// Never throws and never blocks for long. Each implementation defines what happens when it cannot make a decision.
  ///
  /// - Parameters:
  ///   - user: an identifier of the user. Any string is allowed; all but short plain identifiers are hashed.
  ///   - kind: whether the request reads or writes.
  func take(user: String, kind: RateLimitKind) async -> RateLimitDecision

  /// The decisions since the limiter was created.
  var counters: RateLimitCounters { get }
}

/// What a request does. Each kind has its own bucket.
public enum RateLimitKind: String, Sendable, CaseIterable {
  /// The request only reads.
  case read
  /// The request changes something.
  case write
}

/// Whether a request is allowed, and the figures for its response headers.
public struct RateLimitDecision: Sendable, Equatable {
  /// Whether a token was available.
  public let isAllowed: Bool
  /// The limit per minute, which is also the burst.
  public let limit: Int
  /// How many more requests are allowed right now.
  public let remaining: Int
  /// The time until a token is available; zero if the request is allowed.
  public let retryAfter: Duration
  /// Whether the request is denied only because the limiter cannot decide.
  public let isUndecided: Bool

  /// Creates a decision.
  public init(
    isAllowed: Bool, limit: Int, remaining: Int, retryAfter: Duration = .zero, isUndecided: Bool = false
  ) {
    self.isAllowed = isAllowed
    self.limit = limit
    self.remaining = remaining
    self.retryAfter = retryAfter
    self.isUndecided = isUndecided
  }

  /// ``retryAfter`` in whole seconds, rounded up, as the HTTP header `Retry-After` requires.
  public var retryAfterSeconds: Int {
    let (seconds, attoseconds) = retryAfter.components
    return Int(seconds) + (attoseconds > 0 ? 1 : 0)
  }
}

/// The decisions of a limiter so far, for metrics.
public struct RateLimitCounters: Sendable, Equatable {
  /// Reads that were allowed.
  public var allowedReads = 0
  /// Reads that were denied.
  public var deniedReads = 0
  /// Writes that were allowed.
  public var allowedWrites = 0
  /// Writes that were denied.
  public var deniedWrites = 0
  /// How many of these were decided without Redis because it did not respond.
  public var failures = 0
  /// Whether the last command to Redis succeeded; nil before the first request and for a limiter without Redis.
  public var isRedisUp: Bool?

  /// Creates counters at zero.
  public init() {}
}

/// Counts decisions. Safe to use concurrently.
final class DecisionCounter: Sendable {
  private let allowedReads = Atomic(0)
  private let deniedReads = Atomic(0)
  private let allowedWrites = Atomic(0)
  private let deniedWrites = Atomic(0)
  private let failures = Atomic(0)

  func count(_ decision: RateLimitDecision, _ kind: RateLimitKind, isFailure: Bool = false) {
    switch (kind, decision.isAllowed) {
    case (.read, true): allowedReads.add(1, ordering: .relaxed)
    case (.read, false): deniedReads.add(1, ordering: .relaxed)
    case (.write, true): allowedWrites.add(1, ordering: .relaxed)
    case (.write, false): deniedWrites.add(1, ordering: .relaxed)
    }
    if isFailure { failures.add(1, ordering: .relaxed) }
  }

  /// The current counts. Counters are read one by one, so a request in flight may be in only some of them.
  func snapshot(isRedisUp: Bool? = nil) -> RateLimitCounters {
    var counters = RateLimitCounters()
    counters.allowedReads = allowedReads.load(ordering: .relaxed)
    counters.deniedReads = deniedReads.load(ordering: .relaxed)
    counters.allowedWrites = allowedWrites.load(ordering: .relaxed)
    counters.deniedWrites = deniedWrites.load(ordering: .relaxed)
    counters.failures = failures.load(ordering: .relaxed)
    counters.isRedisUp = isRedisUp
    return counters
  }
}
