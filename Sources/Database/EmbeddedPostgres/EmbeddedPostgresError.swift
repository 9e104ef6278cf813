/// Why the embedded PostgreSQL could not be found, started, stopped or removed.
///
/// ``description`` says what happened, where, and what to do next. It never holds a password.
public struct EmbeddedPostgresError: Error, Sendable {
  /// The kind of fault.
  public enum Code: String, Sendable {
    /// A setting cannot be used.
    case invalidSettings
    /// No PostgreSQL with pgvector was found, or not the version that is needed.
    case binariesNotFound
    /// The binaries exist, but the user that must run them cannot reach them.
    case binariesUnreachable
    /// There is no unprivileged user that could run the server.
    case noServerUser
    /// A directory belongs to somebody else, is a symbolic link, or cannot be made.
    case unusableDirectory
    /// The data directory is damaged.
    case brokenCluster
    /// `initdb` failed.
    case initializationFailed
    /// The server ended while starting, or was started otherwise than asked.
    case startFailed
    /// The server did not become ready, or the lock did not become free, in time.
    case timedOut
    /// The server did not stop.
    case stopFailed
    /// No server is running.
    case notRunning
    /// A program could not be started or a system call failed.
    case systemFailure
  }

  /// The kind of fault.
  public let code: Code
  /// What happened.
  public let message: String
  /// The file or directory that it is about.
  public let path: String?
  /// The command that failed.
  public let command: String?
  /// The last lines of what the command or the server said.
  public let output: String?
  /// What to do next.
  public let fix: String

  /// Makes an error.
  public init(
    _ code: Code, _ message: String, path: String? = nil, command: [String]? = nil,
    output: String? = nil, fix: String
  ) {
    self.code = code
    self.message = message
    self.path = path
    self.command = command?.map(Self.shellQuoted).joined(separator: " ")
    self.output = output
    self.fix = fix
  }

  /// Quoted so that a person can paste the command into a shell.
  private static func shellQuoted(_ argument: String) -> String {
    let isPlain = argument.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./=:,+@%".utf8.contains(byte)
      }
    }
    guard !isPlain || argument.isEmpty else { return argument }
    return "'" + argument.replacing("'", with: #"'\''"#) + "'"
  }
}

extension EmbeddedPostgresError: CustomStringConvertible {
  /// What happened, where, the command with its last words, and what to do next.
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
