extension PostgresConnection {
  /// A transaction isolation level.
  public enum Isolation: String, Sendable {
    /// Each statement sees what was committed before it. PostgreSQL's default.
    case readCommitted = "READ COMMITTED"
    /// The whole transaction sees what was committed before its first statement.
    case repeatableRead = "REPEATABLE READ"
    /// The result is the same as if transactions ran one after another. A transaction may fail with 40001 and must
    /// then be retried.
    case serializable = "SERIALIZABLE"
  }

  /// Runs `body` in a transaction. Commits when it returns and rolls back when it throws.
  ///
  /// In an open transaction it is a savepoint: if `body` throws, only its work is rolled back. A savepoint has the
  /// isolation level of its transaction, so another one than the default is an error.
  ///
  /// Nothing is retried. Use `SET LOCAL` for settings, because session settings leak through poolers.
  ///
  /// - Parameters:
  ///   - isolation: read committed by default.
  ///   - setup: statements sent together with `BEGIN` and the first statement of `body`, in the same round trip. That
  ///     statement throws their errors.
  ///   - body: the work. Until it returns, only its task and child tasks can use the connection.
  ///   - file: the file of the caller, for errors.
  ///   - line: the line of the caller.
  /// - Throws: ``PostgresTransactionError``, which has the error of each step; `CancellationError` if the task was
  ///   canceled and the rollback succeeded; ``PostgresError`` with code `notBorrowed` if another task uses the
  ///   connection.
  public nonisolated func withTransaction<Result>(
    isolation: Isolation = .readCommitted, setup: [PostgresQuery] = [],
    file: String = #fileID, line: Int = #line, _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    try refuseIfShared()
    return try await exclusively(for: .transaction, file: file, line: line) {
      guard await isIdle else {
        guard isolation == .readCommitted else {
          throw PostgresError(
            code: .invalidValue,
            message: "a transaction is open, so the isolation level cannot be set to \(isolation.rawValue)",
            file: file, line: line)
        }
        return try await withSavepoint(setup: setup, file: file, line: line, body)
      }
      await begin(with: TransactionOpening(setup, isolation: isolation))
      return try await runAndCommit(file: file, line: line) { try await body(self) }
    }
  }

  /// Runs `body` in a transaction whose opening is sent together with its first statements.
  ///
  /// - Throws: as ``withTransaction(isolation:setup:file:line:_:)``; errors of the opening are thrown by the first
  ///   statement in `body`.
  package nonisolated func withTransaction<Result>(
    opening: TransactionOpening, file: String = #fileID, line: Int = #line,
    _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    try refuseIfShared()
    return try await exclusively(for: .transaction, file: file, line: line) {
      guard await isIdle else {
        throw PostgresError(
          code: .invalidValue, message: "a transaction is open, so none can be opened", file: file, line: line
        )
      }
      await begin(with: opening)
      return try await runAndCommit(file: file, line: line) { try await body(self) }
    }
  }

  private func begin(with opening: TransactionOpening) {
    clear()
    self.opening = opening
  }

  /// Runs `body` in the open transaction and ends it.
  private nonisolated func runAndCommit<Result>(
    file: String, line: Int, _ body: () async throws -> Result
  ) async throws -> Result {
    let result: Result
    do {
      result = try await body()
    } catch {
      let rollbackError = await rollback()
      if error is CancellationError, rollbackError == nil { throw error }
      throw PostgresTransactionError(bodyError: error, rollbackError: rollbackError)
    }
    do {
      try await commit(file: file, line: line)
    } catch {
      let isOfCommit = await isCommitSent && Self.isOfCommit(error)
      let rollbackError = await rollback()
      if error is CancellationError, rollbackError == nil { throw error }
      guard isOfCommit else {
        throw PostgresTransactionError(bodyError: error, rollbackError: rollbackError)
      }
      throw PostgresTransactionError(rollbackError: rollbackError, commitError: error)
    }
    return result
  }

  /// Whether an error is that of COMMIT, and not of a statement or a check that was sent together with it.
  private nonisolated static func isOfCommit(_ error: any Error) -> Bool {
    guard let error = error as? PostgresError else { return error is CancellationError }
    return error.code != .serverError || error.sql == nil || error.sql == "COMMIT"
  }

  private func commit(file: String, line: Int) async throws {
    if opening != nil {
      // Without any statement there is nothing to commit.
      guard !waiting.isEmpty || !closing.isEmpty else { return clear() }
      try await sendOpening(file: file, line: line)
    }
    // A check must not fail after COMMIT.
    if waiting.contains(where: { $0.check != nil }) { try await sendAhead(file: file, line: line) }
    if let refusal { throw refusal }
    isCommitSent = true
    try checkOpen(file: file, line: line)
    try await pipeline(takeClosing() + ["COMMIT"], file: file, line: line)
  }

  /// Checks that the transaction can commit. In a failed transaction COMMIT rolls back without an error, and without
  /// a transaction it does nothing.
  private func checkOpen(file: String, line: Int) throws {
    guard !isIdle else {
      throw PostgresError(
        code: .invalidValue,
        message: """
          a statement ended the transaction; COMMIT and ROLLBACK are not allowed in it, use a nested \
          withTransaction to undo a part
          """, file: file, line: line)
    }
    guard isFailed else { return }
    let cause = failure.map { ": \($0)" } ?? ""
    throw PostgresError(
      code: .serverError,
      message: """
        the transaction was rolled back because a statement in it failed and its error was caught\(cause)
        A nested withTransaction keeps the transaction usable after such an error.
        """, sqlState: .inFailedTransaction, file: file, line: line)
  }

  /// Runs `body` in a savepoint of the open transaction.
  private nonisolated func withSavepoint<Result>(
    setup: [PostgresQuery], file: String, line: Int, _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    let name = await nextSavepoint()
    do {
      try await pipeline(["SAVEPOINT \(name)"] + setup, file: file, line: line)
    } catch {
      throw PostgresTransactionError(bodyError: error)
    }
    do {
      let result = try await body(self)
      try await query("RELEASE SAVEPOINT \(name)", file: file, line: line)
      return result
    } catch {
      let isCancelled = Task.isCancelled
      let rollbackError = await Task { await self.rollback(to: name, isCancelled: isCancelled) }.value
      if error is CancellationError, rollbackError == nil { throw error }
      throw PostgresTransactionError(bodyError: error, rollbackError: rollbackError)
    }
  }

  private func nextSavepoint() -> PostgresQuery {
    savepointCount += 1
    return PostgresQuery(unescaped: "nested_\(savepointCount)")
  }

  private func rollback(to savepoint: PostgresQuery, isCancelled: Bool) async -> (any Error)? {
    do {
      waiting = []
      try await cleaningUp(isCancelled: isCancelled) {
        _ = try await pipeline(["ROLLBACK TO SAVEPOINT \(savepoint)", "RELEASE SAVEPOINT \(savepoint)"])
      }
      return nil
    } catch {
      return error
    }
  }

  /// Runs a statement together with the COMMIT of the open transaction, in the same round trip. If it fails, the
  /// transaction is rolled back.
  public func runAtCommit(_ query: PostgresQuery) { closing.append(query) }

  private func takeClosing() -> [PostgresQuery] {
    defer { closing = [] }
    return closing
  }

  private func clear() {
    (opening, waiting, closing) = (nil, [], [])
    refusal = nil
    isCommitSent = false
  }

  /// Rolls back even if the task is canceled. If that fails, closes the connection.
  private nonisolated func rollback() async -> (any Error)? {
    let isCancelled = Task.isCancelled
    return await Task { await self.rollbackNow(isCancelled: isCancelled) }.value
  }

  private func rollbackNow(isCancelled: Bool) async -> (any Error)? {
    clear()
    guard let connection, !isIdle else { return nil }
    do {
      guard connection.isAlive else {
        throw PostgresError(code: .connectionLost, message: connection.errorMessage)
      }
      try await cleaningUp(isCancelled: isCancelled) { _ = try await query("ROLLBACK") }
      return nil
    } catch {
      // The server rolls back when the connection ends. Until then it must not be used.
      close()
      return error
    }
  }
}

/// Why a transaction did not commit, with the error of each step.
///
/// A failed rollback never hides its cause.
public struct PostgresTransactionError: Error, Sendable, CustomStringConvertible {
  /// The body threw, or a statement before COMMIT failed. The work was rolled back.
  public let bodyError: (any Error)?
  /// `ROLLBACK` failed too. The server rolls back when the connection ends.
  public let rollbackError: (any Error)?
  /// `COMMIT` failed. If its response was lost, the outcome is unknown; see ``isOutcomeUnknown``.
  public let commitError: (any Error)?

  init(
    bodyError: (any Error)? = nil, rollbackError: (any Error)? = nil, commitError: (any Error)? = nil
  ) {
    self.bodyError = bodyError
    self.rollbackError = rollbackError
    self.commitError = commitError
  }

  /// The error that caused the failure: of the body or the commit, in this order.
  public var cause: any Error { bodyError ?? commitError ?? rollbackError ?? CancellationError() }

  /// Whether the connection was lost before the response to COMMIT arrived. The transaction is then either
  /// committed or not, and only the database can tell.
  public var isOutcomeUnknown: Bool {
    guard let error = commitError as? PostgresError else { return false }
    // A server that ends the connection may have committed before.
    return error.code == .connectionLost || ["FATAL", "PANIC"].contains(error.server?.severity)
  }

  /// The error of each step that failed.
  public var description: String {
    let steps = [
      ("the transaction was rolled back", bodyError),
      ("COMMIT failed", commitError), ("ROLLBACK also failed", rollbackError),
    ]
    return steps.compactMap { step, error in error.map { "\(step): \($0)" } }.joined(separator: "\n")
  }
}
