public import FoundationEssentials
public import Migrations
import Postgres

/// What a run did.
public struct SeedReport: Sendable {
  /// The run's id, the same in every entry that it left in the history.
  public let runID: UUID
  /// The environment of the run.
  public let environment: SeedEnvironment
  /// When it started.
  public let startedAt: Date
  /// How long it took, from connecting to the last seeder's end.
  public let duration: Duration
  /// How much of that went by before the first seeder could start: connecting, migrations, the stamp.
  public let preparation: Duration
  /// How often something was sent to the server and its answer waited for, all seeders included.
  public let roundTrips: Int
  /// The migrations that it applied.
  public let migrations: [MigrationOutcome]
  /// Why migrations could not be applied: the server lacks an extension.
  let missing: [MigrationError]
  /// What became of each seeder, in the order of the plan.
  public let seeders: [SeederReport]
  /// Seeders that `--all` left out because they do not name the environment or are no part of it.
  public let leftOut: [SeederID]
  /// Attempts before the first seeder, such as connecting, that failed with what can pass.
  public let retries: [RetryRecord]

  /// Whether no seeder failed or was skipped.
  public var isSuccess: Bool {
    seeders.allSatisfy { $0.outcome == .seeded || $0.outcome == .unchanged }
  }
}

/// An attempt that failed and was repeated.
public struct RetryRecord: Sendable, Codable {
  /// What was tried, such as `connect` or a seeder's id.
  public let subject: String
  /// Why it failed.
  public let cause: String
  /// The server's code, if it was the server.
  public let sqlState: String?
  /// The pause after it, in milliseconds.
  public let pauseMilliseconds: Int
  /// When it failed.
  public let at: Date

  /// An attempt that has failed just now.
  package init(subject: String, error: any Error, pause: Duration) {
    let failure = FailureReport(error)
    self.subject = subject
    cause = failure.message
    sqlState = failure.sqlState
    pauseMilliseconds = Int(pause.milliseconds)
    at = Date()
  }
}

/// What became of one seeder.
public struct SeederReport: Sendable {
  /// The outcome of a seeder.
  public enum Outcome: String, Sendable, Codable, CaseIterable {
    /// Rows were written.
    case seeded
    /// Nothing differed; nothing was written.
    case unchanged
    /// It was not started, because a seeder that it depends on failed.
    case skipped
    /// It threw; all that it wrote is undone.
    case failed
  }

  /// The seeder.
  public let id: SeederID
  /// What became of it.
  public let outcome: Outcome
  /// Its rows, table by table.
  public let tables: SeedOutcome
  /// When it was taken up, from the run's start.
  public let start: Duration
  /// How long it took from then on, waiting for other runs included.
  public let duration: Duration
  /// What it was doing when, from the run's start on, in order and without gaps: what comes before
  /// ``start`` was spent waiting for its turn.
  public let spans: [PhaseSpan]
  /// How often it sent something to the server and waited for the answer.
  public let roundTrips: Int
  /// The connections that it used: their numbers in the run, from 1.
  public let connections: [Int]
  /// The digest of all that decides what it writes; nil if its fixtures cannot be read.
  public let fingerprint: Fingerprint?
  /// Attempts that failed with what can pass.
  public let retries: [RetryRecord]
  /// Why it failed.
  public let failure: FailureReport?
  /// Why it was skipped, or found unchanged without a look at its rows.
  public let note: String?

  /// How often it was tried.
  public var attempts: Int { spans.map(\.attempt).max() ?? 0 }
  /// The rows that it met, each second of its ``duration``; nil if it met none.
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
