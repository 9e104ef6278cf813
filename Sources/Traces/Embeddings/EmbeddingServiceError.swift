/// An error of an embedding service. Contains no API key and no embedded text.
public struct EmbeddingServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of error, which decides whether a retry can help.
  public enum Kind: String, Hashable, Sendable {
    /// The service cannot be reached. A retry may help.
    case unreachable
    /// The service is overloaded or a rate limit is exceeded. Retry after a pause.
    case busy
    /// The service failed or timed out, because of its own state or because of the request.
    case failed
    /// The response is not a valid response to the request.
    case badAnswer
    /// The service rejected the texts. It may accept others.
    case rejected
    /// The address, the key, the model or a local file is wrong. Only a change of the settings helps.
    case misconfigured
  }

  /// The kind of error.
  public let kind: Kind
  /// What happened.
  public let message: String
  /// How to fix it.
  public let fix: String?
  /// The pause that the service requested (`Retry-After`).
  public let retryAfter: Duration?

  /// Creates an error.
  public init(_ kind: Kind, _ message: String, fix: String? = nil, retryAfter: Duration? = nil) {
    self.kind = kind
    self.message = message
    self.fix = fix
    self.retryAfter = retryAfter
  }

  /// What happened, and how to fix it.
  public var description: String { fix.map { "\(message); \($0)" } ?? message }
}
