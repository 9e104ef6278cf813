/// Keeps the buckets in Redis, so that all servers share them.
///
/// One Lua script reads the server's clock, refills and takes; keys are `rl:{user}:{read|write}` and
/// live for 120 seconds. One connection on a thread of its own serves all requests: what arrives while
/// an answer is awaited goes out together. Redis 5 or newer, a single one or a failover behind one
/// address; not a cluster.
///
/// **When Redis does not answer** (down, slow, read-only after a failover, wrong password), requests
/// are allowed by default: a limiter protects the service and must not become the reason that it is
/// down. Such decisions are counted as ``RateLimitCounters/failures``, and each outage is reported once
/// when it begins and once when it ends. During an outage nobody waits: one request after every
/// `retryInterval` tries again, all others are answered at once. The first to notice wait for a command
/// timeout, and 300 milliseconds at most with the default timeouts, whatever is stuck: one and a half
/// times the sum of the connect timeout and two command timeouts.
///
/// A script that Redis has forgotten is sent again, and a connection that broke while it was idle is
/// replaced; neither counts as an outage.
public final class RedisRateLimiter: RateLimiter {
  /// What happens to requests that Redis does not decide.
  public enum FailurePolicy: String, Sendable, CaseIterable {
    /// They are allowed, and nothing is counted against the user.
    case allow
    /// They are denied, with the retry interval to wait.
    case deny
    /// They are decided by buckets in this process, each with the full limit.
    case inProcess
  }

  /// Something to log. No password is in it.
  public enum Event: Sendable, Equatable {
    /// An outage began.
    case unavailable(reason: String)
    /// An outage ended; that many requests were not decided by Redis.
    case available(after: Duration, undecided: Int)
  }

  /// What happens to requests that Redis does not decide.
  public let failurePolicy: FailurePolicy

  private let buckets: TokenBuckets
  private let retryInterval: Duration
  private let spare: InProcessRateLimiter?
  private let worker: RedisWorker
  private let queue: RedisQueue
  private let counter = DecisionCounter()

  /// Makes a limiter; the first request connects.
  ///
  /// - Parameters:
  ///   - url: `redis://[user[:password]@]host[:port][/database]` (port 6379 by default) or
  ///     `unix://[user:password@]/path[?db=database]`.
  ///   - policy: the limits; 60 reads and 20 writes a minute by default.
  ///   - onFailure: what happens to requests that Redis does not decide; `.allow` by default.
  ///   - connectTimeout: 100 milliseconds by default.
  ///   - commandTimeout: how long an answer may take; 50 milliseconds by default. Redis answers within
  ///     one; this leaves room for a fork of its that writes a snapshot.
  ///   - retryInterval: how often a Redis that failed is tried again, at most; 1 second by default.
  ///   - onEvent: called when an outage begins and when it ends, on any thread; it must not block.
  /// - Throws: ``RateLimitError``, if the URL is malformed, a duration is not positive or there is no
  ///   thread left.
  public init(
    url: String, policy: RateLimitPolicy = .standard, onFailure: FailurePolicy = .allow,
    connectTimeout: Duration = .milliseconds(100), commandTimeout: Duration = .milliseconds(50),
    retryInterval: Duration = .seconds(1), onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) throws {
    // Zero would mean "without limit" to the socket.
    guard min(connectTimeout, commandTimeout, retryInterval) >= .milliseconds(1) else {
      throw RateLimitError(
        code: .invalidConfiguration,
        message: "a timeout of the rate limiter is shorter than the least, 1 millisecond")
    }
    let address = try RedisAddress(url: url)
    failurePolicy = onFailure
    buckets = TokenBuckets(policy)
    self.retryInterval = retryInterval
    spare = onFailure == .inProcess ? InProcessRateLimiter(policy: policy) : nil
    worker = try RedisWorker(address, connectTimeout: connectTimeout, commandTimeout: commandTimeout)
    queue = RedisQueue(
      retryInterval: retryInterval, patience: connectTimeout + commandTimeout * 2, onEvent: onEvent)
  }

  /// Takes a token.
  public func take(user: String, kind: RateLimitKind) async -> RateLimitDecision {
    let request = RedisQueue.Request(key: BucketKey.name(user: user, kind: kind), bucket: buckets[kind])
    let answer = await withCheckedContinuation { answer in
      let start = queue.submit(request, answer: answer)
      if start.drain { Task { [worker, queue] in await worker.drain(queue) } }
      if start.watch { Task { [queue] in await queue.watch() } }
    }
    let decision = answer ?? decideAlone(request)
    counter.count(decision, kind, isFailure: answer == nil)
    return decision
  }

  /// What was decided since the limiter was made.
  public var counters: RateLimitCounters { counter.snapshot(isRedisUp: queue.isUp) }

  private func decideAlone(_ request: RedisQueue.Request) -> RateLimitDecision {
    if let spare { return spare.decide(key: request.key, bucket: request.bucket) }
    return switch failurePolicy {
    case .deny:
      RateLimitDecision(
        isAllowed: false, limit: request.bucket.burst, remaining: 0, retryAfter: retryInterval)
    case .allow, .inProcess: request.bucket.allowed(remaining: request.bucket.burst)
    }
  }
}

extension RedisRateLimiter.Event: CustomStringConvertible {
  /// A line for the log.
  public var description: String {
    switch self {
    case .unavailable(let reason): "rate limits are decided without Redis: \(reason)"
    case .available(let duration, let undecided):
      "Redis decides rate limits again after \(duration); it missed \(undecided) requests"
    }
  }
}
