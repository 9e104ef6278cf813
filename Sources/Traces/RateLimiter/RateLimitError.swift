/// Why a limiter could not be made. Never quotes a connection string or a password.
public struct RateLimitError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of fault.
  public enum Code: String, Sendable {
    /// A limit or the connection string is not usable.
    case invalidConfiguration
    /// The system has no thread left.
    case resourcesExhausted
  }

  /// The kind of fault.
  public let code: Code
  /// What happened and what is expected.
  public let message: String

  /// Makes an error.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
