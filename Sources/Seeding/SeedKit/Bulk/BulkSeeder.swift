public import Postgres

/// A seeder whose rows are too many for one transaction and one connection.
///
/// Its unit is the chunk: the rows of a chunk and the mark that it is loaded commit together, so that
/// a run which is killed loses the chunks in flight and nothing else, and several runs, on several
/// machines, share one load. The rows are owned as a whole, not one by one.
public protocol BulkSeeder: SeederProtocol {
  /// How many rows its load has when it is complete.
  var plannedRows: Int { get }

  /// Loads what is missing. Called outside a transaction; may be called again from the start after a
  /// fault that can pass.
  ///
  /// - Returns: the rows that this run inserted, and those that were there.
  /// - Throws: whatever went wrong. What was committed by then stays and is not loaded again.
  func load(in context: BulkContext) async throws -> SeedOutcome

  /// What ``load(in:)`` would do, for a plan. Reads only.
  ///
  /// - Throws: `PostgresError`.
  func pending(on connection: PostgresConnection) async throws -> SeedOutcome

  /// Removes all of its rows and what it has recorded of them, and leaves everything else.
  ///
  /// - Returns: the rows deleted.
  /// - Throws: whatever went wrong; then nothing is removed.
  func reset(in context: BulkContext) async throws -> SeedOutcome
}

extension BulkSeeder {
  /// Many transactions.
  public var work: SeedWork { .bulk(self) }

  /// How many rows of its load are in the database, as the load's own record has it.
  ///
  /// - Throws: `PostgresError`.
  public func loadedRows(on connection: PostgresConnection) async throws -> Int {
    try await connection.queryOne(
      """
      SELECT coalesce(sum(row_count), 0)::bigint FROM seed_runner.bulk_chunk
      WHERE seeder = \(id.rawValue) AND loaded_at IS NOT NULL
      """
    ).decode(Int.self)
  }
}
