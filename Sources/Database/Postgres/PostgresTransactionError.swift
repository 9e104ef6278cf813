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
      ("COMMIT failed", commitError), ("ROLLBACK failed as well", rollbackError),
    ]
    return steps.compactMap { step, error in error.map { "\(step): \($0)" } }.joined(separator: "\n")
  }
}
