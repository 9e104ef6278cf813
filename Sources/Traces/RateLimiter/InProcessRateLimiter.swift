import Threads

/// Keeps the buckets in this process: for one server, for development, and as the spare of
/// ``RedisRateLimiter``.
///
/// Memory is bounded: a bucket that is full again is dropped, and beyond ``maximumBuckets`` those
/// nearest to being full go first, at a cost to the limit of a few users and to nobody's service.
public final class InProcessRateLimiter: RateLimiter {
  /// The most buckets that are kept.
  public let maximumBuckets: Int

  private struct State {
    /// When each bucket is full again, in microseconds since `start`.
    var fullAt: [String: Int64] = [:]
    var nextSweep: Int64 = 0
  }

  /// A full minute fills any bucket.
  private static let sweepInterval: Int64 = 60_000_000

  private let buckets: TokenBuckets
  private let clock: @Sendable () -> ContinuousClock.Instant
  private let start: ContinuousClock.Instant
  private let state = Lock(State())
  private let counter = DecisionCounter()

  /// Makes a limiter with full buckets.
  ///
  /// - Parameters:
  ///   - policy: the limits.
  ///   - maximumBuckets: how many buckets are kept; 100,000 by default, which is some 15 MB. At least 1.
  ///   - clock: what time it is; a clock that never goes back by default.
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

  /// What was decided since the limiter was made.
  public var counters: RateLimitCounters { counter.snapshot() }

  /// How many buckets are kept at the moment.
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

  /// Makes room for a tenth at once, so that the sorting is paid for by many requests.
  private func makeRoom(_ state: inout State, now: Int64) {
    sweep(&state, now: now)
    let kept = maximumBuckets - max(1, maximumBuckets / 10)
    guard state.fullAt.count > kept else { return }
    let ordered = state.fullAt.sorted { $0.value > $1.value }
    state.fullAt = Dictionary(uniqueKeysWithValues: ordered.prefix(kept).map { ($0.key, $0.value) })
  }
}
