import Basics

/// An error of PostgreSQL or of the connection to it.
///
/// Never contains a password or the value of a parameter. `description` is for users; `debugDescription` adds the
/// statement, the server's context and the source location.
public struct PostgresError: Error, Sendable {
  /// The kind of error.
  public enum Code: String, Sendable {
    /// A connection could not be opened.
    case connectionFailed
    /// An open connection was lost. Whether the running statement took effect is unknown.
    case connectionLost
    /// The server rejected the statement; see ``PostgresError/server``.
    case serverError
    /// A value in the result does not have the requested type.
    case decodingFailed
    /// A connection string or an environment variable is malformed.
    case invalidConfiguration
    /// A value cannot be sent, such as an identifier that is too long or a string with a NUL.
    case invalidValue
    /// No connection of the pool became available in time.
    case poolTimeout
    /// A statement of a task that may not use the connection: it kept the connection after the closure returned, or
    /// another task has a transaction or a COPY open.
    case notBorrowed
    /// The pool or the connection was closed.
    case closed
    /// The server counted a different number of rows than were sent.
    case rowCountMismatch
    /// The system has no threads, memory or file descriptors left.
    case resourcesExhausted
  }

  /// The kind of error.
  public let code: Code
  /// The problem, in one or two lines.
  public let message: String
  /// The SQLSTATE. Also set if the server refused the connection.
  public let sqlState: SQLState?
  /// Why the connection failed, if libpq's message is known.
  public let connectionFault: ConnectionFault?
  /// The server's message; nil if the error did not come from the server.
  public let server: PostgresServerMessage?
  /// The statement, with `$1`, `$2` in place of values.
  public let sql: String?
  /// The source file of the call.
  public let file: String
  /// The line of the call.
  public let line: Int

  /// Creates an error.
  public init(
    code: Code, message: String, sqlState: SQLState? = nil, connectionFault: ConnectionFault? = nil,
    server: PostgresServerMessage? = nil, sql: String? = nil, file: String = #fileID, line: Int = #line
  ) {
    self.code = code
    self.message = message
    self.sqlState = sqlState ?? server?.sqlState
    self.connectionFault = connectionFault
    self.server = server
    self.sql = sql
    self.file = file
    self.line = line
  }

  init(server: PostgresServerMessage, sql: String?, file: String = #fileID, line: Int = #line) {
    self.init(
      code: .serverError, message: server.message, server: server, sql: sql, file: file, line: line)
  }

  /// The same error with a cause in parentheses.
  public func explained(_ text: String) -> PostgresError {
    PostgresError(
      code: code, message: "\(message) (\(text))", sqlState: sqlState, connectionFault: connectionFault,
      server: server, sql: sql, file: file, line: line)
  }

  /// Whether the error is transient, so that a retry may succeed; see ``SQLState/isTransient``.
  ///
  /// A lost connection is transient. So is a connection that failed without a SQLSTATE (refused, reset, timed out),
  /// unless the reason is known to be permanent, such as a certificate that cannot be verified. So is the lost connection
  /// of a Citus coordinator to another node.
  public var isTransient: Bool {
    if case .permanent = connectionFault { return false }
    if let sqlState { return sqlState.isTransient || isLostNode }
    return code == .connectionLost || code == .connectionFailed
  }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
  /// The condition, the message, the node of a cluster that it comes from, and the server's detail and hint.
  public var description: String {
    // What the server says may quote values with line breaks.
    var text = sqlState.map { "\($0): \(TerminalText.line(message))" } ?? message
    if let node, !message.contains(node) { text += "\nNode: \(node)" }
    if let detail = server?.detail { text += "\nDetail: \(TerminalText.line(detail))" }
    if let hint = server?.hint { text += "\nHint: \(TerminalText.line(hint))" }
    return text
  }

  /// Everything that is known.
  public var debugDescription: String {
    var text = "\(code.rawValue): \(description)"
    let fields = [
      ("Schema", server?.schemaName), ("Table", server?.tableName), ("Column", server?.columnName),
      ("Type", server?.dataTypeName), ("Constraint", server?.constraintName),
      ("Position", server?.position.map(String.init)), ("Context", server?.context),
      ("Statement", sql),
    ]
    for case (let name, let value?) in fields { text += "\n\(name): \(value)" }
    return text + "\nAt: \(file):\(line)"
  }
}
