package import Postgres

extension DeclarativeSeeder {
  /// Compares the definition with the tables of a database. Only reads.
  ///
  /// - Returns: the faults, such as missing tables, columns or unique keys.
  /// - Throws: `PostgresError`.
  package func faults(on connection: PostgresConnection) async throws -> [FixtureFault] {
    do {
      _ = try await LoadPlanner.plan(definition, in: folder, on: connection)
      return []
    } catch let error as FixtureError {
      return error.faults
    }
  }
}
