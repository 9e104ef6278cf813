/// Keeps a Redis that does not answer from holding up every request, and from being overrun by
/// connections when it comes back.
///
/// While all is well everyone is admitted. After a failure nobody is, for ``retryInterval``; then a
/// single one, whose success ends the outage and whose failure prolongs it.
struct CircuitBreaker: Sendable {
  private enum State {
    case closed
    case open(retryAt: ContinuousClock.Instant)
    case trying
  }

  /// An outage, from the first failure to the first success.
  struct Outage: Sendable, Equatable {
    let start: ContinuousClock.Instant
    /// How many requests Redis did not decide.
    var undecided = 0
  }

  let retryInterval: Duration
  private var state = State.closed
  private(set) var outage: Outage?
  /// Whether the last contact succeeded; nil before the first.
  private(set) var isUp: Bool?

  init(retryInterval: Duration) { self.retryInterval = retryInterval }

  /// Whether a request may be tried; the caller then reports ``succeeded()`` or ``failed(now:undecided:)``.
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

  /// Returns the outage that this ends.
  mutating func succeeded() -> Outage? {
    state = .closed
    isUp = true
    defer { outage = nil }
    return outage
  }

  /// Returns whether this begins an outage.
  mutating func failed(now: ContinuousClock.Instant, undecided: Int) -> Bool {
    state = .open(retryAt: now + retryInterval)
    isUp = false
    let isFirst = outage == nil
    if isFirst { outage = Outage(start: now) }
    outage?.undecided += undecided
    return isFirst
  }
}
