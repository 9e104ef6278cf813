public import Postgres

/// A seeder with too many rows for one transaction and one connection.
///
/// It loads chunks. The rows of a chunk commit together with the mark that it is loaded, so a killed run loses only
/// the chunks in progress, and several processes on several machines can share a load. The rows are owned as a
/// whole, not one by one.
public protocol BulkSeeder: SeederProtocol {
  /// The number of rows when the load is complete.
  var plannedRows: Int { get }

  /// Loads the missing rows. Called outside a transaction. After a transient error it may be called again.
  ///
  /// - Returns: the number of rows that this run inserted, and of those that existed.
  /// - Throws: any error. Committed chunks stay and are not loaded again.
  func load(in context: BulkContext) async throws -> SeedOutcome

  /// What ``load(in:)`` would do, for a plan. Only reads.
  ///
  /// - Throws: `PostgresError`.
  func pending(on connection: PostgresConnection) async throws -> SeedOutcome

  /// Deletes all of its rows and their records, and nothing else.
  ///
  /// - Returns: the number of deleted rows.
  /// - Throws: any error. Nothing is deleted then.
  func reset(in context: BulkContext) async throws -> SeedOutcome
}

extension BulkSeeder {
  /// In many transactions.
  public var work: SeedWork { .bulk(self) }

  /// The number of rows in the database, according to the records of the load.
  ///
  /// - Throws: `PostgresError`.
  public func loadedRows(on connection: PostgresConnection) async throws -> Int {
    try await loadedRows(of: id.rawValue, on: connection)
  }

  /// The number of rows of one load; see ``BulkContext/loadName``.
  func loadedRows(of load: String, on connection: PostgresConnection) async throws -> Int {
    try await connection.queryOne(
      """
      SELECT coalesce(sum(row_count), 0)::bigint FROM seed_runner.bulk_chunk
      WHERE seeder = \(load) AND loaded_at IS NOT NULL
      """
    ).decode(Int.self)
  }
}
