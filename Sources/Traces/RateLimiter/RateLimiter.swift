/// Decides how often a user may ask.
///
/// Each user has one token bucket for reading and one for writing. A bucket holds as many tokens as
/// the limit per minute, refills continuously, and every request takes one.
public protocol RateLimiter: Sendable {
  /// Takes a token.
  ///
  /// Never fails and never waits for long: what happens when no decision can be made is the
  /// limiter's own choice.
  ///
  /// - Parameters:
  ///   - user: who asks; any text. What is not a short plain identifier is hashed.
  ///   - kind: what is asked for.
  func take(user: String, kind: RateLimitKind) async -> RateLimitDecision

  /// What was decided since the limiter was made.
  var counters: RateLimitCounters { get }
}
