package import Postgres

extension Migrator {
  /// Applies due migrations in a transaction that the caller rolls back. Writes no history.
  ///
  /// - Returns: what a run would apply, in order, and the sets that it could not complete.
  /// - Throws: ``MigrationError``; `PostgresError`.
  package func rehearse(
    on connection: PostgresConnection
  ) async throws -> (names: [String], missing: [Unavailable]) {
    let found = try await MigrationHistory.read(on: connection)
    let history = found ?? []
    let due = try due(history, to: .max)
    // A database without a history has no such schema.
    if found == nil, !due.isEmpty { try await connection.query("CREATE SCHEMA IF NOT EXISTS seed_runner") }
    var names: [String] = []
    var missing: [Unavailable] = []
    for step in due where !missing.contains(where: { $0.set == step.set }) {
      do {
        try await explained(step, on: connection) {
          try await connection.query("SAVEPOINT rehearsal")
          do {
            let found = try await connection.pipeline(step.migration.presence)
            if !isPresent(step.migration, by: history), !step.migration.isPresent(found[...]) {
              try await connection.runScript(step.migration.up)
            }
            try await connection.query("RELEASE SAVEPOINT rehearsal")
          } catch let error as PostgresError where error.server != nil {
            try await connection.query("ROLLBACK TO SAVEPOINT rehearsal")
            throw error
          }
        }
        names.append("\(step.set) \(step.migration.version) \(step.migration.name)")
      } catch let error as MigrationError where error.isExtensionMissing {
        missing.append((step.set, error))
      }
    }
    return (names, missing)
  }
}
