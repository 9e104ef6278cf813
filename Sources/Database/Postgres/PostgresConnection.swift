import CLibPQ
import Synchronization
import Threads

/// A connection to PostgreSQL with its own thread.
///
/// A connection from ``PostgresPool`` belongs to one task and its children until the closure returns. While a
/// transaction or a COPY is open, it belongs to the task that opened it. Statements of other tasks throw
/// ``PostgresError`` with code `notBorrowed`.
///
/// If a task is canceled, its statement is canceled on the server and the call throws `CancellationError`. If the
/// server does not end the statement within two seconds, the connection is closed and the call throws too. The
/// connection is closed with the last reference to it.
///
/// A statement may take any time. If the network or the server has gone silent, the statement throws
/// ``PostgresError`` with code `connectionLost`; see ``PostgresConfiguration/silenceLimit``.
public actor PostgresConnection {
  /// The configuration it was opened with.
  public nonisolated let configuration: PostgresConfiguration
  /// The server's version in PostgreSQL's format: 160004 is 16.4.
  public nonisolated let serverVersion: Int
  /// The process id of the server process, as in `pg_stat_activity.pid`.
  public nonisolated let backendProcessID: Int32

  let executor: ThreadExecutor
  let canceller: StatementCanceller
  var connection: LibPQConnection?
  var statements = StatementNames()
  /// The statements to run together with the COMMIT of the open transaction.
  var closing: [PostgresQuery] = []
  /// The opening of the current transaction, until it is sent.
  var opening: TransactionOpening?
  /// The statements to send together with the next ones.
  var waiting: [WaitingStatements] = []
  /// Why the opening of the current transaction was rejected.
  var refusal: (any Error)?
  /// Whether COMMIT of the open transaction was sent, or is about to be.
  var isCommitSent = false
  /// The last error of a statement: what made the open transaction fail, if it has failed.
  var failure: PostgresError?
  /// The number of nested transactions so far, for their names.
  var savepointCount = 0
  /// The time after which the connection is cut if the next statement has not ended.
  private var statementLimit: Duration?
  nonisolated let availability = Lock(Availability())
  /// Identifies the connection among all that this process ever opened.
  nonisolated let number = PostgresConnection.count.wrappingAdd(1, ordering: .relaxed).newValue
  private static let count = Atomic(0)

  /// The executor that runs this actor on the connection's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// Connects.
  ///
  /// - Throws: ``PostgresError`` with code `connectionFailed`, with a SQLSTATE if the server refused; with code
  ///   `resourcesExhausted` if no thread can be created.
  public static func connect(_ configuration: PostgresConfiguration) async throws -> PostgresConnection {
    try Task.checkCancellation()
    return try await PostgresConnection(configuration)
  }

  /// Connects, passes the connection to `body` and closes it in any case.
  ///
  /// - Throws: the error of `body`; otherwise as ``connect(_:)``.
  @discardableResult
  public static func with<Result>(
    _ configuration: PostgresConfiguration, _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    let connection = try await connect(configuration)
    do {
      let result = try await body(connection)
      await connection.close()
      return result
    } catch {
      await connection.close()
      throw error
    }
  }

  private init(_ configuration: PostgresConfiguration) async throws {
    do {
      executor = try ThreadExecutor()
    } catch {
      throw PostgresError(
        code: .resourcesExhausted, message: "cannot create a thread for a connection: \(error)")
    }
    // Name resolution and the handshake block, so they run on the connection's thread too.
    let opened = try await Connector(executor: executor).connect(configuration)
    self.configuration = configuration
    canceller = try StatementCanceller(connection: opened)
    serverVersion = Int(PQserverVersion(opened.raw))
    backendProcessID = PQbackendPID(opened.raw)
    connection = opened
    SilenceWatch(opened, configuration: configuration).start(canceller)
  }

  /// Whether the connection is open and not known to be broken.
  public var isAlive: Bool { connection?.isAlive ?? false }

  /// Whether `'\'` is an ordinary character in SQL strings, as it is by default.
  package var hasStandardStrings: Bool {
    guard let connection, let value = PQparameterStatus(connection.raw, "standard_conforming_strings") else {
      return false
    }
    return String(cString: value) == "on"
  }

  /// Whether no transaction is open.
  public var isIdle: Bool {
    guard let connection, opening == nil else { return false }
    return PQtransactionStatus(connection.raw) == PQTRANS_IDLE
  }

  /// Whether the connection is open and no transaction was open after its last statement. Like ``isAlive`` and
  /// ``isIdle``, but without switching to its thread.
  nonisolated var isReusable: Bool { availability.withLock { $0.isReusable } }

  func noteState() {
    let isReusable = isAlive && isIdle
    availability.withLock { $0.isReusable = isReusable }
  }

  /// Closes the connection. A second call has no effect. Later statements throw.
  public func close() {
    connection = nil
    canceller.close()
    noteState()
  }

  func live(file: String, line: Int) throws -> LibPQConnection {
    guard let connection else {
      throw PostgresError(
        code: .closed,
        message: "the connection was closed; await all work inside the closure that borrowed it", file: file,
        line: line)
    }
    if let refusal { throw refusal }
    return connection
  }

  /// Runs `body`. If the task is canceled, the statement is canceled on the server.
  func cancellable<Result: Sendable>(
    file: String, line: Int, _ body: () throws -> Result
  ) async throws -> Result {
    try Task.checkCancellation()
    try beginStatement(file: file, line: line)
    return try await withTaskCancellationHandler {
      try running {
        // If the task was canceled before the statement started, the handler had nothing to cancel.
        try Task.checkCancellation()
        do {
          return try body()
        } catch let error as PostgresError {
          if Task.isCancelled, error.sqlState == .queryCanceled || canceller.cut != nil {
            throw CancellationError()
          }
          guard case .silent(let reason) = canceller.cut else { throw error }
          throw PostgresError(
            code: .connectionLost,
            message: "no response to a statement for \(configuration.silenceLimit): \(reason)",
            sql: error.sql,
            file: error.file, line: error.line)
        }
      }
    } onCancel: {
      canceller.cancel()
    }
  }

  /// Runs `body`, which waits for the server and can be ended from another thread.
  func running<Result>(_ body: () throws -> Result) rethrows -> Result {
    canceller.begin(limit: statementLimit)
    defer {
      if !canceller.end() { close() }
      noteState()
    }
    return try body()
  }

  /// Runs cleanup even if the task was canceled, but with a time limit.
  ///
  /// - Parameter isCancelled: whether it was canceled. If not, there is no limit.
  func cleaningUp<Result>(isCancelled: Bool, _ body: () async throws -> Result) async rethrows -> Result {
    statementLimit = isCancelled ? StatementCanceller.grace : nil
    defer { statementLimit = nil }
    return try await body()
  }
}

/// Opens a connection on the thread that will own it.
private actor Connector {
  private let executor: ThreadExecutor

  init(executor: ThreadExecutor) { self.executor = executor }

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  func connect(_ configuration: PostgresConfiguration) throws -> LibPQConnection {
    let connection = try LibPQConnection.connect(configuration)
    NoticeReceiver.attach(configuration.onNotice, to: connection)
    return connection
  }
}
