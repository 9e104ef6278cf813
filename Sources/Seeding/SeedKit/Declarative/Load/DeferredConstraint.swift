import Postgres

/// Explains the violation of a constraint that was checked at the end of the transaction.
struct DeferredConstraint {
  private let error: PostgresError
  private let stages: [TableStage]
  private let connection: PostgresConnection

  init(_ error: PostgresError, stages: [TableStage], on connection: PostgresConnection) {
    self.error = error
    self.stages = stages
    self.connection = connection
  }

  /// - Returns: ``FixtureError`` with the records; `error` if no record is found to be the cause.
  func explanation() async throws -> any Error {
    let faults = error.sqlState == .foreignKeyViolation ? try await dangling() : try await doubles()
    if !faults.isEmpty { return FixtureError(limited: faults) }
    if let state = error.sqlState, String(state.classCode) == "P0", let raised = try await raised() {
      return raised
    }
    return error
  }

  /// Explains an error of a deferred trigger. The server does not report the row.
  private func raised() async throws -> FixtureError? {
    for stage in stages where stage.load.rowCount > 0 {
      let triggers = try await connection.query(
        """
        SELECT tgname::text FROM pg_trigger WHERE tgrelid = to_regclass(\(stage.load.live.quoted)) AND tgdeferrable
          AND NOT tgisinternal AND tgenabled IN ('O', 'A') ORDER BY 1
        """
      ).map { "'\(try $0.decode(String.self))'" }
      guard !triggers.isEmpty else { continue }
      let names = triggers.joined(separator: ", ")
      let definition = stage.load.definition
      return FixtureError([
        FixtureFault(
          .rejectedRow, file: definition.path, line: definition.line, field: "table",
          found:
            "a deferred trigger of \(stage.load.live.name) (\(names)) rejects the rows: \(error.message)",
          expected: "")
      ])
    }
    return nil
  }

  private var constraint: String { error.server?.constraintName ?? "" }

  /// Faults for records whose foreign key references a missing row.
  private func dangling() async throws -> [FixtureFault] {
    var faults: [FixtureFault] = []
    for stage in stages where stage.load.rowCount > 0 {
      for key in stage.load.live.foreignKeys where ShardName.isName(constraint, of: key.name) {
        let columns = try key.columns.map { try PostgresIdentifier($0).quoted }
        let targets = try key.targetColumns.map { try PostgresIdentifier($0).quoted }
        let match = zip(targets, columns).map { "target.\($0) = live.\($1)" }.joined(separator: " AND ")
        let given = columns.map { "live.\($0) IS NOT NULL" }.joined(separator: " AND ")
        let shown = columns.map { "live.\($0)::text" }.joined(separator: ", ")
        faults += try await faultsOfStage(
          .missingReference, stage, values: "concat_ws(', ', \(shown))",
          join: "LEFT JOIN \(key.targetQuoted) AS target ON \(match)",
          condition: "\(given) AND target.\(targets[0]) IS NULL",
          found: {
            "no row of \(key.target) with \(key.targetColumns.joined(separator: ", ")) '\($0)' (foreign key '\(key.name)')"
          }, expected: "")
      }
    }
    return faults
  }

  /// Faults for records whose values occur twice in the table.
  private func doubles() async throws -> [FixtureFault] {
    var faults: [FixtureFault] = []
    for stage in stages where stage.load.rowCount > 0 {
      let live = stage.load.live
      for index in try await UniqueIndex.all(of: live.quoted, on: connection) where index.isNamed(constraint)
      {
        let key = try stage.liveKey()
        let keys = key.enumerated().map { "live.\($1) AS y\($0)" }.joined(separator: ", ")
        let rows = "(SELECT \(keys), \(index.values) FROM \(live.quoted) AS live \(index.filter))"
        let rule = stage.load.keyRule
        let isSame = rule.match(key.indices.map { "a.y\($0)" }, key.indices.map { "b.y\($0)" })
        let isLive = rule.match(key.indices.map { "a.y\($0)" }, key.map { "live.\($0)" })
        faults += try await faultsOfStage(
          .duplicateKey, stage, values: "double.text",
          join: """
            JOIN LATERAL (
              SELECT \(index.text(of: "a")) || ', also in row ''' || \(RowText.key(key.indices.map { "y\($0)" }, of: "b")) || '''' AS text
              FROM \(rows) AS a JOIN \(rows) AS b ON \(index.match("a", "b")) AND NOT (\(isSame))
              WHERE \(isLive) LIMIT 1) AS double ON true
            """, condition: "true", found: { "\($0): \(index.name) of \(live.name) \(index.verdict)" },
          expected: "a different value in one of the two")
      }
    }
    return faults
  }

  private func faultsOfStage(
    _ code: ErrorCode, _ stage: TableStage, values: String, join: String = "", condition: String,
    found: (String) -> String, expected: String
  ) async throws -> [FixtureFault] {
    let match = stage.load.keyRule.match(
      try stage.liveKey().map { "live.\($0)" }, stage.stagedKey.map { "staged.\($0)" })
    return try await connection.query(
      PostgresQuery(
        unescaped: """
          SELECT staged.seed_file, staged.seed_record, staged.seed_line, \(values)
          FROM \(try stage.source()) AS staged
          JOIN \(stage.load.keyRule.rows(of: stage.load.live.quoted)) AS live ON \(match) \(join)
          WHERE \(condition) ORDER BY staged.seed_row LIMIT \(FaultCollector.limit)
          """)
    ).map { row in
      let (file, record, line, shown) = try row.decode(Int32.self, Int32.self, Int32.self, String.self)
      return stage.place(file, record, line).fault(code, found: found(shown), expected: expected)
    }
  }
}
