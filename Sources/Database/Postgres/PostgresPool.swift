import Threads

/// A limited number of connections, each lent to one task at a time.
///
/// Connections are opened when needed and kept for reuse. A connection that is broken or has an open transaction
/// when it is returned is closed instead.
public final class PostgresPool: Sendable {
  /// The configuration of the connections.
  public let configuration: PostgresConfiguration
  /// The maximum number of open connections.
  public let maximumConnections: Int
  /// How long to wait for a connection to become available.
  public let acquireTimeout: Duration

  private struct Waiter {
    let id: Int
    let continuation: CheckedContinuation<PostgresConnection?, any Error>
  }

  private struct State {
    var idle: [PostgresConnection] = []
    var openCount = 0
    var waiters: [Waiter] = []
    var nextWaiterID = 0
    var isClosed = false

    /// A connection, or nil for permission to open one, which is already counted. Throws if the pool is closed.
    mutating func take(of maximum: Int) throws -> Taken {
      if isClosed { throw PostgresPool.closedError }
      if let connection = idle.popLast() { return .connection(connection) }
      guard openCount < maximum else { return .nothing }
      openCount += 1
      return .place
    }
  }

  private enum Taken {
    case connection(PostgresConnection)
    case place
    case nothing
  }

  // A lock instead of an actor, so that borrowing an idle connection does not switch threads.
  private let state = Lock(State())

  /// Creates a pool. Opens no connection.
  ///
  /// - Parameters:
  ///   - configuration: the configuration of the connections.
  ///   - maximumConnections: at least 1.
  ///   - acquireTimeout: 60 seconds by default.
  public init(
    configuration: PostgresConfiguration, maximumConnections: Int, acquireTimeout: Duration = .seconds(60)
  ) {
    self.configuration = configuration
    self.maximumConnections = max(1, maximumConnections)
    self.acquireTimeout = acquireTimeout
  }

  /// Lends a connection to `body`, for its task and child tasks, until it returns.
  ///
  /// - Throws: the error of `body`; ``PostgresError`` with code `connectionFailed` if no connection can be opened,
  ///   `poolTimeout` if none becomes available, `closed` after ``close()``.
  public func withConnection<Result>(
    _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    let connection = try await acquire()
    do {
      let result = try await connection.exclusively(for: .loan, file: #fileID, line: #line) {
        try await body(connection)
      }
      await release(connection)
      return result
    } catch {
      await release(connection)
      throw error
    }
  }

  /// Lends a connection to `body`, which runs on the connection's thread, so that its statements do not switch
  /// threads. Intended for short work: long computations would block the connection.
  ///
  /// - Throws: as ``withConnection(_:)``.
  public func onConnection<Result: Sendable>(
    _ body: @Sendable (isolated PostgresConnection) async throws -> Result
  ) async throws -> Result {
    try await withConnection { try await body($0) }
  }

  /// Lends a connection and runs `body` in a transaction on it.
  ///
  /// - Throws: as ``withConnection(_:)`` and ``PostgresConnection/withTransaction(isolation:setup:file:line:_:)``.
  public func withTransaction<Result>(
    isolation: PostgresConnection.Isolation = .readCommitted, setup: [PostgresQuery] = [],
    file: String = #fileID, line: Int = #line, _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    try await withConnection { connection in
      try await connection.withTransaction(
        isolation: isolation, setup: setup, file: file, line: line, body)
    }
  }

  /// Closes idle connections now and borrowed ones when they are returned. Waiting borrowers get an error.
  public func close() async {
    let (closing, waiters) = state.withLock { state in
      defer { (state.idle, state.waiters) = ([], []) }
      state.isClosed = true
      state.openCount -= state.idle.count
      return (state.idle, state.waiters)
    }
    for waiter in waiters { waiter.continuation.resume(throwing: Self.closedError) }
    for connection in closing { await connection.close() }
  }

  /// The use of the pool at one moment.
  public struct Usage: Sendable, Hashable {
    /// Connections that are open or being opened.
    public let open: Int
    /// Open connections that are not borrowed.
    public let idle: Int
    /// Borrowers that are waiting.
    public let waiting: Int
  }

  /// The current use of the pool.
  public var usage: Usage {
    state.withLock { Usage(open: $0.openCount, idle: $0.idle.count, waiting: $0.waiters.count) }
  }

  private static var closedError: PostgresError {
    PostgresError(code: .closed, message: "the pool was closed")
  }

  private func acquire() async throws -> PostgresConnection {
    try Task.checkCancellation()
    switch try state.withLock({ try $0.take(of: maximumConnections) }) {
    case .connection(let connection): return connection
    case .place: return try await open()
    case .nothing: return if let connection = try await wait() { connection } else { try await open() }
    }
  }

  /// Opens a connection that the caller has already counted.
  private func open() async throws -> PostgresConnection {
    do {
      return try await PostgresConnection.connect(configuration)
    } catch {
      giveUpPlace()
      throw error
    }
  }

  /// Waits for a connection, or for nil: permission to open one, which is already counted.
  private func wait() async throws -> PostgresConnection? {
    let id = state.withLock { state in
      state.nextWaiterID += 1
      return state.nextWaiterID
    }
    let timeout = Task {
      try await Task.sleep(for: acquireTimeout)
      fail(
        id,
        PostgresError(
          code: .poolTimeout,
          message: "none of \(maximumConnections) connections became available within \(acquireTimeout)"))
    }
    defer { timeout.cancel() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        // A connection may have been returned since the last check. A cancellation after this check finds the
        // waiter.
        let settled: Result<PostgresConnection?, any Error>? = state.withLock { state in
          if Task.isCancelled { return .failure(CancellationError()) }
          do {
            switch try state.take(of: maximumConnections) {
            case .connection(let connection): return .success(connection)
            case .place: return .success(nil)
            case .nothing:
              state.waiters.append(Waiter(id: id, continuation: continuation))
              return nil
            }
          } catch {
            return .failure(error)
          }
        }
        if let settled { continuation.resume(with: settled) }
      }
    } onCancel: {
      fail(id, CancellationError())
    }
  }

  private func fail(_ id: Int, _ error: any Error) {
    let waiter = state.withLock { state in
      state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
    }
    waiter?.continuation.resume(throwing: error)
  }

  private func release(_ connection: PostgresConnection) async {
    // A body that ignored an error may have left a transaction open.
    let isReusable = connection.isReusable
    let (isKept, waiter): (Bool, Waiter?) = state.withLock { state in
      guard isReusable, !state.isClosed else { return (false, nil) }
      guard state.waiters.isEmpty else { return (true, state.waiters.removeFirst()) }
      state.idle.append(connection)
      return (true, nil)
    }
    waiter?.continuation.resume(returning: connection)
    guard !isKept else { return }
    await connection.close()
    giveUpPlace()
  }

  /// Passes the permission to open a connection to a waiter, or gives it up.
  private func giveUpPlace() {
    let waiter: Waiter? = state.withLock { state in
      if state.waiters.isEmpty {
        state.openCount -= 1
        return nil
      }
      return state.waiters.removeFirst()
    }
    waiter?.continuation.resume(returning: nil)
  }
}

extension PostgresPool {
  /// Creates a pool, passes it to `body` and closes it in any case.
  ///
  /// - Parameters:
  ///   - configuration: the configuration of the connections.
  ///   - maximumConnections: at least 1.
  ///   - body: the work. It must not keep the pool.
  /// - Throws: the error of `body`.
  @discardableResult
  public static func with<Result>(
    _ configuration: PostgresConfiguration, maximumConnections: Int,
    _ body: (PostgresPool) async throws -> Result
  ) async throws -> Result {
    let pool = PostgresPool(configuration: configuration, maximumConnections: maximumConnections)
    do {
      let result = try await body(pool)
      await pool.close()
      return result
    } catch {
      await pool.close()
      throw error
    }
  }
}
