import Postgres

/// For any table: an INSERT for the rows that are missing, an UPDATE for those that differ.
///
/// Not `ON CONFLICT`: its insert would ask for columns that only new rows need, and spend a number of
/// the sequence on each row that is there.
struct InsertAndUpdate: RowStatements {
  /// The columns without which no row can be inserted and that no file fills.
  let requiredColumns: [String]
  /// Whether values for GENERATED ALWAYS AS IDENTITY are among the columns.
  let overridesIdentity: Bool
  /// The column that an update sets to the transaction's time, quoted.
  let touchedColumn: String?
  /// Where the table is described, for a fault.
  let place: (file: String, line: Int)

  func check(missing: Int, _ writer: RowWriter) async throws {
    guard missing > 0, !requiredColumns.isEmpty else { return }
    let names = requiredColumns.map { "'\($0)'" }.joined(separator: ", ")
    throw FixtureError([
      FixtureFault(
        file: place.file, line: place.line, found: "nothing for \(names) of \(writer.name)",
        expected: "a field for each: they are NOT NULL and have no default")
    ])
  }

  func write(
    _ writer: RowWriter, missing: Int, inserts: String?, difference: RowDifference?,
    ownership: RowWriter.Ownership?
  ) async throws -> (inserted: Int, updated: Int) {
    let connection = writer.context.connection
    var inserted = 0
    var updated = 0
    if let difference, difference.rowCount > 0 {
      updated = try await connection.queryOne(update(writer, difference, ownership)).decode(Int.self)
    }
    if let inserts {
      // Named before they are written: afterwards nothing tells them from those that were there.
      var named: PostgresIdentifier?
      if writer.rowCount > missing { named = try await name(writer, inserts) }
      inserted = try await insert(writer, named)
      if let ownership { try await connection.query(own(writer, named, ownership)) }
    }
    return (inserted, updated)
  }

  /// A temporary table of the rows that are missing.
  private func name(_ writer: RowWriter, _ ownerJoin: String) async throws -> PostgresIdentifier {
    let name = try PostgresIdentifier("seed_missing_\(writer.context.nextStageNumber())")
    try await writer.context.connection.query(
      PostgresQuery(
        unescaped: """
          CREATE TEMPORARY TABLE \(name.quoted) ON COMMIT DROP AS SELECT staged.seed_row
          FROM \(writer.source) AS staged LEFT JOIN \(writer.quoted) AS live ON \(writer.match) \(ownerJoin)
          WHERE \(writer.isAbsent) \(ownerJoin.isEmpty ? "" : "AND owner.key IS NULL")
          """))
    try await writer.context.connection.query("ANALYZE \(name)")
    return name
  }

  /// Inserts plainly, and with a clause for rows that are there only if there are: it takes half as long
  /// again.
  private func insert(_ writer: RowWriter, _ named: PostgresIdentifier?) async throws -> Int {
    let connection = writer.context.connection
    try await connection.query("SAVEPOINT seed_insert")
    do {
      let inserted = try await connection.queryOne(insert(writer, named, ending: "")).decode(Int.self)
      try await connection.query("RELEASE SAVEPOINT seed_insert")
      return inserted
    } catch let error as PostgresError where error.sqlState?.rawValue == "23505" {
      try await connection.query("ROLLBACK TO SAVEPOINT seed_insert")
      return try await connection.queryOne(insert(writer, named, ending: "ON CONFLICT DO NOTHING")).decode(
        Int.self)
    }
  }

  private func insert(_ writer: RowWriter, _ named: PostgresIdentifier?, ending: String) -> PostgresQuery {
    let names = writer.columns.map(\.quoted).joined(separator: ", ")
    let values = writer.columns.map(\.inserted).joined(separator: ", ")
    let order = writer.key.map { "staged.\($0)" }.joined(separator: ", ")
    return """
      WITH written AS (
        INSERT INTO \(unescaped: writer.quoted) AS live (\(unescaped: names))
        \(unescaped: overridesIdentity ? "OVERRIDING SYSTEM VALUE" : "")
        SELECT \(unescaped: values) FROM \(unescaped: writer.source) AS staged \(unescaped: join(named))
        ORDER BY \(unescaped: order)
        \(unescaped: ending)
        RETURNING 1
      ) SELECT count(*) FROM written
      """
  }

  private func join(_ named: PostgresIdentifier?) -> String {
    named.map { "JOIN \($0.quoted) AS missing ON missing.seed_row = staged.seed_row" } ?? ""
  }

  /// Remembers the rows that were inserted, as the table has them. A statement of its own, because an INSERT
  /// returns nothing of where its rows came from, and finding that by the text of the key took four times as
  /// long as all else. Sorted as the index is, which halves the time.
  private func own(
    _ writer: RowWriter, _ named: PostgresIdentifier?, _ ownership: RowWriter.Ownership
  ) -> PostgresQuery {
    """
    INSERT INTO seed_runner.owned_row AS owner (table_id, file_id, record, inserted, attempt_id, digest, key)
    SELECT \(ownership.table), (\(ownership.files))[staged.seed_file + 1], staged.seed_record, true,
      \(ownership.attempt), \(unescaped: writer.liveDigest), \(unescaped: writer.keyText("live"))
    FROM \(unescaped: writer.source) AS staged \(unescaped: join(named))
    JOIN \(unescaped: writer.quoted) AS live ON \(unescaped: writer.match)
    ORDER BY \(unescaped: writer.keyText("live"))
    \(unescaped: ownership.isFirst ? "" : RowWriter.replacesOwner)
    """
  }

  private func update(
    _ writer: RowWriter, _ difference: RowDifference, _ ownership: RowWriter.Ownership?
  ) -> PostgresQuery {
    var sets = writer.compared.map { "\($0.quoted) = \($0.wanted)" }
    if let touchedColumn { sets.append("\(touchedColumn) = now()") }
    var owned: PostgresQuery = ""
    if let ownership {
      owned = """
        , owned AS (
          INSERT INTO seed_runner.owned_row AS owner (table_id, file_id, record, inserted, attempt_id, digest, key)
          SELECT \(ownership.table), (\(ownership.files))[seed_file + 1], seed_record, false, \(ownership.attempt),
            digest, key
          FROM written
          \(unescaped: RowWriter.replacesOwner)
        )
        """
    }
    return """
      WITH written AS (
        UPDATE \(unescaped: writer.quoted) AS live SET \(unescaped: sets.joined(separator: ", "))
        FROM \(unescaped: writer.source) AS staged
        JOIN \(difference.stage) AS difference ON difference.seed_row = staged.seed_row
        WHERE \(unescaped: writer.match) \(unescaped: writer.drift == .keep ? "AND NOT difference.drifted" : "")
        RETURNING \(unescaped: writer.keyText("live")) AS key, \(unescaped: writer.liveDigest) AS digest,
          staged.seed_file, staged.seed_record
      )\(owned)
      SELECT count(*) FROM written
      """
  }
}

extension RowWriter {
  /// What becomes of an entry that a row has.
  static let replacesOwner = """
    ON CONFLICT (table_id, key) DO UPDATE SET file_id = excluded.file_id, record = excluded.record,
      inserted = owner.inserted OR excluded.inserted, attempt_id = excluded.attempt_id, digest = excluded.digest
    """

  /// A part of a WITH: the entries of the rows in `written`, which has `key` and `digest`.
  func ownedRows(_ ownership: Ownership, inserted: String) -> PostgresQuery {
    """
    owned AS (
      INSERT INTO seed_runner.owned_row AS owner (table_id, file_id, record, inserted, attempt_id, digest, key)
      SELECT \(ownership.table), (\(ownership.files))[staged.seed_file + 1], staged.seed_record,
        \(unescaped: inserted), \(ownership.attempt), written.digest, written.key
      FROM written JOIN \(unescaped: source) AS staged ON \(unescaped: keyText("staged")) = written.key
      \(unescaped: Self.replacesOwner)
    )
    """
  }
}
