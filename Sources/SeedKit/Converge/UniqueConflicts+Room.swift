import Postgres

extension UniqueConflicts {
  /// Which of the rows in the way are moved.
  private enum Occupants: String {
    /// Rows that get other values in this run.
    case moves
    /// Rows that left the files.
    case leaves
  }

  /// Moves the rows whose values others are to get: rows that left the files are deleted, the others get
  /// their new values all at once, or stand aside until they get them.
  ///
  /// - Returns: how many rows were deleted.
  func makeRoom(
    _ occupied: [(index: UniqueIndex, rows: PostgresIdentifier)], columns: [TableColumn],
    error: PostgresError
  ) async throws -> Int {
    var deleted = 0
    if let leftOver = attempt.statements.leftOver {
      for (index, rows) in occupied where try await has(.leaves, [rows]) {
        deleted += try await leftOver.deleteUnreferred(among: rows, in: writer.context)
        // Those that rows of others refer to may still go when these have been updated.
        guard try await has(.leaves, [rows]) else { continue }
        try await standAside(.leaves, index, rows, columns: columns, error: error)
        try await leftOver.mustGo(rows, attempt: attempt)
      }
    }
    let tables = occupied.map(\.rows)
    guard try await has(.moves, tables) else { return deleted }
    if try await moveAtOnce(tables, columns: columns) { return deleted }
    for (index, rows) in occupied where try await has(.moves, [rows]) {
      try await standAside(.moves, index, rows, columns: columns, error: error)
    }
    return deleted
  }

  private func has(_ occupants: Occupants, _ tables: [PostgresIdentifier]) async throws -> Bool {
    let parts = tables.map { "EXISTS (SELECT FROM \($0.quoted) WHERE \(occupants.rawValue))" }
    return try await connection.queryOne(
      PostgresQuery(unescaped: "SELECT \(parts.joined(separator: " OR "))")
    ).decode(Bool.self)
  }

  /// Replaces the rows in one statement: deleted and inserted with all their columns. Foreign keys are
  /// checked when it ends, and find the rows again.
  ///
  /// - Returns: whether that was possible: not with triggers, which would see rows come and go, and not
  ///   where a foreign key acts on a delete.
  private func moveAtOnce(_ conflicts: [PostgresIdentifier], columns: [TableColumn]) async throws -> Bool {
    guard let difference = attempt.write.difference else { return false }
    let rows = conflicts.map { "SELECT moving_row FROM \($0.quoted) WHERE moves" }
      .joined(separator: " UNION ")
    let acting = try await TableReferences.find(to: writer.quoted, on: connection)
      .filter { $0.action != .noAction }.map(\.isReferred)
    let isWatched = try await connection.queryOne(
      """
      SELECT EXISTS (
        SELECT FROM pg_trigger WHERE tgrelid = to_regclass(\(writer.quoted)) AND NOT tgisinternal AND tgenabled <> 'D')
        OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass(\(writer.quoted)))
        OR EXISTS (
          SELECT FROM \(unescaped: writer.source) AS staged JOIN \(unescaped: writer.quoted) AS live
            ON \(unescaped: writer.match)
          WHERE staged.seed_row IN (\(unescaped: rows))
            AND (\(unescaped: (["false"] + acting).joined(separator: " OR "))))
      """
    ).decode(Bool.self)
    guard !isWatched else { return false }
    let names = columns.filter { !$0.isGenerated }.map(\.quoted).joined(separator: ", ")
    do {
      let answers = try await connection.pipeline([
        "SAVEPOINT seed_move",
        PostgresQuery(
          unescaped: """
            WITH gone AS (
              DELETE FROM \(writer.quoted) AS live USING \(writer.source) AS staged
              WHERE \(writer.match) AND staged.seed_row IN (\(rows)) RETURNING 1
            ), done AS (SELECT count(*) AS number FROM gone), replaced AS (
              INSERT INTO \(writer.quoted) (\(names)) OVERRIDING SYSTEM VALUE
              SELECT \(names) FROM \(wanted.quoted) CROSS JOIN done
              WHERE done.number > 0 AND NOT "seed_runner:new" AND "seed_runner:row" IN (\(rows)) RETURNING 1
            ) SELECT count(*) FROM replaced
            """),
        PostgresQuery(
          unescaped: "UPDATE \(difference.stage.quoted) SET moved = true WHERE seed_row IN (\(rows))"),
        "RELEASE SAVEPOINT seed_move",
      ])
      moved = try answers[1].first?.decode(Int.self) ?? 0
      return true
    } catch let error as PostgresError where error.code == .serverError && !error.isTransient {
      // The other way may do.
      try await connection.query("ROLLBACK TO SAVEPOINT seed_move")
      return false
    }
  }

  /// Gives one column of the rows a value that no row has, until they get their new ones or go.
  ///
  /// - Throws: ``FixtureError`` if the table takes none.
  private func standAside(
    _ occupants: Occupants, _ index: UniqueIndex, _ rows: PostgresIdentifier, columns: [TableColumn],
    error: PostgresError
  ) async throws {
    // The rows are found by their natural key, which therefore stays.
    for column in columns where index.columns.contains(column.quoted) && !writer.key.contains(column.quoted) {
      for value in values(for: column, index) {
        if try await standAside(occupants, column, value, rows) { return }
      }
    }
    throw FixtureError([
      FixtureFault(
        file: attempt.statements.place.file, line: attempt.statements.place.line, field: "table",
        found: """
          rows of \(writer.name) that exchange the values of the \(index.name), which PostgreSQL checks row by row \
          (\(error.message)), and no value that the rows could have meanwhile
          """,
        expected: "a constraint that is DEFERRABLE, or the change in two runs")
    ])
  }

  private func standAside(
    _ occupants: Occupants, _ column: TableColumn, _ value: String, _ rows: PostgresIdentifier
  ) async throws -> Bool {
    let key = writer.key.indices.map { "y\($0)" }.joined(separator: ", ")
    let match = writer.key.enumerated().map { "live.\($1) = aside.y\($0)" }.joined(separator: " AND ")
    var statements: [PostgresQuery] = [
      "SAVEPOINT seed_aside",
      PostgresQuery(
        unescaped: """
          UPDATE \(writer.quoted) AS live SET \(column.quoted) = \(value)
          FROM (
            SELECT \(key), row_number() OVER () AS number
            FROM (SELECT DISTINCT \(key) FROM \(rows.quoted) WHERE \(occupants.rawValue)) AS occupants
          ) AS aside WHERE \(match)
          """),
    ]
    if occupants == .leaves, let leftOver = attempt.statements.leftOver {
      // Standing aside is no edit.
      statements.append(
        """
        UPDATE seed_runner.owned_row AS owner SET digest = \(unescaped: leftOver.liveDigest)
        FROM \(rows) AS aside JOIN \(unescaped: writer.quoted) AS live ON \(unescaped: match)
        WHERE owner.table_id = \(leftOver.owned.id) AND owner.key = aside.key_text AND aside.leaves
        """)
    }
    do {
      try await connection.pipeline(statements + ["RELEASE SAVEPOINT seed_aside"])
      return true
    } catch let error as PostgresError where error.code == .serverError && !error.isTransient {
      try await connection.query("ROLLBACK TO SAVEPOINT seed_aside")
      return false
    }
  }

  /// Values that no row has, over the number of the row in `aside`.
  private func values(for column: TableColumn, _ index: UniqueIndex) -> [String] {
    var values: [String] = []
    if !column.isNotNull, index.isFreedByNull { values.append("NULL") }
    func extreme(_ name: String) -> String {
      """
      (SELECT \(name)(value) FROM (
        SELECT \(column.quoted) AS value FROM \(writer.quoted) UNION ALL SELECT \(column.quoted) FROM \(wanted.quoted)
      ) AS every)
      """
    }
    switch column.category {
    case "N":
      values.append("(\(extreme("max")) + aside.number)::\(column.type)")
      values.append("(\(extreme("min")) - aside.number)::\(column.type)")
    case "D": values.append("(\(extreme("max")) + aside.number * interval '1 day')::\(column.type)")
    case "S":
      let text = "md5(random()::text || aside.number)"
      values.append(column.length.map { "left(\(text), \($0))" } ?? text)
    case "U" where column.type == "uuid": values.append("gen_random_uuid()")
    default: break
    }
    return values
  }
}
