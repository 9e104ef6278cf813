import Postgres

extension Migrator {
  /// Applies several migrations in one round trip, each in its own transaction with its entry in the history.
  ///
  /// The server stops at the first error. The caller then applies the rest one at a time. That path waits for locks
  /// and reports errors with their cause.
  ///
  /// - Returns: the applied migrations: all of `steps`, or those before the error.
  /// - Throws: `PostgresError` if the connection was lost; `CancellationError`.
  func applyTogether(_ steps: ArraySlice<Step>, on connection: PostgresConnection) async throws
    -> [MigrationOutcome]
  {
    let (committed, error) = try await connection.runTransactions(steps.map(script).joined())
    if error != nil, await !connection.isIdle { try await connection.query("ROLLBACK") }
    guard committed > 0 else { return [] }
    let rows = try await connection.query("SELECT set_name, version, duration_ms FROM seed_runner.migration")
    let entries = try rows.map { try $0.decode(String.self, Int.self, Double.self) }
    return steps.prefix(committed).compactMap { step in
      let entry = entries.first { $0.0 == step.set && $0.1 == step.migration.version }
      return entry.map {
        MigrationOutcome(
          set: step.set, version: step.migration.version, name: step.migration.name,
          duration: .milliseconds($0.2))
      }
    }
  }

  /// The due migrations at the beginning of `steps` that can be applied together.
  func together(_ steps: [Step], after history: [MigrationHistory.Entry]) -> ArraySlice<Step> {
    steps.prefix { $0.migration.isTransactional && !isPresent($0.migration, by: history) }
  }

  /// A transaction that applies a migration. It fails if another program is migrating or has applied it. If the
  /// lock does not exist, it fails with a division by zero.
  private func script(_ step: Step) -> String {
    let migration = step.migration
    // In a script, now() is the same in all transactions.
    let milliseconds = "1000 * extract(epoch FROM clock_timestamp())"
    let place = "set_name = \(literal(step.set)) AND version = \(migration.version)"
    return """
      BEGIN ISOLATION LEVEL READ COMMITTED;
      \(StableSettings.statement.sql);
      SELECT 1 / count(*) FROM (
        SELECT FROM seed_runner.lock WHERE name = \(literal(lock.name)) FOR UPDATE NOWAIT) AS held;
      INSERT INTO seed_runner.migration (set_name, version, name, checksum, applied_at, duration_ms)
      VALUES (\(literal(step.set)), \(migration.version), \(literal(migration.name)), '\(migration.checksum)',
        clock_timestamp(), -\(milliseconds));
      \(migration.up)
      ;
      UPDATE seed_runner.migration SET duration_ms = duration_ms + \(milliseconds) WHERE \(place);
      COMMIT;

      """
  }
}
