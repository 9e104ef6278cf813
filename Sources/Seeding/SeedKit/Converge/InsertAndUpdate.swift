import FoundationEssentials
import Postgres

/// For any table: an INSERT for missing rows and an UPDATE for rows that differ.
///
/// Not `ON CONFLICT`: its INSERT would need values for columns that only new rows need, and use up a sequence
/// number for each existing row.
struct InsertAndUpdate: RowStatements {
  /// Columns that an insert needs and that no file fills.
  let requiredColumns: [String]
  /// Whether the columns include GENERATED ALWAYS AS IDENTITY columns.
  let overridesIdentity: Bool
  /// The column that an update sets to the time of the transaction, quoted.
  let touchedColumn: String?
  /// Where the table is defined, for faults.
  let place: (file: String, line: Int)
  /// Whether triggers may change written values. The digest of the input is then recorded too.
  let hasTriggers: Bool
  /// Whether a BEFORE trigger may, so that only the server knows what a row will be.
  let changesRows: Bool
  /// Whether existing rows are updated after others were inserted.
  let insertsFirst: Bool
  /// For the `sync` policy: the rows that are no longer in the files.
  let leftOver: LeftOverRows?

  func check(missing: Int, _ writer: RowWriter) async throws {
    if writer.updates, writer.rowCount > missing { try await checkFixedNumbers(writer) }
    guard missing > 0, !requiredColumns.isEmpty else { return }
    let names = requiredColumns.map { "'\($0)'" }.joined(separator: ", ")
    throw FixtureError([
      FixtureFault(
        .rejectedRow, file: place.file, line: place.line, found: "no value for \(names) of \(writer.name)",
        expected: "a field for each, because the columns are NOT NULL without a default")
    ])
  }

  /// Rejects values of GENERATED ALWAYS AS IDENTITY columns that differ from the existing row, because no UPDATE
  /// can set them.
  private func checkFixedNumbers(_ writer: RowWriter) async throws {
    let fixed = writer.columns.filter { $0.isRecorded && !$0.isCompared }
    guard !fixed.isEmpty else { return }
    func values(_ of: (RowWriter.Column) -> String) -> String {
      fixed.map { "(\(of($0)))::text" }.joined(separator: ", ")
    }
    let rows = try await writer.context.session.query(
      PostgresQuery(
        unescaped: """
          SELECT staged.seed_file, staged.seed_record, staged.seed_line, \(writer.liveKeyText),
            ARRAY[\(values { "live.\($0.quoted)" })], ARRAY[\(values(\.wanted))]
          FROM \(writer.source) AS staged JOIN \(writer.quoted) AS live ON \(writer.match)
          WHERE \(writer.differs(in: fixed)) ORDER BY staged.seed_row LIMIT \(FaultCollector.limit)
          """))
    let faults = try rows.flatMap { row in
      let (file, record, line, key, live, wanted) = try row.decode(
        Int32.self, Int32?.self, Int32?.self, String.self, [String?].self, [String?].self)
      return zip(fixed, zip(live, wanted)).filter { $1.0 != $1.1 }.map { column, values in
        writer.fault(
          file: file, record: record, line: line, field: column.plainName,
          found: "\(values.1 ?? "NULL"), but the row '\(key)' of \(writer.name) has \(values.0 ?? "NULL")",
          expected:
            "the same number or no value, because the column is GENERATED ALWAYS AS IDENTITY and cannot be updated"
        )
      }
    }
    guard faults.isEmpty else { throw FixtureError(limited: faults) }
  }

  /// Undoes a failed statement of ``execute(_:_:then:)``.
  static let undo: [PostgresQuery] = ["ROLLBACK TO SAVEPOINT seed_write", "RELEASE SAVEPOINT seed_write"]

  func write(_ writer: RowWriter, _ write: RowWrite) async throws -> RowCounts {
    let connection = writer.context.session
    // Staged first, because after the INSERT they cannot be told from existing rows.
    var named: PostgresIdentifier?
    if write.inserts > 0, writer.rowCount > write.inserts { named = try await name(writer, write) }
    let attempt = WriteAttempt(writer: writer, write: write, named: named, statements: self)
    var counts = RowCounts()
    let recording = try write.ownership.map { try recordingOfRows(attempt, $0) } ?? []
    var isRecorded = true
    do {
      counts = try await execute(attempt, then: recording)
    } catch let error as PostgresError where error.isAboutRows {
      // If recording the rows failed, the savepoint was already released. That is a bug in seed-runner, not in the
      // data.
      guard (try? await connection.pipeline(Self.undo)) != nil else { throw error }
      guard error.isUniqueConflict else { throw try await RefusedRows(attempt).explain(error) }
      counts = try await UniqueConflicts(attempt).resolve(error)
      isRecorded = false
    }
    if counts.inserted < write.inserts || counts.updated < write.updates {
      throw try await RefusedRows(attempt).explainAbsence(counts)
    }
    if hasTriggers || writer.checksNewKeys, counts.inserted > 0,
      let error = try await RefusedRows(attempt).explainChangedKeys()
    {
      throw error
    }
    if !isRecorded { try await connection.pipeline(recording) }
    return counts
  }

  /// Updates, then inserts, in one statement, so that foreign keys are checked after both.
  ///
  /// - Parameters:
  ///   - room: additional parts of the statement.
  ///   - recording: the statements to run after it.
  func execute(
    _ attempt: WriteAttempt, _ room: Room = Room(), then recording: [PostgresQuery] = []
  ) async throws -> RowCounts {
    var parts = room.deletions.map { PostgresQuery(unescaped: $0) }
    // Reading the count of deleted rows forces the DELETE to run first.
    let afterRoom: PostgresQuery = parts.isEmpty ? "" : "WHERE (SELECT count FROM cleared) >= 0"
    if attempt.write.updates > 0 {
      let isCleared: PostgresQuery = parts.isEmpty ? "" : "AND (SELECT count FROM cleared) >= 0"
      parts.append(wantedRows(attempt))
      parts.append("updated AS (\(update(attempt)) \(isCleared) RETURNING 1)")
      parts.append("done AS (SELECT count(*) AS updates FROM updated \(afterRoom))")
    } else {
      parts.append("done AS (SELECT 0::bigint AS updates \(afterRoom))")
    }
    parts += room.insertions.map { PostgresQuery(unescaped: $0) }
    if attempt.write.inserts > 0 { parts.append("inserted AS (\(insert(attempt)) RETURNING 1)") }
    var statement: PostgresQuery = "WITH \(parts[0])"
    for part in parts.dropFirst() { statement = "\(statement), \(part)" }
    let inserts = attempt.write.inserts > 0 ? "(SELECT count(*) FROM inserted)" : "0::bigint"
    statement = """
      \(statement) SELECT updates + \(unescaped: room.replacements), \(unescaped: inserts),
        \(unescaped: room.removals) FROM done
      """
    let rows = try await attempt.writer.context.session.pipeline(
      ["SAVEPOINT seed_write", statement, "RELEASE SAVEPOINT seed_write"] + recording)
    guard let row = rows[1].first else { return RowCounts() }
    let (updated, inserted, deleted) = try row.decode(Int.self, Int.self, Int.self)
    return RowCounts(inserted: inserted, updated: updated, deleted: deleted)
  }

  /// Stages the rows to insert in a temporary table.
  private func name(_ writer: RowWriter, _ write: RowWrite) async throws -> PostgresIdentifier {
    let name = try writer.context.temporaryName("seed_missing")
    let owner = write.gone.map { gone in
      """
      LEFT JOIN seed_runner.owned_row AS owner ON owner.table_id = \(gone) AND owner.key = \(writer.stagedKeyText)
      """
    }
    await writer.context.session.runWithNext([
      PostgresQuery(
        unescaped: """
          CREATE TEMPORARY TABLE \(name.quoted) ON COMMIT DROP AS SELECT staged.seed_row
          FROM \(writer.source) AS staged LEFT JOIN \(writer.counterparts) AS live ON \(writer.match) \(owner ?? "")
          WHERE \(writer.isAbsent) \(owner == nil ? "" : "AND owner.key IS NULL")
          """), "ANALYZE \(name)",
    ])
    return name
  }

  private func insert(_ attempt: WriteAttempt) -> PostgresQuery {
    let writer = attempt.writer
    let order = writer.stagedKey.map { "staged.\($0)" }.joined(separator: ", ")
    // Reading `done` forces the UPDATE to run first. It may free values that these rows need.
    return """
      \(unescaped: insertion(writer, from: writer.source)) \(unescaped: attempt.joinOfNamed) CROSS JOIN done
      WHERE done.updates >= 0 ORDER BY \(unescaped: order)
      """
  }

  /// The INSERT, without a condition on its rows.
  func insertion(_ writer: RowWriter, from source: String) -> String {
    let names = writer.columns.map(\.quoted).joined(separator: ", ")
    let values = writer.columns.map(\.inserted).joined(separator: ", ")
    return """
      INSERT INTO \(writer.quoted) AS live (\(names)) \(overridesIdentity ? "OVERRIDING SYSTEM VALUE" : "")
      SELECT \(values) FROM \(source) AS staged
      """
  }

  /// The part of a WITH with the rows to update. Citus updates a table only from a part of the statement, and not from
  /// a temporary table.
  private func wantedRows(_ attempt: WriteAttempt) -> PostgresQuery {
    PostgresQuery(
      unescaped: """
        wanted AS (
          SELECT staged.* FROM \(attempt.writer.source) AS staged \(attempt.joinOfDifference)
          WHERE NOT difference.moved)
        """)
  }

  private func update(_ attempt: WriteAttempt) -> PostgresQuery {
    PostgresQuery(unescaped: "\(updating(attempt, from: "wanted")) WHERE \(attempt.writer.match)")
  }

  /// The UPDATE, without a condition on its rows.
  func updating(_ attempt: WriteAttempt, from source: String) -> String {
    let columns = attempt.writer.settable(attempt.writer.compared).filter {
      attempt.write.difference?.changed.contains($0.quoted) ?? true
    }
    var sets = columns.map { "\($0.quoted) = \($0.wanted)" }
    if let touchedColumn { sets.append("\(touchedColumn) = now()") }
    // citus: the source is a part of the statement
    return
      "UPDATE \(attempt.writer.quoted) AS live SET \(sets.joined(separator: ", ")) FROM \(source) AS staged"
  }

  /// Statements that record the written rows with the values that the table then has. An INSERT cannot return the
  /// staged row of each new row. Sorted like the index, which halves the time.
  private func recordingOfRows(
    _ attempt: WriteAttempt, _ ownership: RowWriter.Ownership
  ) throws -> [PostgresQuery] {
    let writer = attempt.writer
    var statements: [PostgresQuery] = []
    if let difference = attempt.write.difference, !ownership.isFirst {
      // Equal keys may have different texts: 1.0 and 1.00, or Abc and abc with a case-insensitive collation.
      let rows = try writer.context.rows(
        over: writer.canonicalName,
        """
        SELECT difference.key AS old_key, \(writer.liveKeyText) AS new_key FROM \(writer.source) AS staged
        JOIN \(difference.stage.quoted) AS difference ON difference.seed_row = staged.seed_row
        JOIN \(writer.quoted) AS live ON \(writer.match)
        """)
      statements += rows.preparation
      statements.append(
        """
        UPDATE seed_runner.owned_row AS owner SET key = row.new_key FROM \(unescaped: rows.item) AS row
        WHERE owner.table_id = \(ownership.tableID) AND owner.key = row.old_key AND owner.key <> row.new_key
        """)
    }
    var written: [String] = []
    if attempt.write.inserts > 0 {
      written.append("SELECT seed_row, true FROM \(attempt.named?.quoted ?? writer.source) AS named")
    }
    if attempt.write.updates > 0, let difference = attempt.write.difference {
      let kept = writer.drift == .keep ? "WHERE NOT drifted" : ""
      written.append("SELECT seed_row, false FROM \(difference.stage.quoted) \(kept)")
    }
    // If all rows are new, there is nothing to look up.
    let isAllNew = attempt.named == nil && attempt.write.updates == 0
    let join =
      isAllNew
      ? ""
      : "JOIN (\(written.joined(separator: " UNION ALL "))) AS written (seed_row, is_new) ON written.seed_row = staged.seed_row"
    statements.append(
      """
      INSERT INTO seed_runner.owned_row AS owner
        (table_id, file_id, record, inserted, attempt_id, digest, input, key)
      SELECT \(ownership.tableID), (\(ownership.fileIDs))[staged.seed_file + 1], staged.seed_record,
        \(unescaped: isAllNew ? "true" : "written.is_new"), \(ownership.attempt), \(unescaped: writer.liveDigest),
        \(unescaped: hasTriggers ? "nullif(\(writer.inputDigest), \(writer.liveDigest))" : "NULL::uuid"),
        \(unescaped: writer.liveKeyText)
      FROM \(unescaped: writer.source) AS staged \(unescaped: join)
      JOIN \(unescaped: writer.quoted) AS live ON \(unescaped: writer.match)
      ORDER BY \(unescaped: writer.liveKeyText)
      \(unescaped: ownership.isFirst ? "" : RowWriter.replacesOwner)
      """)
    return statements
  }
}

/// Additional parts of a statement with updates and inserts, so that values can move between rows.
struct Room {
  /// Parts of a WITH that delete rows. The last is `cleared`, which counts them.
  var deletions: [String] = []
  /// Parts of a WITH that insert rows again.
  var insertions: [String] = []
  /// The number of replaced rows and of deleted rows, as SQL.
  var replacements = "0"
  var removals = "0::bigint"
}

/// One attempt to write rows, for code that explains its failure.
struct WriteAttempt {
  let writer: RowWriter
  let write: RowWrite
  /// The `seed_row` of the rows to insert; nil if all staged rows are inserted.
  let named: PostgresIdentifier?
  let statements: InsertAndUpdate

  var joinOfNamed: String {
    named.map { "JOIN \($0.quoted) AS missing ON missing.seed_row = staged.seed_row" } ?? ""
  }

  /// The rows to update.
  var joinOfDifference: String {
    guard let difference = write.difference else { return "" }
    let kept = writer.drift == .keep ? "AND NOT difference.drifted" : ""
    return "JOIN \(difference.stage.quoted) AS difference ON difference.seed_row = staged.seed_row \(kept)"
  }
}
