import Migrations
import Postgres

/// When and how often work is tried again.
public struct RetryPolicy: Sendable {
  /// How long attempts may go on after the first failure. 60 seconds by default: the crash recovery
  /// of a server alone took more than five when it was measured.
  public var budget: Duration
  /// The longest pause before the first retry; it doubles from one to the next. 100 ms by default.
  public var firstDelay: Duration
  /// The longest pause of all. 5 seconds by default.
  public var maximumDelay: Duration

  /// Makes a policy.
  public init(
    budget: Duration = .seconds(60), firstDelay: Duration = .milliseconds(100),
    maximumDelay: Duration = .seconds(5)
  ) {
    self.budget = budget
    self.firstDelay = firstDelay
    self.maximumDelay = maximumDelay
  }

  /// Whether the same work may succeed when it is simply tried again.
  public static func isTransient(_ error: any Error) -> Bool {
    switch error {
    case let error as PostgresError: error.isTransient
    case let error as PostgresTransactionError: isTransient(error.cause)
    case let error as MigrationError: error.underlying.map(isTransient) ?? false
    default: false
    }
  }

  /// Whether another program may have inserted the same row since this one compared, so that a second look
  /// finds it there. A fixture that is at odds with a unique key fails again.
  private static func mayHaveLostARace(_ error: any Error) -> Bool {
    let cause = (error as? PostgresTransactionError)?.cause ?? error
    return (cause as? PostgresError)?.sqlState == .uniqueViolation
  }

  /// The pause before a retry: a random share of a limit that doubles, so that many programs that
  /// failed together do not come back together.
  func delay(beforeRetry retry: Int) -> Duration {
    let limit = min(firstDelay * (1 << min(retry - 1, 16)), maximumDelay)
    return limit * Double.random(in: 0.5...1)
  }

  /// Does `work`, again and again while it fails with what can pass and the budget lasts; after a conflict
  /// with a unique key once more.
  ///
  /// - Parameters:
  ///   - onRetry: called before each pause with the error and the pause.
  ///   - work: receives the number of the attempt, from 1.
  /// - Throws: the last error.
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
