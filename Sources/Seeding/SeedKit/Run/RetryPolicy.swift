import Migrations
import Postgres

/// When and how often transient errors are retried.
public struct RetryPolicy: Sendable {
  /// The retry budget, counted from the first failure. 60 seconds by default, because the crash recovery of a
  /// server alone took more than 5 seconds when measured.
  public var budget: Duration
  /// The limit of the pause before the first retry, which doubles with each retry. 100 ms by default.
  public var firstDelay: Duration
  /// The longest pause. 5 seconds by default.
  public var maximumDelay: Duration

  /// Creates a policy.
  public init(
    budget: Duration = .seconds(60), firstDelay: Duration = .milliseconds(100),
    maximumDelay: Duration = .seconds(5)
  ) {
    self.budget = budget
    self.firstDelay = firstDelay
    self.maximumDelay = maximumDelay
  }

  /// Whether the error is transient, so that a retry may succeed.
  public static func isTransient(_ error: any Error) -> Bool {
    switch error {
    case let error as PostgresError: error.isTransient
    case let error as PostgresTransactionError: isTransient(error.cause)
    case let error as MigrationError: error.underlying.map(isTransient) ?? false
    default: false
    }
  }

  /// Whether another program may have inserted the same row after this one compared. A second attempt then finds
  /// the row. If the fixture itself violates the constraint, the second attempt fails too.
  private static func mayHaveLostARace(_ error: any Error) -> Bool {
    let cause = (error as? PostgresTransactionError)?.cause ?? error
    return (cause as? PostgresError)?.sqlState == .uniqueViolation
  }

  /// The pause before a retry: between half of a doubling limit and the limit. It is random so that programs that
  /// failed together do not retry together.
  func delay(beforeRetry retry: Int) -> Duration {
    let limit = min(firstDelay * (1 << min(retry - 1, 16)), maximumDelay)
    return limit * Double.random(in: 0.5...1)
  }

  /// Runs `work` and retries transient errors within the budget. A unique violation is retried once.
  ///
  /// - Parameters:
  ///   - onRetry: called with the error and the pause before each pause.
  ///   - work: receives the number of the attempt, from 1.
  /// - Throws: the error of the last attempt.
  package func run<Result>(
    onRetry: (any Error, Duration) -> Void, _ work: (Int) async throws -> Result
  ) async throws -> Result {
    var attempt = 1
    var deadline: ContinuousClock.Instant?
    while true {
      do {
        return try await work(attempt)
      } catch  where Self.isTransient(error) || (attempt == 1 && Self.mayHaveLostARace(error)) {
        let limit = deadline ?? ContinuousClock.now + budget
        deadline = limit
        let delay = delay(beforeRetry: attempt)
        guard ContinuousClock.now + delay < limit else { throw error }
        onRetry(error, delay)
        try await Task.sleep(for: delay)
        attempt += 1
      }
    }
  }
}
