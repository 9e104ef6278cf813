public import FoundationEssentials
public import Migrations
import Postgres

/// The result of a run.
public struct SeedReport: Sendable {
  /// The run's id, which all its history entries have.
  public let runID: UUID
  /// The environment of the run.
  public let environment: SeedEnvironment
  /// When it started.
  public let startedAt: Date
  /// How long it took, from connecting to the end of the last seeder.
  public let duration: Duration
  /// The time before the first seeder could start: connecting, migrations, the environment stamp.
  public let preparation: Duration
  /// The number of round trips to the server, including those of all seeders.
  public let roundTrips: Int
  /// The migrations that the run applied.
  public let migrations: [MigrationOutcome]
  /// Why migrations could not be applied, such as a missing extension.
  let missing: [MigrationError]
  /// The result of each seeder, in the order of the plan.
  public let seeders: [SeederReport]
  /// Seeders that `--all` left out because they do not name the environment or are not part of it.
  public let leftOut: [SeederID]
  /// Retries before the first seeder, such as those of connecting.
  public let retries: [RetryRecord]

  /// Whether no seeder failed or was skipped.
  public var isSuccess: Bool {
    seeders.allSatisfy { $0.outcome == .seeded || $0.outcome == .unchanged }
  }
}

/// An attempt that failed with a transient error and was retried.
public struct RetryRecord: Sendable, Codable {
  /// What was tried, such as `connect` or a seeder's id.
  public let subject: String
  /// Why it failed.
  public let cause: String
  /// The SQLSTATE, if the error came from the server.
  public let sqlState: String?
  /// The pause after it, in milliseconds.
  public let pauseMilliseconds: Int
  /// When it failed.
  public let at: Date

  /// Records an attempt that failed just now.
  package init(subject: String, error: any Error, pause: Duration) {
    let failure = FailureReport(error)
    self.subject = subject
    cause = failure.message
    sqlState = failure.sqlState
    pauseMilliseconds = Int(pause.milliseconds)
    at = Date()
  }
}

/// The result of one seeder.
public struct SeederReport: Sendable {
  /// The outcome of a seeder.
  public enum Outcome: String, Sendable, Codable, CaseIterable {
    /// Rows were written.
    case seeded
    /// No row differed, so nothing was written.
    case unchanged
    /// The seeder was not started, because a seeder that it depends on failed.
    case skipped
    /// The seeder threw. Everything it wrote is rolled back.
    case failed
  }

  /// The seeder.
  public let id: SeederID
  /// The outcome.
  public let outcome: Outcome
  /// The row counts of each table.
  public let tables: SeedOutcome
  /// When the seeder started, from the run's start.
  public let start: Duration
  /// How long it took, including waiting for other runs.
  public let duration: Duration
  /// The phases of the seeder from the run's start, in order and without gaps. Before ``start`` it was queued.
  public let spans: [PhaseSpan]
  /// The number of round trips to the server.
  public let roundTrips: Int
  /// The connections that it used, by their numbers in the run, from 1.
  public let connections: [Int]
  /// The digest of everything that decides what the seeder writes; nil if its fixtures cannot be read.
  public let fingerprint: Fingerprint?
  /// Attempts that failed with a transient error.
  public let retries: [RetryRecord]
  /// Why it failed.
  public let failure: FailureReport?
  /// Why it was skipped, or counted as unchanged without comparing rows.
  public let note: String?

  /// The number of attempts.
  public var attempts: Int { spans.map(\.attempt).max() ?? 0 }
  /// Rows written and compared per second of ``duration``; nil if there were none.
  public var rowsPerSecond: Double? {
    let counts = tables.total
    let rows = counts.written + counts.unchanged + counts.drifted
    return rows > 0 && duration > .zero ? Double(rows) / (duration / .seconds(1)) : nil
  }

  package init(
    id: SeederID, outcome: Outcome, tables: SeedOutcome = SeedOutcome(), fingerprint: Fingerprint? = nil,
    start: Duration = .zero, duration: Duration = .zero, spans: [PhaseSpan] = [], roundTrips: Int = 0,
    connections: [Int] = [], retries: [RetryRecord] = [], failure: FailureReport? = nil, note: String? = nil
  ) {
    self.id = id
    self.outcome = outcome
    self.tables = tables
    self.fingerprint = fingerprint
    self.start = start
    self.duration = duration
    self.spans = spans
    self.roundTrips = roundTrips
    self.connections = connections
    self.retries = retries
    self.failure = failure
    self.note = note
  }
}
