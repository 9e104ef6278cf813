import Postgres

extension RowWriter {
  /// Rejects rows that the partial index of the key would not cover: the next run would not find them.
  func refuseOutside() async throws {
    guard let outside, let condition = rule.predicate else { return }
    let rows = try await context.session.query(
      PostgresQuery(
        unescaped: """
          SELECT staged.seed_file, staged.seed_record, staged.seed_line, \(stagedKeyText)
          FROM \(source) AS staged LEFT JOIN \(counterparts(among: rule.rows(of: quoted))) AS live ON \(match)
          WHERE \(outside) ORDER BY staged.seed_row LIMIT \(FaultCollector.limit)
          """))
    let faults = try rows.map { row in
      let (file, record, line, key) = try row.decode(Int32.self, Int32?.self, Int32?.self, String.self)
      return fault(
        file: file, record: record, line: line, found: foundOutside(key, condition),
        expected: Self.expectedInside)
    }
    guard faults.isEmpty else { throw FixtureError(limited: faults) }
  }

  /// What is found if the condition does not hold for a row.
  func foundOutside(_ key: String, _ condition: String) -> String {
    "row '\(key)' of \(name), for which the condition of the key's unique index does not hold: \(condition)"
  }

  static let expectedInside = "values for which it holds, because the index identifies only these rows"
}
