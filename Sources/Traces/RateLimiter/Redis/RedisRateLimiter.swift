import Threads

/// Keeps the buckets in Redis, so that all servers share them.
///
/// One Lua script reads the server's clock, refills the bucket and takes a token. Keys are `rl:{user}:{read|write}`
/// and expire after 120 seconds. One connection on its own thread serves all requests. Requests that arrive while a
/// reply is pending are sent together. Requires Redis 5 or newer: a single server, or a failover pair behind one
/// address. Clusters are not supported.
///
/// **When Redis does not respond** (down, slow, read-only after a failover, wrong password), requests are allowed by
/// default, so that the limiter does not cause an outage of the service. Such decisions are counted as
/// ``RateLimitCounters/failures``. Each outage is reported once when it begins and once when it ends. During an
/// outage one request per `retryInterval` retries; all others are decided at once without Redis. The first requests
/// of an outage wait for a command timeout. With the default timeouts they wait at most 200 milliseconds in any case:
/// the sum of the connect timeout and two command timeouts.
///
/// A script that is missing from the cache of Redis is sent again, and a connection that broke while idle is
/// replaced. Neither counts as an outage.
public actor RedisRateLimiter: RateLimiter {
  /// What happens to requests that Redis cannot decide.
  public enum FailurePolicy: String, Sendable, CaseIterable {
    /// They are allowed and not counted.
    case allow
    /// They are denied as undecided, with the retry interval as ``RateLimitDecision/retryAfter``.
    case deny
    /// They are decided by buckets in this process, each with the full limit.
    case inProcess
  }

  /// An event to log. Contains no password.
  public enum Event: Sendable, Equatable {
    /// An outage began.
    case unavailable(reason: String)
    /// An outage ended; `undecided` requests were decided without Redis.
    case available(after: Duration, undecided: Int)
  }

  /// What happens to requests that Redis cannot decide.
  public let failurePolicy: FailurePolicy

  private let buckets: TokenBuckets
  private let retryInterval: Duration
  /// The maximum time that a request waits in any case. Needed because hiredis has no timeout for host name lookups.
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
  /// The requests that were passed to the worker; empty again once they have waited too long.
  private var asked: [Ticket] = []
  private var isAsking = false
  private var isWatched = false

  /// Creates a limiter. The first request connects.
  ///
  /// - Parameters:
  ///   - url: `redis://[user[:password]@]host[:port][/database]` (port 6379 by default), the same with `rediss://` for
  ///     TLS, or `unix://[user:password@]/path[?db=database]`.
  ///   - password: the password, if the URL has none; nil by default.
  ///   - authorities: a PEM file of certificate authorities for TLS; nil, the default, uses the system's.
  ///   - policy: the limits; 60 reads and 20 writes a minute by default.
  ///   - onFailure: what happens to requests that Redis cannot decide; `.allow` by default.
  ///   - connectTimeout: the time limit for connecting; 100 milliseconds by default.
  ///   - commandTimeout: the time limit for a reply; 50 milliseconds by default. Redis normally responds within one
  ///     millisecond. The default leaves room for the fork that writes a snapshot.
  ///   - retryInterval: the minimum time between attempts to reach a Redis that failed; 1 second by default.
  ///   - onEvent: called when an outage begins and when it ends, on any thread; it must not block.
  /// - Throws: ``RateLimitError`` if the URL is malformed, a duration is too short, or the system cannot start a
  ///   thread.
  public init(
    url: String, password: String? = nil, authorities: String? = nil, policy: RateLimitPolicy = .standard,
    onFailure: FailurePolicy = .allow,
    connectTimeout: Duration = .milliseconds(100), commandTimeout: Duration = .milliseconds(50),
    retryInterval: Duration = .seconds(1), onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) throws {
    // Zero would disable the socket timeout.
    guard min(connectTimeout, commandTimeout, retryInterval) >= .milliseconds(1) else {
      throw RateLimitError(
        code: .invalidConfiguration,
        message: "a timeout of the rate limiter is shorter than 1 millisecond")
    }
    let address = try RedisAddress(url: url, password: password, authorities: authorities)
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

  /// The decisions since the limiter was created.
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

  /// Passes requests to the worker for as long as any are waiting.
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

  /// Fails all requests as soon as one has waited too long. Runs for as long as any are waiting.
  private func watch() async {
    while let oldest = (asked.first ?? waiting.first)?.since {
      // `try?`: this task is never cancelled.
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
        isAllowed: false, limit: request.bucket.burst, remaining: 0, retryAfter: retryInterval,
        isUndecided: true)
    case .allow, .inProcess: request.bucket.allowed(remaining: request.bucket.burst)
    }
  }
}

extension RedisRateLimiter.Event: CustomStringConvertible {
  /// A log line.
  public var description: String {
    switch self {
    case .unavailable(let reason): "Redis is unavailable for rate limits: \(reason)"
    case .available(let duration, let undecided):
      "Redis is available again after \(Self.seconds(duration)) s; requests decided without it: \(undecided)"
    }
  }

  private static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds * 10 + attoseconds / 100_000_000_000_000_000) / 10
  }
}
