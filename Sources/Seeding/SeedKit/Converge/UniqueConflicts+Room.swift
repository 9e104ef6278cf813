import Postgres

extension UniqueConflicts {
  /// Rows that hold a value another row needs.
  private enum Occupants: String {
    /// Rows that get other values in this run.
    case moves
    /// Rows that are no longer in the files.
    case leaves
  }

  /// The rows that are no longer in the files and that no row references once the others are written; nil if none
  /// may be deleted.
  func leavingRows(_ rows: PostgresIdentifier?) async throws -> RowRemoval? {
    guard let leftOver = attempt.statements.leftOver, let rows else { return nil }
    let names = columns.map(\.quoted)
    func list(_ alias: String) -> String { names.map { "\(alias).\($0)" }.joined(separator: ", ") }
    let match =
      ([writer.rule.match(writer.key.map { "row.\($0)" }, writer.key.map { "wanted.\($0)" })]
      + [writer.rule.holds(for: "row")].compactMap(\.self)).joined(separator: " AND ")
    var table = leftOver.table(rows)
    table.afterwards = (
      all: """
      (SELECT \(list("row")) FROM \(writer.quoted) AS row LEFT JOIN \(wanted.quoted) AS wanted ON \(match)
        WHERE wanted."seed_runner:row" IS NULL UNION ALL SELECT \(list("wanted")) FROM \(wanted.quoted) AS wanted)
      """,
      written: wanted.quoted
    )
    let removal = RowRemoval(on: connection)
    try await removal.add(table)
    try await removal.keepReferred()
    return removal
  }

  /// Frees the needed values and writes all rows in one statement. It deletes rows that are no longer in the files
  /// and replaces rows that get other values. Rows that cannot be replaced get temporary values first.
  func write(_ occupied: [Occupied], _ removal: RowRemoval?) async throws -> RowCounts {
    let blocked = try await standLeavingAside(occupied, removal)
    let moving = try await has(.moves, occupied)
    if moving, let difference = attempt.write.difference, try await mayReplace(occupied) {
      let rows = moved(occupied)
      do {
        try await connection.pipeline([
          "SAVEPOINT seed_move",
          PostgresQuery(
            unescaped: "UPDATE \(difference.stage.quoted) SET moved = true WHERE seed_row IN (\(rows))"),
        ])
        return try await execute(removal, replacing: rows, blocked: blocked)
      } catch let error as PostgresError where error.isAboutRows {
        // Temporary values may work where replacing rows did not.
        try await connection.query("ROLLBACK TO SAVEPOINT seed_move")
        guard try await standAside(occupied) else { throw error }
      }
    } else if moving, try await !standAside(occupied) {
      throw PostgresError(
        code: .serverError, message: "the rows cannot hold temporary values", sqlState: .uniqueViolation)
    }
    return try await execute(removal, blocked: blocked)
  }

  /// Gives all rows that are updated temporary values, then writes all rows.
  ///
  /// - Parameter error: the server's error, which names the index.
  func writeAside(_ indexes: [UniqueIndex], _ removal: RowRemoval?, _ error: PostgresError) async throws
    -> RowCounts
  {
    var error = error
    var remaining = indexes
    let rows = try writer.context.temporaryName("seed_conflict")
    let key = writer.key.enumerated().map { "\($1) AS y\($0)" }.joined(separator: ", ")
    try await connection.query(
      """
      CREATE TEMPORARY TABLE \(rows) ON COMMIT DROP AS
      SELECT \(unescaped: key), true AS moves FROM \(wanted) WHERE NOT "seed_runner:new"
      """)
    while let place = remaining.firstIndex(where: { $0.isNamed(error.server?.constraintName ?? "") }) {
      let index = remaining.remove(at: place)
      guard try await standAside(.moves, Occupied(index: index, rows: rows)) else { break }
      do {
        return try await execute(removal)
      } catch let next as PostgresError where next.isUniqueConflict {
        try await connection.pipeline(InsertAndUpdate.undo)
        error = next
      }
    }
    throw error
  }

  /// Runs the statement.
  ///
  /// - Parameters:
  ///   - rows: a query for the numbers of records whose rows are deleted and inserted again with all their columns.
  ///   - blocked: tables of rows that are no longer in the files and whose values are used by others.
  private func execute(
    _ removal: RowRemoval?, replacing rows: String? = nil, blocked: [PostgresIdentifier] = []
  ) async throws -> RowCounts {
    var room = Room()
    var counted: [String] = []
    if let removal {
      room.deletions += removal.deletions
      room.removals = "(SELECT count(*) FROM removed0)"
      counted.append(room.removals)
    }
    if let rows {
      let names = columns.filter { !$0.isGenerated }.map(\.quoted).joined(separator: ", ")
      // citus: not used on a cluster, see resolve(_:)
      room.deletions.append(
        """
        gone AS (
          DELETE FROM \(writer.quoted) AS live USING \(writer.source) AS staged
          WHERE \(writer.match) AND staged.seed_row IN (\(rows)) RETURNING 1)
        """)
      room.insertions.append(
        """
        replaced AS (
          INSERT INTO \(writer.quoted) (\(names)) OVERRIDING SYSTEM VALUE
          SELECT \(names) FROM \(wanted.quoted) CROSS JOIN done
          WHERE done.updates >= 0 AND NOT "seed_runner:new" AND "seed_runner:row" IN (\(rows)) RETURNING 1)
        """)
      room.replacements = "(SELECT count(*) FROM replaced)"
      counted.append("(SELECT count(*) FROM gone)")
    }
    if !counted.isEmpty {
      room.deletions.append("cleared AS (SELECT \(counted.joined(separator: " + ")) AS count)")
    }
    let counts = try await attempt.statements.execute(attempt, room)
    if let leftOver = attempt.statements.leftOver {
      for rows in blocked { try await leftOver.mustGo(rows, attempt: attempt) }
      for table in removal?.tables ?? [] { try await leftOver.record(table.rows, in: writer.context) }
    }
    return counts
  }

  private func has(_ occupants: Occupants, _ occupied: [Occupied]) async throws -> Bool {
    let parts = occupied.map { "EXISTS (SELECT 1 FROM \($0.rows.quoted) WHERE \(occupants.rawValue))" }
    return try await connection.queryOne(
      PostgresQuery(unescaped: "SELECT \(parts.joined(separator: " OR "))")
    ).decode(Bool.self)
  }

  private func moved(_ occupied: [Occupied]) -> String {
    occupied.map { "SELECT moving_row FROM \($0.rows.quoted) WHERE moves" }.joined(separator: " UNION ")
  }

  /// Rows that are no longer in the files but are still referenced may become deletable when other rows are
  /// updated. Until then they get temporary values.
  ///
  /// - Returns: the temporary tables that have such rows.
  private func standLeavingAside(
    _ occupied: [Occupied], _ removal: RowRemoval?
  ) async throws -> [PostgresIdentifier] {
    guard let going = removal?.tables.first?.rows, try await has(.leaves, occupied) else { return [] }
    var blocked: [PostgresIdentifier] = []
    for place in occupied {
      let count = try await connection.queryOne(
        """
        WITH cleared AS (
          UPDATE \(place.rows) AS conflict SET leaves = false FROM \(going) AS going
          WHERE conflict.leaves AND conflict.key_text = going.seed_key RETURNING 1
        ) SELECT (SELECT count(*) FROM \(place.rows) WHERE leaves) - (SELECT count(*) FROM cleared)
        """
      ).decode(Int.self)
      guard count > 0 else { continue }
      guard try await standAside(.leaves, place) else {
        throw PostgresError(
          code: .serverError, message: "rows of other seeders reference rows that are no longer in the files",
          sqlState: .uniqueViolation)
      }
      blocked.append(place.rows)
    }
    return blocked
  }

  /// Whether the rows can be deleted and inserted again in one statement. Foreign keys are checked at its end and
  /// are satisfied again. Not possible with triggers, which would see the rows deleted, or if a foreign key has an
  /// action on delete or cascades updates.
  private func mayReplace(_ occupied: [Occupied]) async throws -> Bool {
    let acting = references.filter { $0.action != .noAction || $0.follows }.map(\.isReferred)
    // citus: not used on a cluster, see resolve(_:)
    return try await connection.queryOne(
      """
      SELECT NOT EXISTS (
        SELECT FROM pg_trigger WHERE tgrelid = to_regclass(\(writer.quoted)) AND NOT tgisinternal AND tgenabled <> 'D')
        AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass(\(writer.quoted)))
        AND NOT EXISTS (
          SELECT 1 FROM \(unescaped: writer.source) AS staged JOIN \(unescaped: writer.quoted) AS live
            ON \(unescaped: writer.match)
          WHERE staged.seed_row IN (\(unescaped: moved(occupied)))
            AND (\(unescaped: (["false"] + acting).joined(separator: " OR "))))
      """
    ).decode(Bool.self)
  }

  private func standAside(_ occupied: [Occupied]) async throws -> Bool {
    for place in occupied where try await has(.moves, [place]) {
      guard try await standAside(.moves, place) else { return false }
    }
    return true
  }

  /// Gives one column of the rows a temporary value that no row has, until they are updated or deleted.
  ///
  /// - Returns: whether the table accepts the value and no record needs it.
  private func standAside(_ occupants: Occupants, _ place: Occupied) async throws -> Bool {
    // The rows are found by their natural key, so its columns are not used.
    for column in columns
    where place.index.columns.contains(column.quoted) && !writer.key.contains(column.quoted) {
      for value in values(for: column, place.index) {
        if try await standAside(occupants, place, column, value) { return true }
      }
    }
    return false
  }

  private func standAside(
    _ occupants: Occupants, _ place: Occupied, _ column: TableColumn, _ value: String
  ) async throws -> Bool {
    let key = writer.key.indices.map { "y\($0)" }.joined(separator: ", ")
    let aside = writer.key.indices.map { "aside.y\($0)" }
    let match = "\(writer.rule.match(writer.key.map { "live.\($0)" }, aside)) AND (\(writer.condition))"
    let occupied = writer.rule.match(writer.key.indices.map { "occupants.y\($0)" }, aside)
    let same = writer.rule.match(writer.key.indices.map { "wanted.y\($0)" }, aside)
    let rows = "(SELECT DISTINCT \(key) FROM \(place.rows.quoted) WHERE \(occupants.rawValue))"
    var statements: [PostgresQuery] = [
      "SAVEPOINT seed_aside",
      // citus: not used on a cluster, see resolve(_:)
      PostgresQuery(
        unescaped: """
          UPDATE \(writer.quoted) AS live SET \(column.quoted) = \(value)
          FROM (SELECT \(key), row_number() OVER () AS number FROM \(rows) AS occupants) AS aside WHERE \(match)
          """),
      PostgresQuery(
        unescaped: """
          SELECT EXISTS (
            SELECT 1 FROM (
              SELECT \(writer.key.enumerated().map { "\($1) AS y\($0)" }.joined(separator: ", ")), \(place.index.values)
              FROM \(writer.quoted) AS live \(place.index.filter)) AS aside
            JOIN \(rows) AS occupants ON \(occupied)
            JOIN \(wantedRows(place.index)) AS wanted ON \(place.index.match("wanted", "aside")) AND NOT (\(same)))
          """),
    ]
    if occupants == .leaves, let leftOver = attempt.statements.leftOver {
      // A temporary value is not drift.
      // citus: not used on a cluster, see resolve(_:)
      statements.append(
        """
        UPDATE seed_runner.owned_row AS owner SET digest = \(unescaped: leftOver.liveDigest)
        FROM \(place.rows) AS aside JOIN \(unescaped: writer.quoted) AS live ON \(unescaped: match)
        WHERE owner.table_id = \(leftOver.owned.id) AND owner.key = aside.key_text AND aside.leaves
        """)
    }
    do {
      let results = try await connection.pipeline(statements)
      let isWanted: Bool = try results[2].first?.decode(Bool.self) ?? true
      if !isWanted { return true }
    } catch let error as PostgresError where error.code == .serverError && !error.isTransient {}
    try await connection.query("ROLLBACK TO SAVEPOINT seed_aside")
    return false
  }

  /// Candidates for a temporary value, over the row's number in `aside`.
  private func values(for column: TableColumn, _ index: UniqueIndex) -> [String] {
    var values: [String] = []
    // With ON UPDATE CASCADE, NULL would detach the referencing rows for good.
    let isFollowed = references.contains { $0.follows && $0.targets.contains(column.quoted) }
    if !column.isNotNull, index.isFreedByNull, !isFollowed { values.append("NULL") }
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
