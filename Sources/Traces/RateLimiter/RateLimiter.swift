import Synchronization

/// Decides how often a user may ask.
///
/// Each user has one token bucket for reading and one for writing. A bucket holds as many tokens as
/// the limit per minute, refills continuously, and every request takes one.
public protocol RateLimiter: Sendable {
  /// Takes a token.
  ///
  /// Never fails and never waits for long: what happens when no decision can be made is the
  /// limiter's own choice.
  ///
  /// - Parameters:
  ///   - user: who asks; any text. What is not a short plain identifier is hashed.
  ///   - kind: what is asked for.
  func take(user: String, kind: RateLimitKind) async -> RateLimitDecision

  /// What was decided since the limiter was made.
  var counters: RateLimitCounters { get }
}

/// What a request does; each kind has a bucket of its own.
public enum RateLimitKind: String, Sendable, CaseIterable {
  /// It looks something up.
  case read
  /// It changes something.
  case write
}

/// Whether a request may go on, and what its author may be told.
public struct RateLimitDecision: Sendable, Equatable {
  /// Whether a token was there.
  public let isAllowed: Bool
  /// The limit per minute, which is also the burst.
  public let limit: Int
  /// How many requests could follow at once.
  public let remaining: Int
  /// How long until there is a token; zero if the request is allowed.
  public let retryAfter: Duration

  /// Makes a decision.
  public init(isAllowed: Bool, limit: Int, remaining: Int, retryAfter: Duration = .zero) {
    self.isAllowed = isAllowed
    self.limit = limit
    self.remaining = remaining
    self.retryAfter = retryAfter
  }

  /// ``retryAfter`` in whole seconds, rounded up, as the HTTP header `Retry-After` wants it.
  public var retryAfterSeconds: Int {
    let (seconds, attoseconds) = retryAfter.components
    return Int(seconds) + (attoseconds > 0 ? 1 : 0)
  }
}

/// What a limiter has decided so far, for metrics.
public struct RateLimitCounters: Sendable, Equatable {
  /// Reads that were allowed.
  public var allowedReads = 0
  /// Reads that were denied.
  public var deniedReads = 0
  /// Writes that were allowed.
  public var allowedWrites = 0
  /// Writes that were denied.
  public var deniedWrites = 0
  /// How many of these were decided without Redis because it gave no answer.
  public var failures = 0
  /// Whether Redis answered last; nil before the first request and for a limiter without Redis.
  public var isRedisUp: Bool?

  /// Makes counters at zero.
  public init() {}
}

/// Counts decisions from many tasks at once.
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

  /// The counts; those of requests in flight may be missing in some of them.
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
