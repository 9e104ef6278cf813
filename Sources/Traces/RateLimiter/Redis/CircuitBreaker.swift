/// Prevents an unresponsive Redis from delaying every request, and from being flooded with connections when it
/// recovers.
///
/// While Redis works, every request is admitted. After a failure none is admitted for ``retryInterval``. Then a
/// single request is: its success ends the outage, and its failure prolongs it.
struct CircuitBreaker: Sendable {
  private enum State {
    case closed
    case open(retryAt: ContinuousClock.Instant)
    case trying
  }

  /// An outage, from the first failure to the first success.
  struct Outage: Sendable, Equatable {
    let start: ContinuousClock.Instant
    /// How many requests were decided without Redis.
    var undecided = 0
  }

  let retryInterval: Duration
  private var state = State.closed
  private(set) var outage: Outage?
  /// Whether the last attempt succeeded; nil before the first.
  private(set) var isUp: Bool?

  init(retryInterval: Duration) { self.retryInterval = retryInterval }

  /// Whether a request may be sent to Redis. The caller then reports ``succeeded()`` or ``failed(now:undecided:)``.
  mutating func admits(now: ContinuousClock.Instant) -> Bool {
    switch state {
    case .closed: return true
    case .open(let retryAt) where now >= retryAt:
      state = .trying
      return true
    case .open, .trying:
      outage?.undecided += 1
      return false
    }
  }

  /// Records a success. Returns the outage that it ends, if any.
  mutating func succeeded() -> Outage? {
    state = .closed
    isUp = true
    defer { outage = nil }
    return outage
  }

  /// Records a failure. Returns whether it begins an outage.
  mutating func failed(now: ContinuousClock.Instant, undecided: Int) -> Bool {
    state = .open(retryAt: now + retryInterval)
    isUp = false
    let isFirst = outage == nil
    if isFirst { outage = Outage(start: now) }
    outage?.undecided += undecided
    return isFirst
  }
}
