import Threads

/// Keeps the buckets in this process: for a single server, for development, and as the fallback of
/// ``RedisRateLimiter``.
///
/// Memory is bounded. Full buckets are dropped. Beyond ``maximumBuckets``, the buckets closest to full are dropped
/// first, which gives a few users extra requests but denies none.
public final class InProcessRateLimiter: RateLimiter {
  /// The maximum number of buckets.
  public let maximumBuckets: Int

  private struct State {
    /// When each bucket is full again, in microseconds since `start`.
    var fullAt: [String: Int64] = [:]
    var nextSweep: Int64 = 0
  }

  /// Any bucket refills within a minute.
  private static let sweepInterval: Int64 = 60_000_000

  private let buckets: TokenBuckets
  private let clock: @Sendable () -> ContinuousClock.Instant
  private let start: ContinuousClock.Instant
  private let state = Lock(State())
  private let counter = DecisionCounter()

  /// Creates a limiter with full buckets.
  ///
  /// - Parameters:
  ///   - policy: the limits.
  ///   - maximumBuckets: the maximum number of buckets, at least 1; 100,000 by default, about 15 MB.
  ///   - clock: returns the current time; a monotonic clock by default.
  public init(
    policy: RateLimitPolicy = .standard, maximumBuckets: Int = 100_000,
    clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.maximumBuckets = max(1, maximumBuckets)
    self.clock = clock
    buckets = TokenBuckets(policy)
    start = clock()
  }

  /// Takes a token.
  public func take(user: String, kind: RateLimitKind) async -> RateLimitDecision {
    let decision = decide(key: BucketKey.name(user: user, kind: kind), bucket: buckets[kind])
    counter.count(decision, kind)
    return decision
  }

  /// The decisions since the limiter was created.
  public var counters: RateLimitCounters { counter.snapshot() }

  /// The current number of buckets.
  var bucketCount: Int { state.withLock { $0.fullAt.count } }

  func decide(key: String, bucket: TokenBucket) -> RateLimitDecision {
    let (seconds, attoseconds) = (clock() - start).components
    let now = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    return state.withLock { state in
      if now >= state.nextSweep { sweep(&state, now: now) }
      var fullAt = state.fullAt[key] ?? 0
      if state.fullAt[key] == nil, state.fullAt.count >= maximumBuckets { makeRoom(&state, now: now) }
      let decision = bucket.take(fullAt: &fullAt, now: now)
      state.fullAt[key] = fullAt
      return decision
    }
  }

  private func sweep(_ state: inout State, now: Int64) {
    state.fullAt = state.fullAt.filter { $0.value > now }
    state.nextSweep = now + Self.sweepInterval
  }

  /// Drops a tenth of the buckets, so that the cost of sorting is spread over many requests.
  private func makeRoom(_ state: inout State, now: Int64) {
    sweep(&state, now: now)
    let kept = maximumBuckets - max(1, maximumBuckets / 10)
    guard state.fullAt.count > kept else { return }
    let ordered = state.fullAt.sorted { $0.value > $1.value }
    state.fullAt = Dictionary(uniqueKeysWithValues: ordered.prefix(kept).map { ($0.key, $0.value) })
  }
}
