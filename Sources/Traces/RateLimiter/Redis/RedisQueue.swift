import Threads

/// The requests that wait for Redis, between the tasks that make them and the thread that asks.
///
/// Whoever takes a ticket out resumes it: the worker with an answer, or ``watch()`` without one when
/// the worker is stuck where hiredis has no timeout (looking up a host's name).
final class RedisQueue: Sendable {
  struct Request: Sendable {
    let key: String
    let bucket: TokenBucket
  }

  typealias Answer = CheckedContinuation<RateLimitDecision?, Never>

  private struct Ticket {
    let request: Request
    let since: ContinuousClock.Instant
    let answer: Answer
  }

  private struct State {
    var tickets: [Int: Ticket] = [:]
    /// Tickets that the worker has not seen yet; some may have expired.
    var unseen: [Int] = []
    var lastID = 0
    var isDraining = false
    var isWatched = false
    var breaker: CircuitBreaker
  }

  /// What the caller of ``submit(_:answer:)`` has to start.
  struct Start {
    var drain = false
    var watch = false
  }

  private let state: Lock<State>
  private let patience: Duration
  private let onEvent: @Sendable (RedisRateLimiter.Event) -> Void

  init(
    retryInterval: Duration, patience: Duration, onEvent: @escaping @Sendable (RedisRateLimiter.Event) -> Void
  ) {
    state = Lock(State(breaker: CircuitBreaker(retryInterval: retryInterval)))
    self.patience = patience
    self.onEvent = onEvent
  }

  var isUp: Bool? { state.withLock { $0.breaker.isUp } }

  /// Takes in a request; during an outage it is answered with nil at once.
  func submit(_ request: Request, answer: Answer) -> Start {
    let now = ContinuousClock.now
    let start: Start? = state.withLock { state in
      guard state.breaker.admits(now: now) else { return nil }
      state.lastID += 1
      state.tickets[state.lastID] = Ticket(request: request, since: now, answer: answer)
      state.unseen.append(state.lastID)
      defer { (state.isDraining, state.isWatched) = (true, true) }
      return Start(drain: !state.isDraining, watch: !state.isWatched)
    }
    if start == nil { answer.resume(returning: nil) }
    return start ?? Start()
  }

  /// The next requests for the worker, which must go on asking until there are none.
  func next(maximum: Int) -> [(id: Int, request: Request)]? {
    state.withLock { state in
      let batch = state.unseen.prefix(maximum)
      guard !batch.isEmpty else {
        state.isDraining = false
        return nil
      }
      state.unseen.removeFirst(batch.count)
      return batch.compactMap { id in state.tickets[id].map { (id, $0.request) } }
    }
  }

  /// Hands out what Redis decided.
  func answer(_ decisions: [(id: Int, decision: RateLimitDecision)]) {
    let (answers, outage) = state.withLock { state in
      let answers = decisions.map { state.tickets.removeValue(forKey: $0.id)?.answer }
      return (answers, state.breaker.succeeded())
    }
    if let outage {
      onEvent(.available(after: .now - outage.start, undecided: outage.undecided))
    }
    for (answer, decision) in zip(answers, decisions) { answer?.resume(returning: decision.decision) }
  }

  /// Lets everyone go who waits: Redis does not answer.
  func fail(_ failure: RedisFailure) {
    let (tickets, isFirst) = state.withLock { state in
      let tickets = Array(state.tickets.values)
      state.tickets = [:]
      state.unseen = []
      return (tickets, state.breaker.failed(now: .now, undecided: tickets.count))
    }
    if isFirst { onEvent(.unavailable(reason: failure.message)) }
    for ticket in tickets { ticket.answer.resume(returning: nil) }
  }

  /// Runs as long as someone waits, and lets go whoever has waited too long.
  func watch() async {
    while state.withLock({ state in
      state.isWatched = !state.tickets.isEmpty
      return state.isWatched
    }) {
      // A cancelled sleep would only make this busier; nobody cancels this task.
      try? await Task.sleep(for: patience / 2)
      let isStuck = state.withLock { state in
        let now = ContinuousClock.now
        return state.tickets.values.contains { now - $0.since > patience }
      }
      if isStuck { fail(RedisFailure(message: "no answer from Redis within \(patience)")) }
    }
  }
}
