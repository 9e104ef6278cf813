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
  ///   - file: the file of the caller, for errors.
  ///   - line: the line of the caller.
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
            code: .serverError, message: "the transaction was rolled back because a statement in it failed",
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

/// Why a transaction did not commit, with each step's error kept apart.
///
/// A failed rollback never hides what caused it.
public struct PostgresTransactionError: Error, Sendable, CustomStringConvertible {
  /// `BEGIN` failed; nothing was done.
  public let beginError: (any Error)?
  /// The body threw; all that it did is undone.
  public let bodyError: (any Error)?
  /// `ROLLBACK` failed as well; the server undoes the work when the connection ends.
  public let rollbackError: (any Error)?
  /// `COMMIT` failed. If the answer was lost, the outcome is unknown; see ``isOutcomeUnknown``.
  public let commitError: (any Error)?

  init(
    beginError: (any Error)? = nil, bodyError: (any Error)? = nil, rollbackError: (any Error)? = nil,
    commitError: (any Error)? = nil
  ) {
    self.beginError = beginError
    self.bodyError = bodyError
    self.rollbackError = rollbackError
    self.commitError = commitError
  }

  /// The error that decided: of the body, else of the commit, else of the begin.
  public var cause: any Error {
    bodyError ?? commitError ?? beginError ?? rollbackError ?? CancellationError()
  }

  /// Whether the connection was lost while the commit's answer was awaited, so that the work is
  /// either all there or not at all and only a look at the database can tell.
  public var isOutcomeUnknown: Bool {
    guard let error = commitError as? PostgresError else { return false }
    // A server that ends the connection says so, which tells nothing of the commit.
    return error.code == .connectionLost || ["FATAL", "PANIC"].contains(error.server?.severity)
  }

  /// Each error that occurred, with its step.
  public var description: String {
    let steps = [
      ("BEGIN failed", beginError), ("the transaction was rolled back", bodyError),
      ("COMMIT failed", commitError), ("ROLLBACK also failed", rollbackError),
    ]
    return steps.compactMap { step, error in error.map { "\(step): \($0)" } }.joined(separator: "\n")
  }
}
