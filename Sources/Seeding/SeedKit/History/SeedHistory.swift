package import FoundationEssentials
package import Migrations
import Postgres

/// The record of what was seeded, kept in the seeded database.
///
/// An entry is written in the transaction of its rows, so they never disagree. A run that finds nothing to do
/// writes no entry, unless the last one is a failure.
package enum SeedHistory {
  static let setName = "seed-kit"

  /// The migrations that create the tables.
  package static func migrations() throws -> MigrationSet {
    try MigrationSet(
      name: setName,
      files: [
        ("0001_seed_history.sql", schema), ("0002_bulk_load.sql", BulkSchema.migration),
        ("0003_ownership.sql", OwnershipSchema.migration),
        ("0004_search_path.sql", OwnershipSchema.secondMigration),
        ("0005_reset_outcome.sql", resetOutcome), ("0006_key_predicate.sql", OwnershipSchema.thirdMigration),
        ("0007_comparison.sql", LastComparison.migration),
        ("0008_sql_inputs.sql", OwnershipSchema.fourthMigration),
        ("0009_generated.sql", BulkSchema.secondMigration),
      ])
  }

  // `outcome` is the outcome of a seeder; `tables` are the counts as SeedOutcome encodes them.
  private static let schema = """
    -- migrate:up
    CREATE TABLE seed_runner.history (
      attempt_id uuid PRIMARY KEY,
      run_id uuid NOT NULL,
      seeder text NOT NULL,
      environment text NOT NULL,
      outcome text NOT NULL CHECK (outcome IN ('seeded', 'unchanged', 'skipped', 'failed')),
      tables jsonb NOT NULL,
      fingerprint text,
      attempts integer NOT NULL,
      failure text,
      program_version text NOT NULL,
      started_at timestamptz NOT NULL,
      finished_at timestamptz NOT NULL
    );
    CREATE INDEX history_by_seeder ON seed_runner.history (seeder, finished_at DESC);
    CREATE TABLE seed_runner.environment (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      name text NOT NULL,
      stamped_at timestamptz NOT NULL
    );

    -- migrate:down
    DROP TABLE seed_runner.environment;
    DROP TABLE seed_runner.history;
    """

  // Older entries of resets have the outcome 'seeded' and no fingerprint.
  private static let resetOutcome = """
    -- migrate:up
    ALTER TABLE seed_runner.history DROP CONSTRAINT history_outcome_check,
      ADD CONSTRAINT history_outcome_check
        CHECK (outcome IN ('seeded', 'unchanged', 'skipped', 'failed', 'reset'));

    -- migrate:down
    UPDATE seed_runner.history SET outcome = 'seeded' WHERE outcome = 'reset';
    ALTER TABLE seed_runner.history DROP CONSTRAINT history_outcome_check,
      ADD CONSTRAINT history_outcome_check CHECK (outcome IN ('seeded', 'unchanged', 'skipped', 'failed'));
    """

  /// An entry of the history.
  package struct Entry: Sendable {
    package let attemptID: UUID
    package let runID: UUID
    package let seeder: SeederID
    package let environment: SeedEnvironment
    package let outcome: SeederReport.Outcome
    package let tables: SeedOutcome
    package let fingerprint: Fingerprint?
    package let attempts: Int
    package let failure: String?
    package let startedAt: Date
  }

  /// Writes an entry, with the current time as its end.
  static func insert(_ entry: Entry, on connection: PostgresConnection) async throws {
    try await connection.query(try insertion(of: entry))
  }

  /// Records that the rows of a seeder were deleted.
  static func insertReset(
    of seeder: SeederID, environment: SeedEnvironment, tables: SeedOutcome, startedAt: Date,
    on connection: PostgresConnection
  ) async throws {
    try await connection.query(
      try insertion(
        of: Entry(
          attemptID: UUID(), runID: UUID(), seeder: seeder, environment: environment, outcome: .seeded,
          tables: tables, fingerprint: nil, attempts: 1, failure: nil, startedAt: startedAt),
        outcome: "reset"))
  }

  /// The statement that writes an entry.
  static func insertion(of entry: Entry, outcome: String? = nil) throws -> PostgresQuery {
    let tables = PostgresJSON(String(decoding: try JSONEncoder.stable.encode(entry.tables), as: UTF8.self))
    return """
      INSERT INTO seed_runner.history (attempt_id, run_id, seeder, environment, outcome, tables,
        fingerprint, attempts, failure, program_version, started_at, finished_at, search_path)
      VALUES (\(entry.attemptID), \(entry.runID), \(entry.seeder.rawValue),
        \(entry.environment.rawValue), \(outcome ?? entry.outcome.rawValue), \(tables),
        \(entry.fingerprint?.description), \(Int32(entry.attempts)), \(entry.failure),
        \(ProgramVersion.current), \(entry.startedAt), clock_timestamp(), \(unescaped: SearchPath.current))
      """
  }

  /// Whether an attempt was committed. Asked when the answer to COMMIT was lost.
  static func contains(attempt id: UUID, on connection: PostgresConnection) async throws -> Bool {
    try await connection.queryOne(
      "SELECT EXISTS (SELECT FROM seed_runner.history WHERE attempt_id = \(id))"
    ).decode(Bool.self)
  }

  /// The fingerprints of the seeders whose last run with this search path succeeded, in one query.
  static func fingerprints(
    of seeders: [SeederID], on connection: PostgresConnection
  ) async throws -> [SeederID: Fingerprint] {
    try fingerprints(try await connection.query(lastRuns(of: seeders)))
  }

  /// The query whose rows ``fingerprints(_:)`` decodes.
  static func lastRuns(of seeders: [SeederID]) -> PostgresQuery {
    """
    SELECT DISTINCT ON (seeder) seeder, fingerprint, outcome IN ('seeded', 'unchanged')
    FROM seed_runner.history
    WHERE seeder = ANY(\(seeders.map(\.rawValue))) AND search_path = \(unescaped: SearchPath.current)
    ORDER BY seeder, finished_at DESC
    """
  }

  static func fingerprints(_ rows: PostgresRows) throws -> [SeederID: Fingerprint] {
    var result: [SeederID: Fingerprint] = [:]
    for row in rows {
      let (name, fingerprint, isSuccess) = try row.decode(String.self, String?.self, Bool.self)
      guard let id = SeederID(rawValue: name), isSuccess else { continue }
      result[id] = fingerprint.map(Fingerprint.init)
    }
    return result
  }
}
