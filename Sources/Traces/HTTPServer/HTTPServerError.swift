/// Why a server did not start.
///
/// ``description`` says what happened, where, and what to do next.
public struct HTTPServerError: Error, Sendable {
  /// The kind of fault.
  public enum Code: String, Sendable {
    /// A setting cannot be used.
    case invalidConfiguration
    /// Another program listens on the port.
    case addressInUse
    /// The machine has no such address.
    case addressNotAvailable
    /// The port is reserved for the superuser.
    case permissionDenied
    /// The system does not allow as many open files as there may be connections.
    case tooFewDescriptors
    /// The server was started before.
    case alreadyStarted
    /// A system call failed.
    case systemFailure
  }

  /// The kind of fault.
  public let code: Code
  /// What happened, and where.
  public let message: String
  /// What to do next.
  public let fix: String

  /// Makes an error.
  public init(_ code: Code, _ message: String, fix: String) {
    self.code = code
    self.message = message
    self.fix = fix
  }
}

extension HTTPServerError: CustomStringConvertible {
  /// What happened, where, and what to do next.
  public var description: String { "\(message)\nFix:     \(fix)" }
}
