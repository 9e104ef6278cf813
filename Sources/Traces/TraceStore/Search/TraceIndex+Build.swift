public import Postgres

extension TraceIndex {
  /// Drops all vector indexes.
  ///
  /// - Throws: `PostgresError`.
  public static func dropAll(on connection: PostgresConnection) async throws {
    // One statement for each, because Citus drops only one distributed index at a time.
    try await connection.pipeline(allCases.map { "DROP INDEX IF EXISTS \(unescaped: $0.name)" })
  }

  /// The memory that a build gets, in bytes: `maintenance_work_mem`, or an eighth of `effective_cache_size` if that is
  /// more and the build needs it.
  ///
  /// - Parameters:
  ///   - maintenance: `maintenance_work_mem` in bytes.
  ///   - cache: `effective_cache_size` in bytes.
  ///   - rowCount: the number of rows with a vector.
  public func memoryGiven(maintenance: Int, cache: Int, rowCount: Int) -> Int {
    max(maintenance, min(buildMemory(rowCount: rowCount), cache / 8))
  }
}
