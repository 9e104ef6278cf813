public import Migrations

/// Something that happens during a run, for progress and debug output.
public enum SeedEvent: Sendable {
  /// A seeder of the plan, before anything is opened.
  case loaded(SeederID, SeedPlan.Reason)
  /// Migrations are due and about to be applied.
  case migrating
  /// The database is ready for the seeders.
  case seeding
  /// A migration was applied.
  case migrated(MigrationOutcome)
  /// A seeder starts.
  case started(SeederID)
  /// A seeder does something else from now on.
  case phase(SeederID, SeedPhase)
  /// A seeder waits for another run of the same seeder, since how long.
  case waiting(SeederID, Duration)
  /// Something failed that can pass and is tried again.
  case retrying(RetryRecord)
  /// How far a seeder's long work is.
  case progress(SeederID, SeedProgress)
  /// Something that a person wants to know of a seeder in any case.
  case note(SeederID, String)
  /// A line from a seeder's own debug log.
  case debug(SeederID, String)
  /// A seeder ended.
  case finished(SeederReport)
  /// The history could not be told of a failure. The report still has it.
  case historyNotWritten(SeederID, String)
  /// ``StartupSeeding`` has come to another phase.
  case startup(StartupSeeding.Phase)
  /// ``StartupSeeding`` has ended without having seeded all that it should have. What fails within a
  /// seeder is in its ``finished(_:)``.
  case startupFailed(FailureReport)
  /// The time limit of ``StartupSeeding`` has passed; it goes on in the background.
  case startupGoesOn(after: Duration)
}
