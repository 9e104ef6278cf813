import Postgres

extension BulkContext {
  private struct Chunk: Sendable {
    let firstRow: Int
    let rowCount: Int

    var rows: Range<Int> { firstRow..<(firstRow + rowCount) }
  }

  /// The size of a part that is produced and then sent: large enough that streams overlap, small enough for the
  /// processor's cache.
  private static let batchSize = 256 << 10

  /// Loads chunks until none is left. Returns the number of rows that this call loaded.
  func loadChunks(of load: BulkLoad) async throws -> Int {
    let counter = ProgressCounter(total: try await openRows()) { completed, total in
      report(SeedProgress(activity: loading, completed: completed, total: total, unit: "rows"))
    }
    while true {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<max(1, min(load.streams, Self.maximumConnections)) {
          group.addTask { while try await loadNextChunk(of: load, counter: counter) {} }
        }
        try await group.waitForAll()
      }
      // Other processes are loading the remaining chunks. If one dies, its chunk becomes available again.
      let open = try await openRows()
      if open == 0 { return await counter.completed }
      await counter.setOthers(open: open)
      try await Task.sleep(for: Self.pollInterval)
    }
  }

  private func openRows() async throws -> Int {
    try await retry.run(onRetry: onRetry) { _ in
      try await pool.withConnection { connection in
        try await connection.queryOne(
          """
          SELECT coalesce(sum(row_count), 0)::bigint FROM seed_runner.bulk_chunk
          WHERE seeder = \(loadName) AND loaded_at IS NULL
          """
        ).decode(Int.self)
      }
    }
  }

  /// Loads one available chunk. Returns false if there is none.
  private func loadNextChunk(of load: BulkLoad, counter: ProgressCounter) async throws -> Bool {
    let loaded: Chunk? = try await retry.run(onRetry: onRetry) { _ in
      // SQL of computed columns depends on the settings of the session.
      try await pool.withTransaction(setup: [StableSettings.statement, SeedRunner.idleTimeout]) {
        connection in
        let claimed = try await connection.query(
          """
          SELECT first_row, row_count FROM seed_runner.bulk_chunk
          WHERE seeder = \(loadName) AND loaded_at IS NULL
          ORDER BY first_row LIMIT 1 FOR UPDATE SKIP LOCKED
          """)
        guard let row = claimed.first else { return nil }
        let (firstRow, rowCount) = try row.decode(Int.self, Int.self)
        let chunk = Chunk(firstRow: firstRow, rowCount: rowCount)
        try await Self.write(chunk.rows, of: load, into: load.table, on: connection)
        try await connection.query(
          """
          UPDATE seed_runner.bulk_chunk SET loaded_at = clock_timestamp()
          WHERE seeder = \(loadName) AND first_row = \(firstRow)
          """)
        return chunk
      }
    }
    guard let loaded else { return false }
    await counter.add(loaded.rowCount)
    return true
  }

  /// Writes rows into a table, which is the load's, or one with the same columns.
  static func write(
    _ rows: Range<Int>, of load: BulkLoad, into table: String, on connection: PostgresConnection
  ) async throws {
    do {
      try await writeRows(rows, of: load, into: table, on: connection)
    } catch let error as PostgresError where error.code == .serverError && !error.isTransient {
      throw load.explain(error) ?? error
    } catch let error as PostgresError where error.code == .rowCountMismatch {
      throw BulkLoadError.rejectedRow(load.table, problem: "\(error.message); a trigger discards rows")
    }
  }

  private static func writeRows(
    _ rows: Range<Int>, of load: BulkLoad, into table: String, on connection: PostgresConnection
  ) async throws {
    guard !load.computed.isEmpty else { return try await copy(rows, of: load, into: table, on: connection) }
    let columns = load.columns.map(\.quoted).joined(separator: ", ")
    let temporary = "seed_generated_rows"
    try await connection.query(
      """
      CREATE TEMPORARY TABLE \(unescaped: temporary) ON COMMIT DROP AS
      SELECT \(unescaped: columns) FROM \(unescaped: table) WITH NO DATA
      """)
    try await copy(rows, of: load, into: temporary, on: connection)
    let names = load.computed.map(\.column.quoted).joined(separator: ", ")
    let expressions = load.computed.map { "(\($0.expression))" }.joined(separator: ", ")
    let written = try await connection.queryOne(
      """
      WITH written AS (
        INSERT INTO \(unescaped: table) AS made (\(unescaped: columns), \(unescaped: names)) OVERRIDING SYSTEM VALUE
        SELECT \(unescaped: columns), \(unescaped: expressions) FROM \(unescaped: temporary) RETURNING 1)
      SELECT count(*) FROM written
      """
    ).decode(Int.self)
    // A function that returns a set makes several rows of one, or none.
    guard written == rows.count else {
      throw BulkLoadError.otherCount(table, rows: rows.count, written: written)
    }
  }

  private static func copy(
    _ rows: Range<Int>, of load: BulkLoad, into table: String, on connection: PostgresConnection
  ) async throws {
    let encode: @Sendable (Int, inout PostgresRowBuffer) throws -> Void
    switch load.encoding {
    case .binary(let binary): encode = binary
    case .text(let text):
      var row = rows.lowerBound
      var scratch: [UInt8] = []
      try await connection.copyText(into: PostgresQuery(unescaped: table), columns: load.columns) {
        guard row < rows.upperBound else { return nil }
        let first = row
        var lines: [UInt8] = []
        lines.reserveCapacity(batchSize + 4096)
        while row < rows.upperBound, lines.count < batchSize {
          try text(row, &lines, &scratch)
          row += 1
        }
        return (lines, row - first)
      }
      return
    }
    try await connection.copyIn(into: PostgresQuery(unescaped: table), columns: load.columns) { writer in
      var buffer = PostgresRowBuffer()
      for row in rows {
        try encode(row, &buffer)
        if buffer.byteCount >= batchSize {
          try await writer.write(buffer)
          buffer.removeAll()
        }
      }
      if buffer.rowCount > 0 { try await writer.write(buffer) }
    }
  }
}
