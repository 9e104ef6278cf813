import Postgres

/// The staged rows of an upsert that the seeder ran earlier in the same attempt.
struct EarlierUpsert {
  /// The natural key in the table, quoted.
  let key: [String]
  /// The natural key in the staged rows, quoted, in the same order.
  let stagedKey: [String]
  let columns: [RowWriter.Column]
  /// The rows as a FROM item.
  let source: String

  /// A query for the rows: `k0`, `k1` and so on for the key, `v0`, `v1` and so on for the given columns, and `m0`,
  /// `m1` and so on for whether the row lacks the column.
  func rows(_ columns: [RowWriter.Column]) -> String {
    let keys = stagedKey.enumerated().map { "staged.\($1) AS k\($0)" }
    let values = columns.enumerated().map { "staged.\($1.stagedName) AS v\($0)" }
    let missing = columns.enumerated().map { "(\($1.isMissing ?? "false")) AS m\($0)" }
    return "SELECT \((keys + values + missing).joined(separator: ", ")) FROM \(source) AS staged"
  }
}

extension RowWriter {
  /// Rejects a different key than in an earlier upsert into the table, because recorded rows are found by their keys.
  func refuseOtherKey() throws {
    guard isUpsert, let earlier = context.upserts(into: canonicalName).first, earlier.key != key else {
      return
    }
    func list(_ columns: [String]) -> String {
      columns.map { Column(quoted: $0, stagedName: $0).plainName }.joined(separator: ", ")
    }
    throw FixtureError([
      FixtureFault(
        .invalidDefinition, file: files.first ?? name, field: "key",
        found:
          "the key (\(list(key))) for the table \(name), but an earlier upsert of this seeder has the key "
          + "(\(list(earlier.key)))",
        expected: "the same key in all upserts of a seeder into a table")
    ])
  }

  /// Rejects rows that an earlier upsert writes with other values, because each upsert would undo the other's work
  /// on every run. Upserts that fill different columns of a row do not conflict.
  func refuseEarlierUpserts(_ difference: RowDifference) async throws {
    guard isUpsert, difference.rowCount > 0 else { return }
    let earlier = context.upserts(into: canonicalName)
    let groups = Dictionary(grouping: earlier) { upsert in
      compared.map(\.quoted).filter { name in upsert.columns.contains { $0.quoted == name } }
    }
    var faults: [FixtureFault] = []
    for (names, upserts) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      for start in stride(from: 0, to: upserts.count, by: Self.upsertLimit) {
        let rows = upserts[start..<min(start + Self.upsertLimit, upserts.count)].map { upsert in
          upsert.rows(names.compactMap { name in upsert.columns.first { $0.quoted == name } })
        }
        faults += try await differingRows(
          difference, names: names, earlier: "(\(rows.joined(separator: " UNION ALL ")))")
      }
    }
    guard faults.isEmpty else { throw FixtureError(limited: faults) }
  }

  /// The number of upserts that one query compares. A seeder may upsert its rows in many small parts.
  private static let upsertLimit = 100

  /// The faults for rows of `earlier` with other values in some of the columns.
  private func differingRows(
    _ difference: RowDifference, names: [String], earlier: String
  ) async throws -> [FixtureFault] {
    let columns = names.compactMap { name in compared.first { $0.quoted == name } }.enumerated()
      .map { index, column in
        """
        CASE WHEN NOT (earlier.m\(index) OR \(column.isMissing ?? "false"))
            AND record_image_ne(ROW(staged.\(column.stagedName)), ROW(earlier.v\(index)))
          THEN '\(column.plainName.replacing("'", with: "''"))' END
        """
      }
    let match = stagedKey.enumerated().map { "earlier.k\($0) = staged.\($1)" }.joined(separator: " AND ")
    return try await context.session.query(
      PostgresQuery(
        unescaped: """
          SELECT * FROM (
            SELECT staged.seed_file, staged.seed_record, staged.seed_line, \(stagedKeyText),
              concat_ws(', ', \((["NULL"] + columns).joined(separator: ", "))) AS fields
            FROM \(source) AS staged
            JOIN \(difference.stage.quoted) AS difference ON difference.seed_row = staged.seed_row
            JOIN \(earlier) AS earlier ON \(match)
            ORDER BY staged.seed_row
          ) AS pair WHERE fields <> '' LIMIT \(FaultCollector.limit)
          """)
    ).map { row in
      let (file, record, line, key, fields) = try row.decode(
        Int32.self, Int32?.self, Int32?.self, String.self, String.self)
      return fault(
        .duplicateKey, file: file, record: record, line: line, field: fields,
        found: "a different value for the key '\(key)' than in an earlier upsert of this seeder",
        expected: "the same value, or the row in only one of the upserts")
    }
  }
}
