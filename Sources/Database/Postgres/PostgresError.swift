/// What went wrong between this program and PostgreSQL.
///
/// Never holds a password or a parameter's value. `description` is one paragraph for a person;
/// `debugDescription` adds the statement, the server's context and the place in the source.
public struct PostgresError: Error, Sendable {
  /// The kind of fault.
  public enum Code: String, Sendable {
    /// A connection could not be made.
    case connectionFailed
    /// A connection that stood is gone; the fate of the running statement is not known.
    case connectionLost
    /// The server refused the statement; see ``PostgresError/server``.
    case serverError
    /// A value came back that does not fit the type asked for.
    case decodingFailed
    /// A connection string or a variable is malformed.
    case invalidConfiguration
    /// A value cannot be sent: an identifier too long, a text with a NUL.
    case invalidValue
    /// No connection of the pool became free in time.
    case poolTimeout
    /// A statement of a task that has no right to the connection: it kept the connection beyond the closure that
    /// borrowed it, or another task has a transaction or a COPY open.
    case notBorrowed
    /// The pool or the connection was closed.
    case closed
    /// The server counted other rows than were sent.
    case rowCountMismatch
    /// The system has no thread or no memory left.
    case resourcesExhausted
  }

  /// The kind of fault.
  public let code: Code
  /// What happened, in one or two lines.
  public let message: String
  /// The condition's code, also for a connection that the server refused.
  public let sqlState: SQLState?
  /// Why a connection could not be made, if that is known from libpq's words.
  public let connectionFault: ConnectionFault?
  /// All that the server said, when it was the server.
  public let server: PostgresServerMessage?
  /// The statement with `$1`, `$2` in place of its values.
  public let sql: String?
  /// The source file of the call.
  public let file: String
  /// The line of the call.
  public let line: Int

  /// Makes an error.
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

  /// The same error with more about its cause.
  public func explained(_ text: String) -> PostgresError {
    PostgresError(
      code: code, message: "\(message) (\(text))", sqlState: sqlState, connectionFault: connectionFault,
      server: server, sql: sql, file: file, line: line)
  }

  /// Whether the same work may succeed when it is simply tried again; see ``SQLState/isTransient``.
  ///
  /// A connection that was lost counts as transient. So does one that could not be made for a reason that the
  /// server did not name (refused, reset, timed out), unless the reason is known to be permanent, such as a
  /// certificate that cannot be verified.
  public var isTransient: Bool {
    if case .permanent = connectionFault { return false }
    if let sqlState { return sqlState.isTransient }
    return code == .connectionLost || code == .connectionFailed
  }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
  /// The condition, the message, and the server's detail and hint.
  public var description: String {
    var text = sqlState.map { "\($0): \(message)" } ?? message
    if let detail = server?.detail { text += "\nDetail: \(detail)" }
    if let hint = server?.hint { text += "\nHint: \(hint)" }
    return text
  }

  /// All that is known.
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
