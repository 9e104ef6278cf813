import Postgres

/// The rows of a table that differ from the staged ones, in a temporary table of the transaction.
struct RowDifference {
  /// `seed_row`, `key`, `drifted`; for a plan also `old` and `new`, which are texts by column.
  let stage: PostgresIdentifier
  let rowCount: Int
  /// How many of them somebody edited.
  let drifted: Int

  /// - Parameters:
  ///   - ownerJoin: makes `owner` known, if the table is in the history.
  ///   - owned: the entry, if its digests cover the columns of today.
  static func stage(
    _ writer: RowWriter, ownerJoin: String?, owned: OwnedTable?
  ) async throws -> RowDifference {
    let connection = writer.context.connection
    let name = try PostgresIdentifier("seed_difference_\(writer.context.nextStageNumber())")
    let isDrift = owned == nil ? "false" : "coalesce(owner.digest <> \(writer.liveDigest), false)"
    let details =
      writer.context.recorder == nil
      ? ""
      : ", \(object(writer, "live")) AS old, \(wanted(writer)) AS new, staged.seed_file, staged.seed_record"
    try await connection.query(
      PostgresQuery(
        unescaped: """
          CREATE TEMPORARY TABLE \(name.quoted) ON COMMIT DROP AS
          SELECT staged.seed_row, \(writer.keyText("staged")) AS key, \(isDrift) AS drifted\(details)
          FROM \(writer.source) AS staged JOIN \(writer.quoted) AS live ON \(writer.match)
          \(ownerJoin ?? "")
          WHERE \(writer.differs)
          """))
    let (count, drifted) = try await connection.queryOne(
      "SELECT count(*), count(*) FILTER (WHERE drifted) FROM \(name)"
    ).decode(Int.self, Int.self)
    return RowDifference(stage: name, rowCount: count, drifted: drifted)
  }

  private static func object(_ writer: RowWriter, _ alias: String) -> String {
    "ARRAY[\(writer.compared.map { "\(alias).\($0.quoted)::text" }.joined(separator: ", "))]"
  }

  private static func wanted(_ writer: RowWriter) -> String {
    "ARRAY[\(writer.compared.map { "(\($0.wanted))::text" }.joined(separator: ", "))]"
  }
}

extension RowWriter {
  /// Tells the recorder of a plan what would be written.
  func record(difference: RowDifference?, owned: OwnedTable?, keepsGone: Bool) async throws {
    guard let recorder = context.recorder else { return }
    let limit = ChangeRecorder.rowLimit
    if let difference {
      let rows = try await context.connection.query(
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
              ? nil : RowChange.Column(name: column.plainName, old: values.0, new: values.1)
          }
          return RowChange(
            table: name, key: key, action: isDrift && drift == .keep ? .keep : .update, isDrift: isDrift,
            file: path(file), record: record.map(Int.init), columns: columns)
        })
    }
    let owner = owned.map {
      "LEFT JOIN seed_runner.owned_row AS owner ON owner.table_id = \($0.id) AND owner.key = \(keyText("staged"))"
    }
    let values = columns.map { "staged.\($0.quoted)::text" }.joined(separator: ", ")
    let rows = try await context.connection.query(
      """
      SELECT \(unescaped: keyText("staged")), \(unescaped: owner == nil ? "false" : "owner.key IS NOT NULL"),
        ARRAY[\(unescaped: values)], staged.seed_file, staged.seed_record
      FROM \(unescaped: source) AS staged LEFT JOIN \(unescaped: quoted) AS live ON \(unescaped: match)
      \(unescaped: owner ?? "") WHERE \(unescaped: isAbsent) ORDER BY staged.seed_row LIMIT \(Int64(limit))
      """)
    recorder.add(
      try rows.map { row in
        let (key, isGone, values, file, record) = try row.decode(
          String.self, Bool.self, [String?].self, Int32.self, Int32?.self)
        let columns = zip(values, columns).compactMap { value, column in
          value.map { RowChange.Column(name: column.plainName, old: nil, new: $0) }
        }
        return RowChange(
          table: name, key: key, action: isGone && keepsGone ? .keep : .insert, isDrift: isGone,
          file: path(file), record: record.map(Int.init), columns: columns)
      })
  }

  private func path(_ file: Int32) -> String? { files.indices.contains(Int(file)) ? files[Int(file)] : nil }
}

extension RowWriter.Column {
  /// The name without quotes.
  var plainName: String {
    String(quoted.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }
}
