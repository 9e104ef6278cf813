import Threads

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
/// timeout, and 200 milliseconds at most with the default timeouts, whatever is stuck: the sum of the
/// connect timeout and two command timeouts.
///
/// A script that Redis has forgotten is sent again, and a connection that broke while it was idle is
/// replaced; neither counts as an outage.
public actor RedisRateLimiter: RateLimiter {
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
  /// How long a request may wait, whatever is stuck: hiredis has no timeout for looking up a host's name.
  private let patience: Duration
  private let spare: InProcessRateLimiter?
  private let onEvent: @Sendable (Event) -> Void
  private let counter = DecisionCounter()
  private let isUp = Lock<Bool?>(nil)
  let worker: RedisWorker

  private struct Ticket {
    let request: RedisWorker.Request
    let since: ContinuousClock.Instant
    let answer: CheckedContinuation<RateLimitDecision?, Never>
  }

  private var breaker: CircuitBreaker
  /// The requests that arrived while the worker was busy.
  private var waiting: [Ticket] = []
  /// The requests that the worker has; empty again if they have waited too long.
  private var asked: [Ticket] = []
  private var isAsking = false
  private var isWatched = false

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
        message: "a timeout of the rate limiter is shorter than 1 millisecond")
    }
    let address = try RedisAddress(url: url)
    failurePolicy = onFailure
    buckets = TokenBuckets(policy)
    self.retryInterval = retryInterval
    spare = onFailure == .inProcess ? InProcessRateLimiter(policy: policy) : nil
    worker = try RedisWorker(address, connectTimeout: connectTimeout, commandTimeout: commandTimeout)
    breaker = CircuitBreaker(retryInterval: retryInterval)
    patience = connectTimeout + commandTimeout * 2
    self.onEvent = onEvent
  }

  /// Takes a token.
  public func take(user: String, kind: RateLimitKind) async -> RateLimitDecision {
    let request = RedisWorker.Request(key: BucketKey.name(user: user, kind: kind), bucket: buckets[kind])
    let answer = breaker.admits(now: .now) ? await submit(request) : nil
    let decision = answer ?? decideAlone(request)
    counter.count(decision, kind, isFailure: answer == nil)
    return decision
  }

  /// What was decided since the limiter was made.
  public nonisolated var counters: RateLimitCounters {
    counter.snapshot(isRedisUp: isUp.withLock { $0 })
  }

  private func submit(_ request: RedisWorker.Request) async -> RateLimitDecision? {
    await withCheckedContinuation { answer in
      waiting.append(Ticket(request: request, since: .now, answer: answer))
      if !isAsking { Task { await ask() } }
      if !isWatched { Task { await watch() } }
      (isAsking, isWatched) = (true, true)
    }
  }

  /// Asks the worker as long as anyone waits.
  private func ask() async {
    while !waiting.isEmpty {
      asked = Array(waiting.prefix(RedisWorker.longestBatch))
      waiting.removeFirst(asked.count)
      do {
        let decisions = try await worker.decide(asked.map(\.request))
        let answered = asked
        asked = []
        isUp.withLock { $0 = true }
        if let outage = breaker.succeeded() {
          onEvent(.available(after: .now - outage.start, undecided: outage.undecided))
        }
        for (ticket, decision) in zip(answered, decisions) { ticket.answer.resume(returning: decision) }
      } catch {
        fail(error)
      }
    }
    isAsking = false
  }

  /// Lets everyone go as soon as one has waited too long. Runs as long as anyone waits.
  private func watch() async {
    while let oldest = (asked.first ?? waiting.first)?.since {
      // Nobody cancels this task.
      try? await Task.sleep(until: oldest + patience, clock: .continuous)
      if let first = asked.first ?? waiting.first, first.since == oldest {
        fail(RedisFailure(message: "no response from Redis within \(patience)"))
      }
    }
    isWatched = false
  }

  private func fail(_ failure: RedisFailure) {
    let tickets = asked + waiting
    (asked, waiting) = ([], [])
    isUp.withLock { $0 = false }
    if breaker.failed(now: .now, undecided: tickets.count) {
      onEvent(.unavailable(reason: failure.message))
    }
    for ticket in tickets { ticket.answer.resume(returning: nil) }
  }

  private func decideAlone(_ request: RedisWorker.Request) -> RateLimitDecision {
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
    case .unavailable(let reason): "Redis is unavailable for rate limits: \(reason)"
    case .available(let duration, let undecided):
      "Redis is available again after \(duration); requests decided without it: \(undecided)"
    }
  }
}
