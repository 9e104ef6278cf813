public import Postgres

/// The resources of an index build.
public struct TraceIndexBuild: Hashable, Sendable {
  /// The memory for the build, in bytes.
  public let memory: Int
  /// The memory that would hold the whole graph, in bytes.
  public let memoryNeeded: Int
  /// The number of requested parallel workers, in addition to the leader.
  public let workers: Int

  /// Whether the graph does not fit into memory, which makes the build several times slower.
  public var isShortOfMemory: Bool { memory < memoryNeeded }
}

extension TraceIndex {
  /// Drops all vector indexes.
  ///
  /// - Throws: `PostgresError`.
  public static func dropAll(on connection: PostgresConnection) async throws {
    let names = allCases.map(\.name).joined(separator: ", ")
    try await connection.query("DROP INDEX IF EXISTS \(unescaped: names)")
  }

  /// Builds the index within the open transaction. It replaces any other vector index.
  ///
  /// `maintenance_work_mem` is raised to ``buildMemory(rowCount:)``, but to at most an eighth of
  /// `effective_cache_size`. It is never lowered. The build uses as many parallel workers as the server allows. Both
  /// settings apply to the transaction only. Writes to the table are blocked until the transaction ends.
  ///
  /// - Returns: the resources of the build.
  /// - Throws: `PostgresError`.
  public func build(on connection: PostgresConnection) async throws -> TraceIndexBuild {
    let (rowCount, maintenance, cache, workers) = try await connection.queryOne(
      """
      SELECT (SELECT count(*) FROM traces WHERE embedding IS NOT NULL),
        pg_size_bytes(current_setting('maintenance_work_mem')),
        pg_size_bytes(current_setting('effective_cache_size')),
        least(current_setting('max_parallel_workers')::integer, current_setting('max_worker_processes')::integer)
      """
    ).decode(Int.self, Int.self, Int.self, Int32.self)
    let needed = buildMemory(rowCount: rowCount)
    let memory = memoryGiven(maintenance: maintenance, cache: cache, rowCount: rowCount)
    let build = TraceIndexBuild(
      memory: memory, memoryNeeded: needed, workers: Int(max(0, workers - 1)))
    try await Self.dropAll(on: connection)
    try await connection.pipeline([
      // The unit of maintenance_work_mem is kB.
      PostgresQuery(unescaped: "SET LOCAL maintenance_work_mem = \(memory / 1024)"),
      PostgresQuery(unescaped: "SET LOCAL max_parallel_maintenance_workers = \(build.workers)"),
      // Vectors are stored out of line (TOAST), so the table looks too small for many workers.
      "SET LOCAL min_parallel_table_scan_size = 0",
      PostgresQuery(unescaped: definition),
    ])
    return build
  }

  /// The memory that a build gets, in bytes: see ``build(on:)``.
  ///
  /// - Parameters:
  ///   - maintenance: `maintenance_work_mem` in bytes.
  ///   - cache: `effective_cache_size` in bytes.
  ///   - rowCount: the number of rows with a vector.
  public func memoryGiven(maintenance: Int, cache: Int, rowCount: Int) -> Int {
    max(maintenance, min(buildMemory(rowCount: rowCount), cache / 8))
  }

  /// The progress of an index build on traces, as seen from another connection: the completed and total blocks or
  /// rows; nil if no build is running.
  ///
  /// - Throws: `PostgresError`.
  public static func buildProgress(
    on connection: PostgresConnection
  ) async throws -> (completed: Int, total: Int, unit: String)? {
    let rows = try await connection.query(
      """
      SELECT blocks_done, blocks_total, tuples_done, tuples_total FROM pg_stat_progress_create_index
      WHERE datname = current_database() AND relid = to_regclass('traces')
      """)
    guard let row = rows.first else { return nil }
    let (blocks, allBlocks, tuples, allTuples) = try row.decode(Int.self, Int.self, Int.self, Int.self)
    return allTuples > 0 ? (tuples, allTuples, "rows") : (blocks, allBlocks, "blocks")
  }
}
