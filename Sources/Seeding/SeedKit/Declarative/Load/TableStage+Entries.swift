import Postgres

extension TableStage {
  /// Finds records that contradict another entry of the seeder for the same table. All entries together form one
  /// set of rows. Records with the same key are one row, and fields that both have must agree.
  func checkOtherEntries(_ faults: FaultCollector) async throws {
    guard entries.count > 1, load.rowCount > 0, faults.isEmpty else { return }
    for other in entries.prefix(while: { $0 !== self }) where other.load.rowCount > 0 {
      guard other.load.definition.hasSameRules(as: load.definition) else {
        faults.add(load.definition.otherRules(than: other.load.definition))
        continue
      }
      let shared = filledColumns.map(\.name.name).filter { other.stagedName(of: $0) != nil }
      let differing = shared.compactMap { column -> String? in
        guard let mine = stagedName(of: column), let theirs = other.stagedName(of: column) else { return nil }
        let isMissing = [(self, "mine"), (other, "theirs")].flatMap { stage, alias in
          stage.slots(of: column).map { stage.isMissing($0, alias) }
        }.joined(separator: " OR ")
        return """
          CASE WHEN NOT (\(isMissing)) AND record_image_ne(ROW(mine.\(mine)), ROW(theirs.\(theirs)))
            THEN '\(column.replacing("'", with: "''"))' END
          """
      }
      let match = load.keyRule.match(
        stagedKey.map { "mine.\($0)" }, other.stagedKey.map { "theirs.\($0)" })
      let rows = try await context.session.query(
        PostgresQuery(
          unescaped: """
            SELECT * FROM (
              SELECT mine.seed_file, mine.seed_record, mine.seed_line, theirs.seed_file AS f, theirs.seed_record AS r,
                theirs.seed_line AS l, \(RowText.key(stagedKey, of: "mine")),
                concat_ws(', ', \(differing.joined(separator: ", "))) AS fields
              FROM \(try source()) AS mine JOIN \(try other.source()) AS theirs ON \(match) ORDER BY mine.seed_row
            ) AS pair WHERE fields <> '' LIMIT \(FaultCollector.limit)
            """))
      faults.noteRows(rows.count)
      for row in rows {
        let (file, record, line, otherFile, otherRecord, otherLine, key, fields) = try row.decode(
          Int32.self, Int32.self, Int32.self, Int32.self, Int32.self, Int32.self, String.self, String.self)
        faults.add(
          place(file, record, line).fault(
            .duplicateKey, field: fields,
            found:
              "a different value for the key '\(key)' than in \(place(otherFile, otherRecord, otherLine))",
            expected: "the same value, or one record for the row"))
      }
    }
  }

  /// Updates the recorded digests of this run's rows after deferred triggers ran.
  func refreshOwnership() async throws {
    guard load.rowCount > 0, !isWhole, let owned = try await context.ownedTable(load.live.canonicalName)
    else {
      return
    }
    let writer = try await writer(source: try source())
    let rows = try context.rows(
      over: writer.canonicalName,
      """
      SELECT \(writer.liveKeyText) AS key, \(writer.liveDigest) AS digest, \(writer.inputDigest) AS input
      FROM \(writer.source) AS staged JOIN \(writer.quoted) AS live ON \(writer.match)
      """)
    try await context.session.pipeline(
      rows.preparation + [
        """
        UPDATE seed_runner.owned_row AS owner SET digest = row.digest, input = nullif(row.input, row.digest)
        FROM \(unescaped: rows.item) AS row
        WHERE owner.table_id = \(owned.id) AND owner.key = row.key AND owner.attempt_id = \(context.attemptID)
          AND owner.digest <> row.digest
        """
      ])
  }

  /// Starts recording the rows of a table that was owned as a whole: those that match the files.
  ///
  /// Whether the seeder wrote the other rows is unknown, so `sync` leaves them, and the run says so.
  func adopt() async throws {
    try await context.forgetWholeTable(load.live.canonicalName)
    let writer = try await writer(source: try source())
    let (entry, numbers) = try await context.recordOwnedTable(
      writer.canonicalName, keyColumns: writer.key, rule: writer.rule, valueColumns: writer.digested,
      files: fileList)
    try await context.session.query(
      """
      INSERT INTO seed_runner.owned_row (table_id, file_id, record, inserted, attempt_id, digest, key)
      SELECT \(entry.id), (\(numbers))[staged.seed_file + 1], staged.seed_record, true, \(context.attemptID),
        \(unescaped: writer.liveDigest), \(unescaped: writer.liveKeyText)
      FROM \(unescaped: writer.source) AS staged JOIN \(unescaped: writer.quoted) AS live ON \(unescaped: writer.match)
      WHERE NOT \(unescaped: writer.differs) ON CONFLICT DO NOTHING
      """)
    guard load.definition.policy == .sync else { return }
    let others = try await context.session.queryOne(
      """
      SELECT count(*) FROM \(unescaped: writer.rule.rows(of: writer.quoted)) AS live
      LEFT JOIN \(unescaped: writer.source) AS staged ON \(unescaped: writer.match)
      WHERE staged.seed_row IS NULL
      """
    ).decode(Int.self)
    guard others > 0 else { return }
    context.note(
      "\(writer.name): kept \(others) row\(others == 1 ? " that is" : "s that are") not in any file. The table was owned as a whole, so "
        + "seed-runner does not know whether it wrote \(others == 1 ? "the row" : "the rows"). Delete leftover rows yourself."
    )
  }
}

extension TableDefinition {
  /// Whether two entries for a table have the same rules.
  func hasSameRules(as other: TableDefinition) -> Bool {
    key == other.key && index == other.index && policy == other.policy && drift == other.drift
      && touchedColumn == other.touchedColumn
  }

  /// The fault for another entry for the table with different rules.
  func otherRules(than other: TableDefinition) -> FixtureFault {
    FixtureFault(
      .invalidDefinition, file: path, line: line, field: "table",
      found:
        "the table \(table) with a different key, policy, onDrift or touch than in line \(other.line)",
      expected: "the same in all entries for a table")
  }
}
