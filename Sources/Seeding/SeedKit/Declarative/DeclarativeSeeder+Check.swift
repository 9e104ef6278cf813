package import Postgres

extension DeclarativeSeeder {
  /// Compares the definition with the tables of a database. Reads only.
  ///
  /// - Returns: what does not fit: tables, columns and unique keys that are missing.
  /// - Throws: `PostgresError`.
  package func faults(on connection: PostgresConnection) async throws -> [FixtureFault] {
    do {
      _ = try await LoadPlanner.plan(definition, on: connection)
      return []
    } catch let error as FixtureError {
      return error.faults
    }
  }
}
