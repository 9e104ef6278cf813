/// A bounded set of connections, each lent to one task at a time.
///
/// Connections are made when they are needed and kept for the next borrower. A broken one, or one
/// that comes back with a transaction open, is closed instead.
public actor PostgresPool {
  /// What the connections are made with.
  public nonisolated let configuration: PostgresConfiguration
  /// The most connections at a time.
  public nonisolated let maximumConnections: Int
  /// How long a borrower waits for a connection to become free.
  public nonisolated let acquireTimeout: Duration

  private struct Waiter {
    let id: Int
    let continuation: CheckedContinuation<PostgresConnection?, any Error>
  }

  private var idle: [PostgresConnection] = []
  private var openCount = 0
  private var waiters: [Waiter] = []
  private var nextWaiterID = 0
  private var isClosed = false

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

  /// Lends a connection to `body`, which must not keep it.
  ///
  /// - Throws: what `body` throws; ``PostgresError`` with code `connectionFailed` if none can be
  ///   made, `poolTimeout` if none becomes free, `closed` after ``close()``.
  public nonisolated func withConnection<Result>(
    _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    let connection = try await acquire()
    do {
      let result = try await body(connection)
      await release(connection)
      return result
    } catch {
      await release(connection)
      throw error
    }
  }

  /// Lends a connection and runs `body` in a transaction on it.
  ///
  /// - Throws: as ``withConnection(_:)`` and ``PostgresConnection/withTransaction(isolation:setup:file:line:_:)``.
  public nonisolated func withTransaction<Result>(
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
    isClosed = true
    for waiter in waiters { waiter.continuation.resume(throwing: Self.closedError) }
    waiters = []
    let closing = idle
    idle = []
    openCount -= closing.count
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
  public var usage: Usage { Usage(open: openCount, idle: idle.count, waiting: waiters.count) }

  private static var closedError: PostgresError {
    PostgresError(code: .closed, message: "the pool was closed")
  }

  private func acquire() async throws -> PostgresConnection {
    try Task.checkCancellation()
    if isClosed { throw Self.closedError }
    if let connection = idle.popLast() { return connection }
    if openCount < maximumConnections {
      openCount += 1
      return try await open()
    }
    // A waiter gets a connection, or nil: a place that is counted already, to open one in.
    return if let connection = try await wait() { connection } else { try await open() }
  }

  /// Opens a connection in a place that the caller has counted.
  private func open() async throws -> PostgresConnection {
    do {
      return try await PostgresConnection.connect(configuration)
    } catch {
      openCount -= 1
      passOnPlace()
      throw error
    }
  }

  private func wait() async throws -> PostgresConnection? {
    nextWaiterID += 1
    let id = nextWaiterID
    let timeout = Task {
      try await Task.sleep(for: acquireTimeout)
      fail(
        id,
        PostgresError(
          code: .poolTimeout,
          message: "none of \(maximumConnections) connections became free within \(acquireTimeout)"))
    }
    defer { timeout.cancel() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard !Task.isCancelled else {
          continuation.resume(throwing: CancellationError())
          return
        }
        waiters.append(Waiter(id: id, continuation: continuation))
      }
    } onCancel: {
      Task { await self.fail(id, CancellationError()) }
    }
  }

  private func fail(_ id: Int, _ error: any Error) {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
    waiters.remove(at: index).continuation.resume(throwing: error)
  }

  private func release(_ connection: PostgresConnection) async {
    // Both, because a body that swallowed an error may leave a transaction open.
    guard await connection.isAlive, await connection.isIdle, !isClosed else {
      await connection.close()
      openCount -= 1
      passOnPlace()
      return
    }
    guard !waiters.isEmpty else {
      idle.append(connection)
      return
    }
    waiters.removeFirst().continuation.resume(returning: connection)
  }

  private func passOnPlace() {
    guard !waiters.isEmpty, openCount < maximumConnections else { return }
    openCount += 1
    waiters.removeFirst().continuation.resume(returning: nil)
  }
}
