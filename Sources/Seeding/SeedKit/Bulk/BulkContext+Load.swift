import Migrations
public import Postgres

extension BulkContext {
  /// Loads the missing rows of a load, together with other processes, and finishes it.
  ///
  /// If there is nothing to do, it costs one query. Chunks are claimed with `FOR UPDATE SKIP LOCKED` in the
  /// transaction that loads them, so if a process dies, its chunk becomes available again. A process that finds no
  /// available chunk waits for the others.
  ///
  /// - Returns: the number of rows that this call inserted, and of those that existed or that others inserted.
  /// - Throws: ``BulkLoadError``; errors of the load's closures; `PostgresError`.
  public func run(_ load: BulkLoad) async throws -> RowCounts {
    if try await meter.measure(.comparing, { try await isDone(load) }) {
      return RowCounts(unchanged: load.rowCount)
    }
    var (phase, total) = try await meter.measure(.comparing) { try await prepare(load) }
    var inserted = 0
    if phase == .loading {
      inserted = try await meter.measure(.writing) { try await loadChunks(of: load) }
      phase = .finishing
    }
    if phase == .finishing { try await meter.measure(.finishing) { try await finish(load) } }
    if total < inserted { total = inserted }
    return RowCounts(inserted: inserted, unchanged: total - inserted)
  }

  /// Waits for processes that plan or finish the load, and blocks them until the transaction ends.
  ///
  /// - Throws: `PostgresError`.
  public func lockLoad(on connection: PostgresConnection) async throws {
    try await connection.query(
      "SELECT seeder FROM seed_runner.bulk_load WHERE seeder = \(loadName) FOR UPDATE")
    // Chunks that are being loaded commit first, and no others are claimed.
    try await connection.query(
      "SELECT seeder FROM seed_runner.bulk_chunk WHERE seeder = \(loadName) ORDER BY first_row FOR UPDATE")
  }

  /// Deletes the records of a load and its chunks, inside the transaction that deletes the rows.
  ///
  /// - Throws: `PostgresError`.
  public func forgetLoad(on connection: PostgresConnection) async throws {
    try await connection.query("DELETE FROM seed_runner.bulk_chunk WHERE seeder = \(loadName)")
    try await connection.query("DELETE FROM seed_runner.bulk_load WHERE seeder = \(loadName)")
  }

  /// Deletes the plan of a load of which no row is loaded.
  func forgetPlan() async throws {
    try await pool.withTransaction { connection in
      try await lockLoad(on: connection)
      guard try await loadedRanges(on: connection).isEmpty else { return }
      try await connection.query("DELETE FROM seed_runner.bulk_chunk WHERE seeder = \(loadName)")
      try await connection.query("UPDATE seed_runner.bulk_load SET row_count = 0 WHERE seeder = \(loadName)")
    }
  }

  /// Records the load's ``BulkLoad/firstNumber`` if no rows are planned yet, after a check of the rows.
  func remember(
    _ load: BulkLoad, checking check: @Sendable (PostgresConnection) async throws -> Void
  ) async throws {
    try await retry.run(onRetry: onRetry) { _ in
      try await pool.withTransaction { connection in
        let added = try await connection.query(
          """
          INSERT INTO seed_runner.bulk_load AS load (seeder, specification, first_number)
          VALUES (\(loadName), \(load.specification), \(load.firstNumber))
          ON CONFLICT (seeder) DO UPDATE SET first_number = excluded.first_number WHERE load.row_count = 0
          RETURNING true
          """)
        if !added.isEmpty { try await check(connection) }
      }
    }
  }

  /// The numbers of the rows in the database, according to the records of the load.
  func loadedRanges(on connection: PostgresConnection) async throws -> [Range<Int>] {
    try await Self.loadedRanges(of: loadName, on: connection)
  }

  /// The numbers of the rows in the database, according to the records of a load.
  static func loadedRanges(of load: String, on connection: PostgresConnection) async throws -> [Range<Int>] {
    let rows = try await connection.query(
      """
      SELECT first_row, row_count FROM seed_runner.bulk_chunk
      WHERE seeder = \(load) AND loaded_at IS NOT NULL ORDER BY first_row
      """)
    return try rows.map { row in
      let (first, count) = try row.decode(Int.self, Int.self)
      return first..<first + count
    }
  }

  /// What decided the loaded rows; nil if nothing is recorded.
  func recordedSpecification(on connection: PostgresConnection) async throws -> String? {
    try await connection.query("SELECT specification FROM seed_runner.bulk_load WHERE seeder = \(loadName)")
      .first?.decode(String.self)
  }

  /// Another process planned the load with another ``BulkLoad/firstNumber``.
  struct OtherFirstNumber: Error {}

  /// The phase of a load.
  enum Phase: String {
    case loading
    case finishing
    case done
  }

  private func isDone(_ load: BulkLoad) async throws -> Bool {
    try await pool.withConnection { connection in
      let rows = try await connection.query(
        """
        SELECT specification = \(load.specification) AND row_count >= \(load.rowCount) AND phase = 'done'
          AND first_number = \(load.firstNumber) AND (\(unescaped: load.finishedCondition))
        FROM seed_runner.bulk_load WHERE seeder = \(loadName)
        """)
      return try rows.first?.decode(Bool.self) ?? false
    }
  }

  /// Plans the missing chunks. Returns the phase and the number of rows.
  private func prepare(_ load: BulkLoad) async throws -> (Phase, Int) {
    _ = try await pool.withConnection { connection in
      try await connection.query(
        """
        INSERT INTO seed_runner.bulk_load (seeder, specification)
        VALUES (\(loadName), \(load.specification)) ON CONFLICT DO NOTHING
        """)
    }
    return try await withLoadRow { connection in
      let (specification, rowCount, phaseName, firstNumber) = try await connection.queryOne(
        """
        SELECT specification, row_count, phase, first_number FROM seed_runner.bulk_load
        WHERE seeder = \(loadName)
        """
      ).decode(String.self, Int.self, String.self, Int.self)
      guard specification == load.specification || rowCount == 0 else {
        throw BulkLoadError.otherSpecification(
          seeder, existing: specification, wanted: load.specification)
      }
      guard firstNumber == load.firstNumber else { throw OtherFirstNumber() }
      var phase = Phase(rawValue: phaseName) ?? .loading
      if load.rowCount > rowCount {
        try await connection.query(
          """
          INSERT INTO seed_runner.bulk_chunk (seeder, first_row, row_count)
          SELECT \(loadName), greatest(first, \(rowCount)),
            (least(first + \(load.chunkSize), \(load.rowCount)) - greatest(first, \(rowCount)))::integer
          FROM generate_series(
            \(rowCount - rowCount % load.chunkSize), \(load.rowCount - 1), \(load.chunkSize)) AS first
          """)
        try await load.begin(connection, load.rowCount - rowCount)
        phase = .loading
      } else if phase == .done {
        // Only reached if the rows exist but the result of `finish` does not.
        phase = .finishing
      }
      let total = max(rowCount, load.rowCount)
      try await connection.query(
        """
        UPDATE seed_runner.bulk_load SET specification = \(load.specification), row_count = \(total),
          phase = \(phase.rawValue), updated_at = now() WHERE seeder = \(loadName)
        """)
      return (phase, total)
    }
  }

  /// Runs a transaction that locks the load's row. Waits for the lock in short transactions.
  func withLoadRow<Result: Sendable>(
    _ body: @Sendable (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    while true {
      let result: Result? = try await retry.run(onRetry: onRetry) { _ in
        try await pool.withTransaction(setup: [SeedRunner.idleTimeout]) { connection in
          let locked = try await connection.query(
            "SELECT seeder FROM seed_runner.bulk_load WHERE seeder = \(loadName) FOR UPDATE SKIP LOCKED"
          )
          guard locked.isEmpty else { return try await body(connection) }
          let isRecorded = try await connection.queryOne(
            "SELECT EXISTS (SELECT FROM seed_runner.bulk_load WHERE seeder = \(loadName))"
          ).decode(Bool.self)
          guard isRecorded else { throw BulkLoadError.resetMeanwhile(seeder) }
          return nil
        }
      }
      if let result { return result }
      try await Task.sleep(for: Self.pollInterval)
    }
  }

  /// The pause between attempts to get what other processes hold.
  static let pollInterval = Duration.milliseconds(50)

  private func finish(_ load: BulkLoad) async throws {
    try await withLoadRow { connection in
      let phase = try await connection.queryOne(
        "SELECT phase FROM seed_runner.bulk_load WHERE seeder = \(loadName)"
      ).decode(String.self)
      guard phase != Phase.done.rawValue else { return }
      try await restoreIndexes(of: load.table, on: connection)
      try await load.finish(connection)
      try await connection.query(
        """
        UPDATE seed_runner.bulk_load SET phase = 'done', updated_at = now()
        WHERE seeder = \(loadName)
        """)
    }
  }
}
