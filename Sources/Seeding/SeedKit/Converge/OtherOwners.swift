import Postgres

extension RowWriter {
  /// Rejects rows that another seeder writes with other values, because each seeder would undo the other's work on
  /// every run.
  ///
  /// A row counts as the other seeder's while it has the values that seeder wrote. Seeders that fill different
  /// columns of a row do not conflict.
  func refuseOtherOwners(_ difference: RowDifference) async throws {
    guard difference.rowCount > 0 else { return }
    var faults: [FixtureFault] = []
    for other in try await context.otherOwners(of: canonicalName)
    where other.keyColumns == key && other.rule == rule.recorded {
      let shared = compared.filter { other.valueColumns.contains($0.quoted) }
      guard !shared.isEmpty else { continue }
      let columns = shared.map {
        "CASE WHEN \(differs(in: [$0])) THEN '\($0.plainName.replacing("'", with: "''"))' END"
      }
      let rows = try await context.session.query(
        """
        SELECT staged.seed_file, staged.seed_record, staged.seed_line, difference.key,
          concat_ws(', ', \(unescaped: columns.joined(separator: ", ")))
        FROM \(unescaped: source) AS staged
        JOIN \(difference.stage) AS difference ON difference.seed_row = staged.seed_row
        JOIN \(unescaped: quoted) AS live ON \(unescaped: match)
        JOIN seed_runner.owned_row AS owner ON owner.table_id = \(other.id) AND owner.key = difference.key
        WHERE owner.digest = \(unescaped: RowText.digest(other.valueColumns, of: "live"))
          AND \(unescaped: differs(in: shared))
        ORDER BY staged.seed_row LIMIT \(Int64(FaultCollector.limit))
        """)
      for row in rows {
        let (file, record, line, key, columns) = try row.decode(
          Int32.self, Int32?.self, Int32?.self, String.self, String.self)
        faults.append(
          fault(
            .rowOfAnotherSeeder, file: file, record: record, line: line, field: columns,
            found: "a different value than the seeder '\(other.seeder)' writes to row '\(key)' of \(name)",
            expected: "the row in only one of the two seeders, or the same values in both"))
      }
    }
    guard faults.isEmpty else { throw FixtureError(limited: faults) }
  }
}
