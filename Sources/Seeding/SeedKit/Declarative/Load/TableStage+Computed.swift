import Postgres

/// Columns that SQL expressions fill. They are computed for rows that are new, that were edited, or whose inputs have
/// changed since they were written. All other rows keep their values, as if their records lacked the field. A result is
/// read from its text, like a field, so that nothing is rounded or cut.
extension TableStage {
  /// The function of an expression, in the temporary schema. The server parses it, and it takes only texts.
  private func function(_ index: Int) -> String { "pg_temp.\(typed.name)_\(index)" }

  private func signature(_ index: Int) -> String {
    "\(function(index))(\(load.computed[index].slots.map { _ in "text" }.joined(separator: ", ")))"
  }

  /// The columns of the typed rows with the result, and with whether there is one.
  func computedName(_ index: Int) -> String { "\"c\(index)\"" }
  func isComputedName(_ index: Int) -> String { "\"k\(index)\"" }

  /// Creates the functions. An expression that the server rejects is a fault.
  func createFunctions(_ faults: FaultCollector) async throws {
    let connection = context.session
    for (index, computed) in load.computed.enumerated() {
      do {
        try await connection.pipeline([
          "SAVEPOINT seed_function",
          // A pooler may have kept the session of a run that was killed.
          "DROP FUNCTION IF EXISTS \(unescaped: signature(index))",
          """
          CREATE FUNCTION \(unescaped: signature(index)) RETURNS text LANGUAGE sql
          RETURN CAST((\(unescaped: computed.value.expression)) AS text)
          """,
          "RELEASE SAVEPOINT seed_function",
        ])
      } catch let error as PostgresError where error.code == .serverError && !error.isTransient {
        try await connection.query("ROLLBACK TO SAVEPOINT seed_function")
        faults.add(
          FixtureFault(
            .invalidDefinition, file: load.definition.path, line: computed.rule.line,
            field: computed.rule.column,
            found: "an SQL expression that the server rejects (\(error.message))",
            expected:
              "an expression of \(computed.slots.isEmpty ? "no parameters" : "$1 to $\(computed.slots.count)")"
          ))
      }
    }
  }

  func dropFunctions() -> [PostgresQuery] {
    load.computed.indices.map { "DROP FUNCTION IF EXISTS \(unescaped: signature($0))" }
  }

  /// Computes the columns.
  func compute(_ faults: FaultCollector) async throws {
    let connection = context.session
    var sets: [String] = []
    for index in load.computed.indices {
      let computed = load.computed[index]
      let whole = computed.isShortened ? ", ADD COLUMN \(wholeName(index)) \(computed.wholeType)" : ""
      try await connection.query(
        """
        ALTER TABLE \(typed) ADD COLUMN \(unescaped: computedName(index)) \(unescaped: computed.column.storedType),
          ADD COLUMN \(unescaped: isComputedName(index)) boolean NOT NULL DEFAULT false\(unescaped: whole)
        """)
      let isDue = isDue(index)
      sets.append(
        """
        \(computed.isShortened ? wholeName(index) : computedName(index)) = CASE WHEN \(isDue)
          THEN \(function(index))(\(inputs(index).joined(separator: ", ")))::\(computed.wholeType) END,
        \(isComputedName(index)) = \(isDue)
        """)
    }
    let owned = try await context.ownedTable(load.live.canonicalName)
    let recorded = try await writer(source: try source()).recordedDigest(owned)
    let isUnresolved = presentReferences.enumerated().compactMap { index, reference in
      load.definition.key.contains { reference.column.name.isNamed($0) }
        ? "staged.\"x\(index)\" IS NULL" : nil
    }
    let match = load.keyRule.match(
      try liveKey().map { "live.\($0)" }, stagedKey.map { "staged.\($0)" })
    let key = try liveKey()
    let isNew = (["live.\(presenceColumn ?? key[0]) IS NULL"] + isUnresolved).joined(separator: " OR ")
    // Without a record of the row, its inputs are unknown.
    let changed =
      load.definition.policy == .insertMissing
      ? "false" : "owner.key IS NULL OR owner.digest IS DISTINCT FROM \(recorded ?? "NULL")"
    let live = context.counterparts(
      of: load.live.canonicalName, load.keyRule.rows(of: load.live.quoted), in: try source(), on: match)
    let rows = try context.rows(
      over: load.live.canonicalName,
      """
      SELECT staged.seed_row, \(isNew) AS is_new, \(changed) AS is_changed, owner.sql_inputs
      FROM \(try source()) AS staged
      LEFT JOIN \(live) AS live ON \(match)
      LEFT JOIN seed_runner.owned_row AS owner
        ON owner.table_id = \(owned?.id ?? -1) AND owner.key = \(RowText.key(key, of: "live"))
      """)
    let query = PostgresQuery(
      unescaped: """
        UPDATE \(typed.quoted) AS typed SET \(sets.joined(separator: ", "))
        FROM \(rows.item) AS row WHERE row.seed_row = typed.seed_row
        """)
    do {
      try await connection.pipeline(
        rows.preparation + ["SAVEPOINT seed_computed", query, "RELEASE SAVEPOINT seed_computed"])
    } catch let error as PostgresError where error.code == .serverError && !error.isTransient {
      try await connection.query("ROLLBACK TO SAVEPOINT seed_computed")
      let before = faults.count
      for index in load.computed.indices { try await findRejectedInputs(index, faults) }
      guard faults.count > before else { throw error }
    }
    for index in load.computed.indices where load.computed[index].isShortened {
      try await storeWhole(index, faults)
    }
    isComputed = true
  }

  /// The column of the typed rows with the result before it gets the precision of the column.
  private func wholeName(_ index: Int) -> String { "\"w\(index)\"" }

  /// Gives results the precision of the column. A result that would lose something is a fault.
  private func storeWhole(_ index: Int, _ faults: FaultCollector) async throws {
    let computed = load.computed[index]
    let (whole, stored) = (wholeName(index), computedName(index))
    try await context.session.query(
      "UPDATE \(typed) SET \(unescaped: stored) = \(unescaped: whole)::\(unescaped: computed.column.storedType)"
    )
    let rows = try await context.session.query(
      """
      SELECT \(unescaped: origin(of: "typed")), left(\(unescaped: whole)::text, 61) FROM \(typed) AS typed
      WHERE \(unescaped: whole) IS DISTINCT FROM \(unescaped: stored)::\(unescaped: computed.wholeType)
      ORDER BY seed_row LIMIT \(Int64(FaultCollector.limit))
      """)
    faults.noteRows(rows.count)
    for row in rows {
      let (origin, value) = try row.decode([Int32].self, String?.self)
      faults.add(
        place(origin).fault(
          .invalidColumnValue, field: computed.rule.column,
          found: computed.isSecret ? "a result of the SQL expression" : "the result '\(value ?? "")'",
          expected: "a result that a column of type \(computed.column.type) stores unchanged"))
    }
  }

  /// SQL for the inputs of an expression, as texts.
  private func inputs(_ index: Int) -> [String] {
    load.computed[index].slots.map { "typed.\(load.slots[$0].stagedName.quoted)" }
  }

  /// SQL for a digest of an expression and its inputs.
  private func inputDigest(_ index: Int) -> String {
    let expression = "'\(load.computed[index].value.expression.replacing("'", with: "''"))'::text"
    let row = "ROW(\(([expression] + inputs(index)).joined(separator: ", ")))::text"
    return "encode(sha256(convert_to(\(row), 'UTF8')), 'hex')"
  }

  private func isDue(_ index: Int) -> String {
    let name = load.computed[index].column.name.name.replacing("'", with: "''")
    let isChanged =
      load.definition.policy == .insertMissing
      ? "false" : "row.is_changed OR row.sql_inputs ->> '\(name)' IS DISTINCT FROM \(inputDigest(index))"
    let lacking = load.computed[index].slots.map { isMissing($0, "typed") }.filter { $0 != "false" }
    let isComplete = lacking.isEmpty ? "" : "NOT (\(lacking.joined(separator: " OR "))) AND "
    return "(\(isComplete)(row.is_new OR \(isChanged)))"
  }

  /// Tries the inputs of each record separately.
  private func findRejectedInputs(_ index: Int, _ faults: FaultCollector) async throws {
    let connection = context.session
    let computed = load.computed[index]
    try await createProbe()
    let arguments = computed.slots.indices.map { "inputs ->> \($0)" }.joined(separator: ", ")
    let statement =
      "SELECT \(function(index))(\(arguments))::\(computed.wholeType) FROM (SELECT $1::jsonb AS inputs) AS row"
    let rows = try await connection.query(
      """
      SELECT \(unescaped: origin(of: "typed")), left(inputs, 61), fault
      FROM (SELECT *, jsonb_build_array(\(unescaped: inputs(index).joined(separator: ", ")))::text AS inputs
        FROM \(typed) AS typed) AS typed,
      LATERAL (SELECT pg_temp.seed_value_fault(\(statement), inputs) AS fault OFFSET 0) AS judged
      WHERE fault IS NOT NULL ORDER BY seed_row LIMIT \(Int64(FaultCollector.limit))
      """)
    faults.noteRows(rows.count)
    for row in rows {
      let (origin, inputs, fault) = try row.decode([Int32].self, String.self, String.self)
      let isSecret = computed.isSecret
      let shown = inputs.unicodeScalars.count > 60 ? "\(inputs.prefix(60))…" : inputs
      faults.add(
        place(origin).fault(
          .invalidColumnValue, field: computed.rule.column,
          found: isSecret ? "values that the SQL expression rejects" : "the inputs \(shown)",
          expected: isSecret ? "other values" : "values that the SQL expression accepts (\(fault))"))
    }
  }

  /// Records the inputs of the rows that were written with computed values.
  func recordInputs() async throws {
    guard let owned = try await context.ownedTable(load.live.canonicalName) else { return }
    let pairs = load.computed.indices.map { index in
      let name = load.computed[index].column.name.name.replacing("'", with: "''")
      return
        "CASE WHEN typed.\(isComputedName(index)) THEN jsonb_build_object('\(name)', \(inputDigest(index))) ELSE '{}' END"
    }
    let isComputed = load.computed.indices.map { "typed.\(isComputedName($0))" }.joined(separator: " OR ")
    let writer = try await writer(source: try source())
    let rows = try context.rows(
      over: writer.canonicalName,
      """
      SELECT \(writer.liveKeyText) AS key, \(writer.liveDigest) AS digest, \(pairs.joined(separator: " || ")) AS inputs
      FROM \(writer.source) AS staged
      JOIN \(typed.quoted) AS typed ON typed.seed_row = staged.seed_row
      JOIN \(writer.quoted) AS live ON \(writer.match) WHERE (\(isComputed))
      """)
    try await context.session.pipeline(
      rows.preparation + [
        """
        UPDATE seed_runner.owned_row AS owner SET sql_inputs = coalesce(owner.sql_inputs, '{}') || row.inputs
        FROM \(unescaped: rows.item) AS row
        WHERE owner.table_id = \(owned.id) AND owner.key = row.key AND owner.digest = row.digest
        """
      ])
  }
}

extension TableLoad.Computed {
  /// The type of a result before it gets the precision of the column. A date is read with its time of day.
  var wholeType: String { column.baseType == "date" ? "timestamp without time zone" : column.baseType }
  /// Whether a result might lose something when it is stored.
  var isShortened: Bool { wholeType != column.storedType }
  /// Whether a plan and errors do not show the value.
  var isSecret: Bool { !value.environmentNames.isEmpty }
}
