public import Postgres

/// How an index build was set up.
public struct TraceIndexBuild: Hashable, Sendable {
  /// The memory that the build was given, in bytes.
  public let memory: Int
  /// The memory in which the whole graph would fit, in bytes.
  public let memoryNeeded: Int
  /// The workers beside the leader that were asked for.
  public let workers: Int

  /// Whether the graph does not fit, so that the build will be several times slower.
  public var isShortOfMemory: Bool { memory < memoryNeeded }
}

extension TraceIndex {
  /// Drops all the indexes for search by meaning.
  ///
  /// - Throws: `PostgresError`.
  public static func dropAll(on connection: PostgresConnection) async throws {
    let names = allCases.map(\.name).joined(separator: ", ")
    try await connection.query("DROP INDEX IF EXISTS \(unescaped: names)")
  }

  /// Builds the index in place of any other for search by meaning, inside the open transaction.
  ///
  /// The build gets what ``buildMemory(rowCount:)`` asks for, but never more than an eighth of what the
  /// server's administrator says that it caches (`effective_cache_size`), nor less than
  /// `maintenance_work_mem`; and as many parallel workers as the server allows at all. Both hold for the
  /// transaction only. Writers to the table wait until it ends.
  ///
  /// - Returns: what the build was given.
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
      // The unit of maintenance_work_mem is a kilobyte.
      PostgresQuery(unescaped: "SET LOCAL maintenance_work_mem = \(memory / 1024)"),
      PostgresQuery(unescaped: "SET LOCAL max_parallel_maintenance_workers = \(build.workers)"),
      // Vectors lie out of line, so the table itself looks too small for many workers.
      "SET LOCAL min_parallel_table_scan_size = 0",
      PostgresQuery(unescaped: definition),
    ])
    return build
  }

  /// The memory that a build is given, in bytes: see ``build(on:)``.
  ///
  /// - Parameters:
  ///   - maintenance: `maintenance_work_mem` in bytes.
  ///   - cache: `effective_cache_size` in bytes.
  ///   - rowCount: how many rows have a vector.
  public func memoryGiven(maintenance: Int, cache: Int, rowCount: Int) -> Int {
    max(maintenance, min(buildMemory(rowCount: rowCount), cache / 8))
  }

  /// How far the build of an index on traces is, as another connection sees it: blocks or rows done
  /// and in all; nil if none is being built.
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
