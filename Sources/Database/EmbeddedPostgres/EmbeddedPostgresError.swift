import Basics

/// Why the embedded PostgreSQL could not be found, started, stopped or deleted.
///
/// ``description`` has the problem, the place and the fix. It never contains a password.
public struct EmbeddedPostgresError: Error, Sendable {
  /// The kind of error.
  public enum Code: String, Sendable {
    /// A setting is invalid.
    case invalidSettings
    /// No PostgreSQL with pgvector was found, or not of the required version.
    case binariesNotFound
    /// The programs exist, but the user that runs the server cannot access them.
    case binariesUnreachable
    /// There is no unprivileged user to run the server.
    case noServerUser
    /// A directory belongs to another user, is a symbolic link, or cannot be created.
    case unusableDirectory
    /// The data directory is damaged.
    case brokenCluster
    /// `initdb` failed.
    case initializationFailed
    /// The server ended while starting, or was started with other settings.
    case startFailed
    /// The server was not ready or the lock not released in time.
    case timedOut
    /// The server did not stop.
    case stopFailed
    /// No server is running.
    case notRunning
    /// A program could not be started or a system call failed.
    case systemFailure
  }

  /// The kind of error.
  public let code: Code
  /// What happened.
  public let message: String
  /// The affected file or directory.
  public let path: String?
  /// The command that failed.
  public let command: String?
  /// The last lines of output of the command or the server.
  public let output: String?
  /// How to fix it.
  public let fix: String

  /// Creates an error.
  public init(
    _ code: Code, _ message: String, path: String? = nil, command: [String]? = nil,
    output: String? = nil, fix: String
  ) {
    self.code = code
    self.message = message
    self.path = path
    self.command = command?.map(ShellWord.quoted).joined(separator: " ")
    self.output = output
    self.fix = fix
  }
}

extension EmbeddedPostgresError: CustomStringConvertible {
  /// The problem, the place, the command with its last output, and the fix.
  public var description: String {
    var lines = [message]
    if let path { lines.append("Path:    \(path)") }
    if let command { lines.append("Command: \(command)") }
    if let output, !output.isEmpty {
      lines += output.split(separator: "\n").map { "  | \($0)" }
    }
    lines.append("Fix:     \(fix)")
    return lines.joined(separator: "\n")
  }
}
