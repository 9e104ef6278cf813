/// Why an embedding service gave no vectors. It holds no key, and no text that was to be embedded.
public struct EmbeddingServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Whose fault it is, which decides what may help.
  public enum Kind: String, Hashable, Sendable {
    /// Nobody answers: it may work another time.
    case unreachable
    /// It asks to be left alone for a while.
    case busy
    /// It failed or took too long: by itself, or because of what was sent.
    case failed
    /// It answered with something that is no answer to the request.
    case badAnswer
    /// It refused the texts; others may be taken.
    case rejected
    /// The address, the key, the model or a file of ours: nothing helps but another setting.
    case misconfigured
  }

  /// Whose fault it is.
  public let kind: Kind
  /// What happened.
  public let message: String
  /// What to do.
  public let fix: String?
  /// How long the service asked to be left alone.
  public let retryAfter: Duration?

  /// Makes an error.
  public init(_ kind: Kind, _ message: String, fix: String? = nil, retryAfter: Duration? = nil) {
    self.kind = kind
    self.message = message
    self.fix = fix
    self.retryAfter = retryAfter
  }

  /// What happened, and what to do.
  public var description: String { fix.map { "\(message); \($0)" } ?? message }
}
