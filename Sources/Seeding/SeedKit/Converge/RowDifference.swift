import Postgres

/// The rows of a table that differ from the staged rows, in a temporary table of the transaction.
struct RowDifference {
  /// `seed_row`, `key`, `drifted`, `moved`; for a plan also `old` and `new`, arrays of texts.
  let stage: PostgresIdentifier
  let rowCount: Int
  /// The number of rows that were edited outside seed-runner.
  let drifted: Int
  /// The columns that differ in some row, quoted. An update sets only these, so that it needs no privileges on
  /// other columns and does not fire their triggers.
  let changed: Set<String>

  /// Finds the rows. If the database changes a written value, for example in a trigger, the row always differs from
  /// its record. Such a row counts as unchanged as long as both record and row are the same as after the last run.
  ///
  /// - Parameters:
  ///   - owned: the recorded entry of the table.
  ///   - recorded: the digest over its columns; nil if it is not comparable.
  ///   - hasDigests: whether its digests cover the current columns.
  static func stage(
    _ writer: RowWriter, owned: OwnedTable?, recorded: String?, hasDigests: Bool
  ) async throws -> RowDifference {
    let connection = writer.context.session
    let name = try writer.context.temporaryName("seed_difference")
    var isDrift = "false"
    var ownerJoin = ""
    var settled = ""
    if let owned, let recorded {
      isDrift = "coalesce(owner.digest <> \(recorded), false)"
      ownerJoin = """
        LEFT JOIN seed_runner.owned_row AS owner
          ON owner.table_id = \(owned.id) AND owner.key = \(writer.liveKeyText)
        """
      if hasDigests {
        settled = """
          AND NOT coalesce(owner.input = \(writer.inputDigest) AND owner.digest = \(writer.liveDigest), false)
          """
      }
    }
    let details =
      writer.context.recorder == nil
      ? ""
      : ", \(object(writer)) AS old, \(wanted(writer)) AS new, staged.seed_file, staged.seed_record"
    try await connection.query(
      PostgresQuery(
        unescaped: """
          CREATE TEMPORARY TABLE \(name.quoted) ON COMMIT DROP AS
          SELECT staged.seed_row, \(writer.liveKeyText) AS key, \(isDrift) AS drifted, false AS moved,
            ARRAY[\(writer.compared.map { writer.differs(in: [$0]) }.joined(separator: ", "))] AS changes\(details)
          FROM \(writer.source) AS staged JOIN \(writer.quoted) AS live ON \(writer.match) \(ownerJoin)
          WHERE \(writer.differs) \(settled)
          """))
    let changes = writer.compared.indices.map { "coalesce(bool_or(changes[\($0 + 1)]), false)" }
    let (count, drifted, isChanged) = try await connection.queryOne(
      """
      SELECT count(*), count(*) FILTER (WHERE drifted), ARRAY[\(unescaped: changes.joined(separator: ", "))]::boolean[]
      FROM \(name)
      """
    ).decode(Int.self, Int.self, [Bool].self)
    return RowDifference(
      stage: name, rowCount: count, drifted: drifted,
      changed: Set(zip(writer.compared, isChanged).filter(\.1).map(\.0.quoted)))
  }

  private static func object(_ writer: RowWriter) -> String {
    "ARRAY[\(writer.compared.map { "live.\($0.quoted)::text" }.joined(separator: ", "))]"
  }

  private static func wanted(_ writer: RowWriter) -> String {
    "ARRAY[\(writer.compared.map { "(\($0.wanted))::text" }.joined(separator: ", "))]"
  }
}

extension RowWriter {
  /// Adds what would be written to a plan.
  func record(difference: RowDifference?, owned: OwnedTable?, keepsGone: Bool) async throws {
    guard let recorder = context.recorder else { return }
    let limit = ChangeRecorder.rowLimit
    if let difference {
      let rows = try await context.session.query(
        """
        SELECT key, drifted, old, new, seed_file, seed_record FROM \(difference.stage)
        ORDER BY seed_row LIMIT \(Int64(limit))
        """)
      recorder.add(
        try rows.map { row in
          let (key, isDrift, old, new, file, record) = try row.decode(
            String.self, Bool.self, [String?].self, [String?].self, Int32.self, Int32?.self)
          let columns = zip(zip(old, new), compared).compactMap { values, column in
            values.0 == values.1
              ? nil
              : RowChange.Column(
                name: column.plainName, old: values.0.map(column.shown), new: values.1.map(column.shown))
          }
          return RowChange(
            table: name, key: key, action: isDrift && drift == .keep ? .keep : .update, isDrift: isDrift,
            file: path(file), record: record.map(Int.init), columns: columns)
        })
    }
    let owner = owned.map {
      "LEFT JOIN seed_runner.owned_row AS owner ON owner.table_id = \($0.id) AND owner.key = \(stagedKeyText)"
    }
    let columns = columns.filter(\.isRecorded)
    let values = columns.map { "staged.\($0.stagedName)::text" }.joined(separator: ", ")
    let rows = try await context.session.query(
      """
      SELECT \(unescaped: stagedKeyText), \(unescaped: owner == nil ? "false" : "owner.key IS NOT NULL"),
        ARRAY[\(unescaped: values)], staged.seed_file, staged.seed_record
      FROM \(unescaped: source) AS staged LEFT JOIN \(unescaped: counterparts) AS live ON \(unescaped: match)
      \(unescaped: owner ?? "") WHERE \(unescaped: isAbsent) ORDER BY staged.seed_row LIMIT \(Int64(limit))
      """)
    recorder.add(
      try rows.map { row in
        let (key, isGone, values, file, record) = try row.decode(
          String.self, Bool.self, [String?].self, Int32.self, Int32?.self)
        let columns = zip(values, columns).compactMap { value, column in
          value.map { RowChange.Column(name: column.plainName, old: nil, new: column.shown($0)) }
        }
        return RowChange(
          table: name, key: key, action: isGone && keepsGone ? .keep : .insert, isDrift: isGone,
          isRemoved: isGone, file: path(file), record: record.map(Int.init), columns: columns)
      }.filter { $0.action != .keep || !isLookedAtAgain })
  }

  func path(_ file: Int32) -> String? { files.indices.contains(Int(file)) ? files[Int(file)] : nil }

  /// A fault for a staged row.
  func fault(
    _ code: ErrorCode = .rejectedRow, file: Int32, record: Int32?, line: Int32?, field: String? = nil,
    found: String, expected: String
  ) -> FixtureFault {
    FixtureFault(
      code, file: path(file) ?? name, line: line.map(Int.init), record: record.map(Int.init), field: field,
      found: found, expected: expected)
  }
}

extension RowWriter.Column {
  /// A value for a plan.
  func shown(_ value: String) -> String { isSecret ? "(secret)" : value }

  var plainName: String {
    String(quoted.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }
}
