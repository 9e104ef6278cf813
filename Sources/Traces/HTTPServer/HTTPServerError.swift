/// An error that prevents a server from starting.
///
/// ``description`` says what happened, where, and how to fix it.
public struct HTTPServerError: Error, Sendable {
  /// The kind of error.
  public enum Code: String, Sendable {
    /// An option is out of range or malformed.
    case invalidConfiguration
    /// Another program listens on the port.
    case addressInUse
    /// The machine has no such address.
    case addressNotAvailable
    /// The port is reserved for the superuser.
    case permissionDenied
    /// The system does not allow as many open files as there may be connections.
    case tooFewDescriptors
    /// The server has already been started.
    case alreadyStarted
    /// A system call failed.
    case systemFailure
  }

  /// The kind of error.
  public let code: Code
  /// What happened, and where.
  public let message: String
  /// How to fix it.
  public let fix: String

  /// Creates an error.
  public init(_ code: Code, _ message: String, fix: String) {
    self.code = code
    self.message = message
    self.fix = fix
  }
}

extension HTTPServerError: CustomStringConvertible {
  /// What happened, where, and how to fix it.
  public var description: String { "\(message)\nFix:     \(fix)" }
}
