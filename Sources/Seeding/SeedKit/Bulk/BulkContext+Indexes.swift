public import Postgres

/// Indexes that are dropped before a large load and built afterwards, which is faster than inserting each row.
extension BulkContext {
  /// An index, or a partitioned index with those of the partitions.
  private struct Index {
    /// The name, quoted.
    let name: String
    /// The statements that create it again.
    let statements: [String]
  }

  /// Drops the indexes of a table and records how to create them again, if it has fewer rows than a limit. Keeps all
  /// indexes in production, unique indexes and those of constraints, and indexes with properties that their definition
  /// does not contain.
  ///
  /// Called in the transaction that plans the load, so the record commits with the drop.
  func dropIndexes(
    of table: String, ifFewerRowsThan limit: Int, on connection: PostgresConnection
  ) async throws {
    guard environment != .production else {
      debug("kept the indexes of \(table): they are not dropped in production")
      return
    }
    let existing = try await connection.queryOne(
      "SELECT count(*) FROM (SELECT 1 FROM \(unescaped: table) LIMIT \(limit)) AS rows"
    ).decode(Int.self)
    guard existing < limit else {
      debug("kept the indexes of \(table): most of its rows stay")
      return
    }
    let indexes = try await indexes(of: table, on: connection)
    guard !indexes.isEmpty else { return }
    try await connection.query(
      """
      UPDATE seed_runner.bulk_load SET indexes = indexes || \(indexes.flatMap(\.statements))
      WHERE seeder = \(loadName)
      """)
    for index in indexes { try await connection.query("DROP INDEX \(unescaped: index.name)") }
    debug("dropped \(indexes.map(\.name).joined(separator: ", ")) until all rows are loaded")
  }

  private func indexes(of table: String, on connection: PostgresConnection) async throws -> [Index] {
    let (oid, path) = try await connection.queryOne(
      "SELECT \(table)::text::regclass::oid::bigint, current_setting('search_path')"
    ).decode(Int.self, String.self)
    // With an empty path, definitions contain the schemas of functions and operator classes.
    try await connection.query("SELECT set_config('search_path', '', true)")
    // citus: the catalog
    let rows = try await connection.query(
      """
      SELECT i.indexrelid::regclass::text, (
        -- The indexes of partitions come first. The partitioned index then takes them over.
        SELECT array_agg(statement ORDER BY part.level DESC, part.relid, position) FROM (
          SELECT relid::oid, level FROM pg_partition_tree(i.indexrelid) UNION SELECT i.indexrelid, 0
        ) AS part JOIN pg_class AS own ON own.oid = part.relid,
        LATERAL (VALUES
          (1, 'CREATE INDEX IF NOT EXISTS ' || quote_ident(own.relname) || ' ON ' || substr(
            pg_get_indexdef(own.oid),
            length('CREATE INDEX ' || quote_ident(own.relname) || ' ON ')
              + CASE own.relkind WHEN 'I' THEN length('ONLY ') ELSE 0 END + 1)),
          (2, format('COMMENT ON INDEX %s IS %L', own.oid::regclass, obj_description(own.oid, 'pg_class')))
        ) AS list (position, statement)
        WHERE position = 1 OR obj_description(own.oid, 'pg_class') IS NOT NULL)
      FROM pg_index AS i
      JOIN pg_class AS c ON c.oid = i.indexrelid
      JOIN pg_class AS t ON t.oid = i.indrelid
      WHERE i.indrelid = \(oid)::oid AND i.indisvalid AND NOT i.indisunique AND NOT i.indisclustered
        AND NOT i.indisreplident AND NOT c.relispartition AND pg_has_role(t.relowner, 'USAGE')
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
        AND NOT EXISTS (
          SELECT FROM (SELECT relid::oid FROM pg_partition_tree(i.indexrelid) UNION SELECT i.indexrelid) AS part
          JOIN pg_class AS own ON own.oid = part.relid
          WHERE own.reltablespace <> 0
            OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = own.oid AND attstattarget >= 0)
            OR EXISTS (SELECT FROM pg_depend WHERE objid = own.oid AND deptype = 'x'))
      ORDER BY i.indexrelid
      """)
    try await connection.query("SELECT set_config('search_path', \(path), true)")
    return try rows.map { row in
      let (name, statements) = try row.decode(String.self, [String].self)
      return Index(name: name, statements: statements)
    }
  }

  /// Creates the indexes that ``dropIndexes(of:ifFewerRowsThan:on:)`` dropped, inside the transaction that records the end of
  /// the load or forgets it. Writes to the table are blocked until the transaction ends.
  ///
  /// - Parameter table: the table, as SQL.
  func restoreIndexes(of table: String, on connection: PostgresConnection) async throws {
    let statements = try await connection.query(
      "SELECT unnest(indexes) FROM seed_runner.bulk_load WHERE seeder = \(loadName)"
    ).map { try $0.decode(String.self) }
    guard !statements.isEmpty else { return }
    try await buildIndexes(statements, of: table, on: connection)
    try await connection.query(
      "UPDATE seed_runner.bulk_load SET indexes = '{}' WHERE seeder = \(loadName)")
  }

  /// Runs statements that create indexes, with as much memory and as many workers as the server allows, and reports
  /// the progress. The settings apply to the transaction only. On a Citus cluster, all shards of a node are built at the
  /// same time, so they share the memory and the workers.
  ///
  /// - Parameters:
  ///   - statements: trusted text.
  ///   - table: the table, as SQL.
  ///   - connection: a connection inside a transaction.
  /// - Throws: `PostgresError`.
  public func buildIndexes(
    _ statements: [String], of table: String, on connection: PostgresConnection
  ) async throws {
    let shards = try await TableShards.read(of: table, on: connection)
    let builds = (shards.parts + shards.nodeCount - 1) / shards.nodeCount
    let (allMemory, allWorkers) = try await connection.queryOne(
      """
      SELECT greatest(pg_size_bytes(current_setting('maintenance_work_mem')),
          pg_size_bytes(current_setting('effective_cache_size')) / 8) / 1024,
        least(current_setting('max_parallel_workers')::integer, current_setting('max_worker_processes')::integer) - 1
      """
    ).decode(Int.self, Int32.self)
    let (memory, workers) = (allMemory / builds, max(0, Int(allWorkers)) / builds)
    try await connection.pipeline(
      shards.propagation + [
        // The unit of maintenance_work_mem is kB.
        PostgresQuery(unescaped: "SET LOCAL maintenance_work_mem = \(memory)"),
        PostgresQuery(unescaped: "SET LOCAL max_parallel_maintenance_workers = \(workers)"),
        // Values stored out of line (TOAST) do not count, so a table with long ones looks too small for many workers.
        "SET LOCAL min_parallel_table_scan_size = 0",
      ])
    let start = ContinuousClock.now
    try await withBuildProgress(of: shards, by: connection) {
      for statement in statements { try await connection.query(PostgresQuery(unescaped: statement)) }
    }
    let count = statements.count { $0.hasPrefix("CREATE") }
    let tenths = Int(((ContinuousClock.now - start) / .milliseconds(100)).rounded())
    note(
      """
      built \(count) \(count == 1 ? "index" : "indexes") in \(tenths / 10).\(tenths % 10) s, with \(memory >> 10) MB \
      of memory and \(workers) parallel \(workers == 1 ? "worker" : "workers")
      """)
  }

  /// Runs statements that build indexes and reports their progress, which only another connection can see.
  private func withBuildProgress(
    of shards: TableShards, by connection: PostgresConnection, _ build: () async throws -> Void
  ) async throws {
    let process = try await connection.queryOne("SELECT pg_backend_pid()").decode(Int32.self)
    report(SeedProgress(activity: "building the index", completed: 0, total: 0, unit: "blocks"))
    let watcher = Task {
      try await pool.withConnection { connection in
        while !Task.isCancelled {
          if let (completed, total, unit) = try await shards.buildProgress(by: process, on: connection) {
            report(
              SeedProgress(activity: "building the index", completed: completed, total: total, unit: unit))
          }
          try await Task.sleep(for: .milliseconds(500))
        }
      }
    }
    defer { watcher.cancel() }
    try await build()
  }
}
