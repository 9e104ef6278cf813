import Postgres

/// Resolves a violation of a unique or exclusion constraint.
///
/// PostgreSQL checks these row by row, so rows that only exchange values conflict in between. What counts is the
/// final state: if two rows conflict in it, the data is wrong; if not, the needed values are freed first.
final class UniqueConflicts {
  /// Existing rows that hold values other rows need, for one constraint.
  struct Occupied {
    let index: UniqueIndex
    /// See ``stageConflicts(_:leaving:)``.
    let rows: PostgresIdentifier
  }

  let attempt: WriteAttempt
  /// The rows in their final state: the table's columns, `seed_runner:row` and `seed_runner:new`.
  let wanted: PostgresIdentifier
  var columns: [TableColumn] = []
  /// The foreign keys that reference the table.
  var references: [TableReferences] = []

  var writer: RowWriter { attempt.writer }
  var connection: PostgresConnection { writer.context.session }

  init(_ attempt: WriteAttempt) throws {
    self.attempt = attempt
    wanted = try attempt.writer.context.temporaryName("seed_wanted")
  }

  /// Frees the needed values and writes the rows.
  ///
  /// - Parameter error: the server's error.
  /// - Throws: ``FixtureError`` if the rows also conflict in the final state or cannot be written row by row; a
  ///   transient error if another program wrote the same rows meanwhile.
  func resolve(_ error: PostgresError) async throws -> RowCounts {
    columns = try await TableColumn.all(of: writer.quoted, on: connection)
    references = try await TableReferences.find(to: writer.quoted, on: connection)
    try await stageWanted(columns)
    let indexes = try await UniqueIndex.all(of: writer.quoted, on: connection)
    var faults: [FixtureFault] = []
    var isRaced = false
    var occupied: [Occupied] = []
    let leaving = try await attempt.statements.leftOver?.stage(in: writer.context)
    for index in indexes {
      faults += try await conflictsAmongRecords(index)
      let rows = try await stageConflicts(index, leaving: leaving)
      faults += try await conflictsWithRows(index, rows)
      let (raced, others) = try await connection.queryOne(
        "SELECT coalesce(bool_or(raced), false), count(*) FILTER (WHERE moves OR leaves) FROM \(rows)"
      ).decode(Bool.self, Int.self)
      isRaced = isRaced || raced
      if others > 0 { occupied.append(Occupied(index: index, rows: rows)) }
    }
    // With a trigger that changes values, only the server knows the final state.
    let isForeseen = !attempt.statements.changesRows
    guard faults.isEmpty || !isForeseen else { throw FixtureError(limited: faults) }
    guard !isRaced else { throw raced }
    // Citus runs the parts of a statement one after another, so values cannot move between rows.
    if writer.placement.isRemote {
      guard !occupied.isEmpty else { throw try await RefusedRows(attempt).explain(error) }
      throw FixtureError(try await exchanges(occupied, error))
    }
    let removal = try await leavingRows(leaving)
    try await connection.query("SAVEPOINT seed_room")
    var refusal = error
    if faults.isEmpty, !occupied.isEmpty {
      do {
        return try await write(occupied, removal)
      } catch let error as PostgresError where error.isAboutRows {
        try await connection.query("ROLLBACK TO SAVEPOINT seed_room")
        refusal = error
      }
    }
    if !isForeseen {
      do {
        return try await writeAside(indexes, removal, error)
      } catch let error as PostgresError where error.isAboutRows {
        try await connection.query("ROLLBACK TO SAVEPOINT seed_room")
      }
    }
    guard faults.isEmpty else { throw FixtureError(limited: faults) }
    // A trigger changed the value, row-level security hides the row, or another program wrote it.
    guard !occupied.isEmpty else { throw try await RefusedRows(attempt).explain(error) }
    if let fault = referredFault(refusal) { throw FixtureError([fault]) }
    if !refusal.isUniqueConflict, refusal.sqlState != .foreignKeyViolation,
      let faults = try await RefusedRows(attempt).faults(refusal)
    {
      throw faults
    }
    throw FixtureError(try await exchanges(occupied, refusal))
  }

  /// A fault for a value that cannot change because rows of other tables reference it.
  private func referredFault(_ error: PostgresError) -> FixtureFault? {
    let server = error.server
    let refusal = RowRefusal(
      [
        error.sqlState?.rawValue, error.message, server?.detail, server?.constraintName, nil,
        server?.tableName,
      ].map { $0 ?? "" })
    guard refusal.isReferred(in: writer.name) else { return nil }
    let place = attempt.statements.place
    return FixtureFault(
      .rejectedRow, file: place.file, line: place.line, field: "table", found: refusal.found(in: writer.name),
      expected: refusal.expected(in: writer.name))
  }

  private var raced: PostgresError {
    PostgresError(
      code: .serverError, message: "another session wrote to \(writer.name) at the same time",
      sqlState: .serializationFailure)
  }

  /// Stages the rows in their final state.
  private func stageWanted(_ columns: [TableColumn]) async throws {
    var statements: [PostgresQuery] = [
      """
      CREATE TEMPORARY TABLE \(wanted) (
        LIKE \(unescaped: writer.quoted) INCLUDING GENERATED, "seed_runner:row" bigint, "seed_runner:new" boolean
      ) ON COMMIT DROP
      """
    ]
    statements += columns.filter(\.isNotNull).map {
      "ALTER TABLE \(wanted) ALTER COLUMN \(unescaped: $0.quoted) DROP NOT NULL"
    }
    let written = columns.filter { !$0.isGenerated }
    let names = (written.map(\.quoted) + ["\"seed_runner:row\"", "\"seed_runner:new\""])
      .joined(separator: ", ")
    if attempt.write.updates > 0 {
      let values = written.map { column in
        if let filled = writer.compared.first(where: { $0.quoted == column.quoted }) { return filled.wanted }
        return column.quoted == attempt.statements.touchedColumn ? "now()" : "live.\(column.quoted)"
      }
      statements.append(
        PostgresQuery(
          unescaped: """
            INSERT INTO \(wanted) (\(names)) SELECT \((values + ["staged.seed_row", "false"]).joined(separator: ", "))
            FROM \(writer.source) AS staged \(attempt.joinOfDifference)
            JOIN \(writer.quoted) AS live ON \(writer.match)
            """))
    }
    if attempt.write.inserts > 0 {
      let values = written.map { column in
        if let filled = writer.columns.first(where: { $0.quoted == column.quoted }) { return filled.inserted }
        // A sequence number never conflicts, and drawing one would waste it.
        return column.defaultExpression.map { $0.contains("nextval(") ? "NULL" : $0 } ?? "NULL"
      }
      statements.append(
        PostgresQuery(
          unescaped: """
            INSERT INTO \(wanted) (\(names)) SELECT \((values + ["staged.seed_row", "true"]).joined(separator: ", "))
            FROM \(writer.source) AS staged \(attempt.joinOfNamed)
            """))
    }
    statements.append("ANALYZE \(wanted)")
    try await connection.pipeline(statements)
  }

  /// The rows to write, with the index's values as `k0`, `k1` and so on.
  func wantedRows(_ index: UniqueIndex) -> String {
    let key = writer.key.enumerated().map { ", \($1) AS y\($0)" }.joined()
    return """
      (SELECT "seed_runner:row" AS seed_row, "seed_runner:new" AS is_new, \(index.values)\(key)
      FROM \(wanted.quoted) \(index.filter))
      """
  }

  /// Faults for pairs of records with the same values.
  private func conflictsAmongRecords(_ index: UniqueIndex) async throws -> [FixtureFault] {
    let rows = try await connection.query(
      PostgresQuery(
        unescaped: """
          SELECT staged.seed_file, staged.seed_record, staged.seed_line, \(index.text(of: "pair")),
            pair.other_file, pair.other_record
          FROM (
            SELECT a.*, other.seed_file AS other_file, other.seed_record AS other_record
            FROM \(wantedRows(index)) AS a JOIN \(wantedRows(index)) AS b
              ON b.seed_row < a.seed_row AND \(index.match("a", "b"))
            JOIN \(writer.source) AS other ON other.seed_row = b.seed_row
          ) AS pair JOIN \(writer.source) AS staged ON staged.seed_row = pair.seed_row
          ORDER BY staged.seed_row LIMIT \(FaultCollector.limit)
          """))
    return try rows.map { row in
      let (file, record, line, values, otherFile, number) = try row.decode(
        Int32.self, Int32?.self, Int32?.self, String.self, Int32.self, Int32?.self)
      let other = number.map { "record \($0)" } ?? "another row"
      let place = otherFile == file ? other : "\(other) of \(writer.path(otherFile) ?? writer.name)"
      return writer.fault(
        .duplicateKey, file: file, record: record, line: line,
        found: "\(values), also in \(place): \(index.name) of \(writer.name) \(index.verdict)",
        expected: "a different value in one of the two")
    }
  }

  /// Stages the existing rows that hold a value another row needs: `seed_row` of the record that needs it, the
  /// row's natural key as `y0` and so on, and whether the row moves, leaves or was inserted by another program.
  private func stageConflicts(
    _ index: UniqueIndex, leaving: PostgresIdentifier?
  ) async throws -> PostgresIdentifier {
    let name = try writer.context.temporaryName("seed_conflict")
    let numbers = writer.key.indices
    let key = numbers.map { "live.\(writer.key[$0]) AS y\($0)" }.joined(separator: ", ")
    let existing = numbers.map { "existing.y\($0)" }
    let same = writer.rule.match(existing, numbers.map { "wanted.y\($0)" })
    let other = writer.rule.match(writer.key.map { "other.\($0)" }, existing)
    let left = writer.rule.match(numbers.map { "leaving.k\($0)" }, existing)
    try await connection.query(
      PostgresQuery(
        unescaped: """
          CREATE TEMPORARY TABLE \(name.quoted) ON COMMIT DROP AS
          SELECT wanted.seed_row, existing.key_text, \(numbers.map { "existing.y\($0)" }.joined(separator: ", ")),
            \(index.text(of: "wanted")) AS shown, other."seed_runner:row" AS moving_row,
            other."seed_runner:row" IS NOT NULL AS moves, \(leaving == nil ? "false" : "leaving.seed_key IS NOT NULL") AS leaves,
            wanted.is_new AND existing.in_scope AND \(same) AS raced
          FROM \(wantedRows(index)) AS wanted
          JOIN (
            SELECT \(key), \(writer.liveKeyText) AS key_text, (\(writer.condition)) AS in_scope, \(index.values)
            FROM \(writer.quoted) AS live \(index.filter)
          ) AS existing ON \(index.match("wanted", "existing"))
          LEFT JOIN \(wanted.quoted) AS other ON \(other) AND existing.in_scope AND NOT other."seed_runner:new"
          \(leaving.map { "LEFT JOIN \($0.quoted) AS leaving ON \(left) AND existing.in_scope" } ?? "")
          WHERE other."seed_runner:row" IS DISTINCT FROM wanted.seed_row
          """))
    return name
  }

  /// Faults for records whose values belong to an existing row that does not change.
  private func conflictsWithRows(
    _ index: UniqueIndex, _ rows: PostgresIdentifier
  ) async throws -> [FixtureFault] {
    let inTwoRuns =
      attempt.statements.insertsFirst
      ? ", or the change split into two runs: rows are inserted before others are updated, because a trigger may look "
        + "up their parents" : ""
    return try await holders(rows, where: "NOT conflict.moves AND NOT conflict.leaves AND NOT conflict.raced")
    { place in
      (
        "already has: \(index.name) \(index.verdict)",
        (place == nil ? "a different value, or that row under its own key in the file" : "a different value")
          + inTwoRuns
      )
    }
  }

  /// Faults for records whose values belong to a row that would lose them, but cannot.
  private func exchanges(_ occupied: [Occupied], _ refusal: PostgresError) async throws -> [FixtureFault] {
    var faults: [FixtureFault] = []
    for place in occupied {
      faults += try await holders(place.rows, where: "conflict.moves OR conflict.leaves") { _ in
        (
          "has until it is updated in the same run: PostgreSQL checks the \(place.index.name) row by row (\(refusal.message))",
          "a DEFERRABLE constraint, or the change split into two runs"
        )
      }
    }
    return faults
  }

  /// Faults that name a record and the existing row that has its values.
  ///
  /// - Parameter text: receives the record of the row. Returns the problem, to follow "which row …", and what is
  ///   expected.
  private func holders(
    _ rows: PostgresIdentifier, where condition: String,
    _ text: (String?) -> (found: String, expected: String)
  ) async throws -> [FixtureFault] {
    let isHolder = writer.rule.match(
      writer.stagedKey.map { "holder.\($0)" }, writer.key.indices.map { "conflict.y\($0)" })
    return try await connection.query(
      PostgresQuery(
        unescaped: """
          SELECT staged.seed_file, staged.seed_record, staged.seed_line, conflict.shown, conflict.key_text,
            holder.seed_file, holder.seed_record
          FROM \(rows.quoted) AS conflict JOIN \(writer.source) AS staged ON staged.seed_row = conflict.seed_row
          LEFT JOIN \(writer.source) AS holder ON \(isHolder)
          WHERE \(condition) ORDER BY staged.seed_row LIMIT \(FaultCollector.limit)
          """)
    ).map { row in
      let (file, record, line, shown, key, holderFile, holder) = try row.decode(
        Int32.self, Int32?.self, Int32?.self, String.self, String.self, Int32?.self, Int32?.self)
      let place = holder.map { number in
        let path = holderFile == file ? nil : holderFile.flatMap(writer.path)
        return " (record \(number)\(path.map { " of \($0)" } ?? ""))"
      }
      let (found, expected) = text(place)
      return writer.fault(
        file: file, record: record, line: line,
        found: "\(shown), which row '\(key)' of \(writer.name)\(place ?? "") \(found)", expected: expected
      )
    }
  }
}
