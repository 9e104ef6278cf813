import Threads

/// A bounded set of connections, each lent to one task at a time.
///
/// Connections are made when they are needed and kept for the next borrower. A broken one, or one
/// that comes back with a transaction open, is closed instead.
public final class PostgresPool: Sendable {
  /// What the connections are made with.
  public let configuration: PostgresConfiguration
  /// The most connections at a time.
  public let maximumConnections: Int
  /// How long a borrower waits for a connection to become free.
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

    /// A connection, or nil for a place to open one in, which is counted; throws if the pool is closed.
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

  // A lock and no actor: a borrower who finds a connection does not wait for a thread.
  private let state = Lock(State())

  /// Makes an empty pool; no connection is opened yet.
  ///
  /// - Parameters:
  ///   - configuration: what to connect with.
  ///   - maximumConnections: at least 1.
  ///   - acquireTimeout: 60 seconds by default.
  public init(
    configuration: PostgresConfiguration, maximumConnections: Int, acquireTimeout: Duration = .seconds(60)
  ) {
    self.configuration = configuration
    self.maximumConnections = max(1, maximumConnections)
    self.acquireTimeout = acquireTimeout
  }

  /// Lends a connection to `body`: to its task and the children of that, until it returns.
  ///
  /// - Throws: what `body` throws; ``PostgresError`` with code `connectionFailed` if none can be
  ///   made, `poolTimeout` if none becomes free, `closed` after ``close()``.
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

  /// Lends a connection to `body`, which runs on the connection's thread: its statements then cost no change of
  /// threads. For short work; what computes for long would keep the connection.
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

  /// Closes what is idle at once and what is lent when it comes back. Waiting borrowers get an error.
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

  /// How the pool is used at a moment.
  public struct Usage: Sendable, Hashable {
    /// Connections that are open or being opened.
    public let open: Int
    /// Those of them that nobody has borrowed.
    public let idle: Int
    /// Borrowers that wait for one.
    public let waiting: Int
  }

  /// How the pool is used at this moment.
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

  /// Opens a connection in a place that the caller has counted.
  private func open() async throws -> PostgresConnection {
    do {
      return try await PostgresConnection.connect(configuration)
    } catch {
      giveUpPlace()
      throw error
    }
  }

  /// Waits for a connection, or for nil: a place that is counted already, to open one in.
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
        // One may have come back since the last look. A cancellation after this look finds the waiter.
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
    // Not if a body that swallowed an error left a transaction open.
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

  /// Gives a place that was counted to who waits, or back.
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
  /// Makes a pool, lends it to `body` and closes it, whatever happens.
  ///
  /// - Parameters:
  ///   - configuration: what to connect with.
  ///   - maximumConnections: at least 1.
  ///   - body: what to do; it must not keep the pool.
  /// - Throws: what `body` throws.
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
