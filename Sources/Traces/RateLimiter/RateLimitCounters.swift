import Synchronization

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
