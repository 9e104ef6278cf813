/// What a request does; each kind has a bucket of its own.
public enum RateLimitKind: String, Sendable, CaseIterable {
  /// It looks something up.
  case read
  /// It changes something.
  case write
}
