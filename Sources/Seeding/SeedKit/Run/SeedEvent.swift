public import Migrations

/// An event of a run, for progress and debug output.
public enum SeedEvent: Sendable {
  /// A seeder is part of the plan. Sent before anything is opened.
  case loaded(SeederID, SeedPlan.Reason)
  /// Migrations are due and are about to be applied.
  case migrating
  /// The database is ready for the seeders.
  case seeding
  /// A migration was applied.
  case migrated(MigrationOutcome)
  /// A seeder starts.
  case started(SeederID)
  /// A seeder enters another phase.
  case phase(SeederID, SeedPhase)
  /// A seeder is waiting for another run of the same seeder, with the time waited so far.
  case waiting(SeederID, Duration)
  /// A transient error occurred and is retried.
  case retrying(RetryRecord)
  /// The progress of a seeder's long operation.
  case progress(SeederID, SeedProgress)
  /// A message of a seeder that is always shown.
  case note(SeederID, String)
  /// A line of a seeder's debug log.
  case debug(SeederID, String)
  /// A seeder ended.
  case finished(SeederReport)
  /// A failure could not be written to the history. It is still in the report.
  case historyNotWritten(SeederID, String)
  /// ``StartupSeeding`` entered another phase.
  case startup(StartupSeeding.Phase)
  /// ``StartupSeeding`` ended without seeding everything. Failures within a seeder are in its ``finished(_:)``.
  case startupFailed(FailureReport)
  /// The time limit of ``StartupSeeding`` has passed. It continues in the background.
  case startupGoesOn(after: Duration)
}
