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
