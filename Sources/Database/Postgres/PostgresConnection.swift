import CLibPQ
import Synchronization
import Threads

/// A connection to PostgreSQL, confined to a thread of its own.
///
/// Lent by ``PostgresPool``, it belongs to one task and its children until the closure returns. While a transaction or
/// a COPY is open, it belongs to the task that opened it. A statement of any other task throws ``PostgresError`` with
/// code `notBorrowed`.
///
/// A statement whose task is cancelled is cancelled at the server, and the call throws
/// `CancellationError`. If the server does not end the statement within two seconds, the connection is closed
/// and the call throws all the same. The connection closes when the last reference to it goes.
///
/// A statement may take as long as it needs. One that will never be answered, because the network or the server
/// has gone silent, throws ``PostgresError`` with code `connectionLost`; see
/// ``PostgresConfiguration/silenceLimit``.
public actor PostgresConnection {
  /// What it was connected with.
  public nonisolated let configuration: PostgresConfiguration
  /// The server's version as PostgreSQL numbers it: 160004 is 16.4.
  public nonisolated let serverVersion: Int
  /// The server process, as in `pg_stat_activity.pid`.
  public nonisolated let backendProcessID: Int32

  let executor: ThreadExecutor
  let canceller: StatementCanceller
  var connection: LibPQConnection?
  var statements = StatementNames()
  /// When the connection is cut if the next statement has not ended.
  private var statementLimit: Duration?
  nonisolated let availability = Lock(Availability())
  /// Tells it from all other connections of this process, also from those that are gone.
  nonisolated let number = PostgresConnection.count.wrappingAdd(1, ordering: .relaxed).newValue
  private static let count = Atomic(0)

  /// Runs this actor on the connection's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// Connects.
  ///
  /// - Throws: ``PostgresError`` with code `connectionFailed`, and with the SQLSTATE when the server
  ///   itself refused; with code `resourcesExhausted` if there is no thread left.
  public static func connect(_ configuration: PostgresConfiguration) async throws -> PostgresConnection {
    try Task.checkCancellation()
    return try await PostgresConnection(configuration)
  }

  /// Connects, lends the connection to `body` and closes it, whatever happens.
  ///
  /// - Throws: what `body` throws; else as ``connect(_:)``.
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
    // Name resolution and the handshake block, so they belong on the connection's thread too.
    let opened = try await Connector(executor: executor).connect(configuration)
    self.configuration = configuration
    canceller = try StatementCanceller(connection: opened)
    serverVersion = Int(PQserverVersion(opened.raw))
    backendProcessID = PQbackendPID(opened.raw)
    connection = opened
    SilenceWatch(opened, configuration: configuration).start(canceller)
  }

  /// Whether the connection was neither closed nor found broken.
  public var isAlive: Bool { connection?.isAlive ?? false }

  /// Whether no transaction is open.
  public var isIdle: Bool {
    guard let connection else { return false }
    return PQtransactionStatus(connection.raw) == PQTRANS_IDLE
  }

  /// Whether the connection stands and no transaction was open after its last statement: what ``isAlive`` and
  /// ``isIdle`` say, but without asking its thread.
  nonisolated var isReusable: Bool { availability.withLock { $0.isReusable } }

  func noteState() {
    let isReusable = isAlive && isIdle
    availability.withLock { $0.isReusable = isReusable }
  }

  /// Closes the connection. A second call does nothing; later statements throw.
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
    return connection
  }

  /// Runs `body` such that a cancellation of the task cancels the statement at the server.
  func cancellable<Result: Sendable>(
    file: String, line: Int, _ body: () throws -> Result
  ) async throws -> Result {
    try Task.checkCancellation()
    try beginStatement(file: file, line: line)
    return try await withTaskCancellationHandler {
      try running {
        // Cancelled between the check and the start: the handler found nothing to cancel.
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

  /// Runs `body`, which waits for the server, such that it can be ended from outside.
  func running<Result>(_ body: () throws -> Result) rethrows -> Result {
    canceller.begin(limit: statementLimit)
    defer {
      if !canceller.end() { close() }
      noteState()
    }
    return try body()
  }

  /// Runs what must happen even though the task was cancelled, but not for long.
  ///
  /// - Parameter isCancelled: whether it was; without that there is no hurry.
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
