public import FoundationEssentials
public import Migrations

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
  /// The migrations that it applied.
  public let migrations: [MigrationOutcome]
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
  /// The pause after it, in milliseconds.
  public let pauseMilliseconds: Int
}

/// What became of one seeder.
public struct SeederReport: Sendable {
  /// The outcome of a seeder.
  public enum Outcome: String, Sendable, Codable {
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
  /// How long it took, waiting for other runs included.
  public let duration: Duration
  /// Attempts that failed with what can pass.
  public let retries: [RetryRecord]
  /// Why it failed.
  public let failure: FailureReport?
  /// Why it was skipped, or found unchanged without a look at its rows.
  public let note: String?

  init(
    id: SeederID, outcome: Outcome, tables: SeedOutcome = SeedOutcome(), duration: Duration = .zero,
    retries: [RetryRecord] = [], failure: FailureReport? = nil, note: String? = nil
  ) {
    self.id = id
    self.outcome = outcome
    self.tables = tables
    self.duration = duration
    self.retries = retries
    self.failure = failure
    self.note = note
  }
}
