extension PostgresConnection {
  /// How a transaction sees the work of others.
  public enum Isolation: String, Sendable {
    /// Each statement sees what was committed before it. PostgreSQL's own default.
    case readCommitted = "READ COMMITTED"
    /// The whole transaction sees what was committed before its first statement.
    case repeatableRead = "REPEATABLE READ"
    /// As if transactions ran one after the other; may fail with 40001 and must then be repeated.
    case serializable = "SERIALIZABLE"
  }

  /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
  ///
  /// Nothing is retried. Settings belong inside, by `SET LOCAL`; others leak through poolers.
  ///
  /// - Parameters:
  ///   - isolation: read committed by default.
  ///   - setup: statements sent together with `BEGIN`, in the same round trip.
  ///   - body: what to do. Until it returns, the connection belongs to its task and the children of that.
  /// - Throws: ``PostgresTransactionError``, which keeps the errors of the steps apart;
  ///   `CancellationError` if the task was cancelled and the rollback succeeded; ``PostgresError`` with code
  ///   `notBorrowed` if another task has the connection.
  public nonisolated func withTransaction<Result>(
    isolation: Isolation = .readCommitted, setup: [PostgresQuery] = [],
    file: String = #fileID, line: Int = #line, _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    try await exclusively(for: .transaction, file: file, line: line) {
      do {
        let begin = PostgresQuery(unescaped: "BEGIN ISOLATION LEVEL \(isolation.rawValue)")
        try await pipeline([begin] + setup, file: file, line: line)
      } catch {
        throw PostgresTransactionError(beginError: error, rollbackError: await rollback())
      }
      let result: Result
      do {
        result = try await body(self)
      } catch {
        let rollbackError = await rollback()
        if error is CancellationError, rollbackError == nil { throw error }
        throw PostgresTransactionError(bodyError: error, rollbackError: rollbackError)
      }
      do {
        // A transaction that failed inside answers COMMIT with ROLLBACK and no error.
        guard await !isFailed else {
          throw PostgresError(
            code: .serverError, message: "the transaction had failed, so it was rolled back",
            sqlState: SQLState(rawValue: "25P02"), file: file, line: line)
        }
        try await query("COMMIT", file: file, line: line)
      } catch {
        let rollbackError = await rollback()
        if error is CancellationError, rollbackError == nil { throw error }
        throw PostgresTransactionError(rollbackError: rollbackError, commitError: error)
      }
      return result
    }
  }

  /// Rolls back even when the task is cancelled, and gives the connection up when it cannot.
  private nonisolated func rollback() async -> (any Error)? {
    let isCancelled = Task.isCancelled
    return await Task { await self.rollbackNow(isCancelled: isCancelled) }.value
  }

  private func rollbackNow(isCancelled: Bool) async -> (any Error)? {
    guard let connection, !isIdle else { return nil }
    do {
      guard connection.isAlive else {
        throw PostgresError(code: .connectionLost, message: connection.errorMessage)
      }
      try await cleaningUp(isCancelled: isCancelled) { _ = try await query("ROLLBACK") }
      return nil
    } catch {
      // The server rolls back when the connection ends; nobody may use it before.
      close()
      return error
    }
  }
}
