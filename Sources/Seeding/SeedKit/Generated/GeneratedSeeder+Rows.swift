import Postgres

extension GeneratedSeeder {
  /// The load of a table, without what precedes and follows it.
  func rows(of table: GeneratedTable) -> BulkLoad {
    var load = BulkLoad(
      specification: specification(table), rowCount: table.rowCount, table: table.live.quoted,
      columns: table.columns.map(\.name),
      encoding: BinaryRows(table).map { binary in .binary { try binary.append($0, to: &$1) } }
        ?? .text { table.appendLine($0, to: &$1, scratch: &$2) })
    load.chunkSize = GeneratedTableBuilder.block
    load.streams = streams
    load.computed = table.computed
    load.firstNumber = firstNumber(of: table)
    load.explain = { .some(BulkLoadError.rejectedRow("\(table.live.name)", problem: $0.message)) }
    return load
  }

  func load(_ table: GeneratedTable, in part: BulkContext) throws -> BulkLoad {
    var load = rows(of: table)
    let numbers = table.columns.compactMap { column -> (sequence: String, query: String)? in
      guard case .number(let last) = column.encoder, table.rowCount > 0,
        let sequence = table.live[column.name.name]?.sequence
      else { return nil }
      return (sequence, "SELECT \(last + table.rowCount)::bigint AS number")
    }
    let quoted = table.live.quoted
    let rebuilds = rebuildsIndexes(of: table)
    load.begin = { connection, newRows in
      try await checkNumbers(of: table, newRows: newRows, on: connection)
      if rebuilds { try await part.dropIndexes(of: quoted, ifFewerRowsThan: newRows, on: connection) }
      // Before the first row, so that the application can insert rows while the load is not finished.
      for statement in SequenceAdvance(numbers).statements { try await connection.query(statement) }
    }
    // Other columns with a sequence have numbers of generators.
    let generated = table.columns.compactMap { column -> (sequence: String, query: String)? in
      guard case .generator = column.encoder, let live = table.live[column.name.name],
        let sequence = live.sequence, ["smallint", "integer", "bigint"].contains(live.baseType)
      else { return nil }
      return (sequence, "SELECT max(\(column.name.quoted))::bigint AS number FROM \(quoted)")
    }
    load.finish = { connection in
      for statement in SequenceAdvance(generated).statements { try await connection.query(statement) }
      try await connection.query("ANALYZE \(unescaped: quoted)")
    }
    return load
  }

  /// Rejects new rows whose consecutive numbers the application has used, or that the type of the column lacks.
  private func checkNumbers(
    of table: GeneratedTable, newRows: Int, on connection: PostgresConnection
  ) async throws {
    for column in table.columns {
      guard case .number(let last) = column.encoder, let live = table.live[column.name.name] else { continue }
      let limit = try await largestNumber(of: live, on: connection)
      if last > limit - table.rowCount {
        throw fault(
          table, .unsupportedTable, at: live.name.name,
          found: "\(table.rowCount) rows with numbers after \(last)",
          expected: "numbers up to \(limit), as the type \(live.type) and its sequence allow")
      }
      let largest = try await connection.queryOne(
        "SELECT coalesce(max(\(live.name)), 0)::bigint FROM \(unescaped: table.live.quoted)"
      ).decode(Int.self)
      guard largest > last + table.rowCount - newRows else { continue }
      throw fault(
        table, .otherBulkLoad, at: live.name.name,
        found: "a row with the number \(largest), which the new rows need",
        expected:
          "no rows of others among the numbers; run 'seed-runner reset \(id)' first, then the larger load")
    }
  }

  private func largestNumber(of column: LiveTable.Column, on connection: PostgresConnection) async throws
    -> Int
  {
    let limit = ["smallint": Int(Int16.max), "integer": Int(Int32.max)][column.baseType] ?? Int.max
    guard let sequence = column.sequence else { return limit }
    let maximum = try await connection.query(
      "SELECT seqmax FROM pg_sequence WHERE seqrelid = \(sequence)::text::regclass"
    ).first?.decode(Int.self)
    return min(limit, maximum ?? limit)
  }

  func fault(
    _ table: GeneratedTable, _ code: ErrorCode, at field: String, found: String, expected: String
  ) -> FixtureError {
    FixtureError([
      FixtureFault(
        code, file: definition.path, line: definition.tables.first { $0.table == table.live.name }?.line ?? 1,
        field: field, found: found, expected: expected)
    ])
  }

  /// Tries the first rows in a temporary table with the same constraints, before the first row is written.
  func check(_ table: GeneratedTable, on connection: PostgresConnection) async throws {
    let count = min(table.rowCount, 1_000)
    guard count > 0 else { return }
    _ = try key(of: table)
    try await connection.query(
      """
      CREATE TEMPORARY TABLE seed_generated_check
        (LIKE \(unescaped: table.live.quoted) INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING DEFAULTS) ON COMMIT DROP
      """)
    try await checkExpressions(of: table, in: "seed_generated_check", on: connection)
    var load = rows(of: table)
    load.explain = { error in
      fault(
        table, .rejectedRow, at: error.server?.columnName ?? Self.copiedColumn(error) ?? "generate",
        found:
          "a generated row that \(table.live.name) rejects: "
          + Self.problem(error).replacing("seed_generated_check", with: table.live.name.name),
        expected: "generators whose values the table accepts; nothing was written to it")
    }
    do {
      try await BulkContext.write(0..<count, of: load, into: "seed_generated_check", on: connection)
    } catch let error as BinaryRows.UnreadableValue {
      throw fault(
        table, .rejectedRow, at: error.column, found: "\(error)",
        expected: "a generator whose values the column accepts; nothing was written to it")
    }
    try await checkPartitions(of: table, in: "seed_generated_check", on: connection)
  }

  private static func problem(_ error: PostgresError) -> String {
    let constraint = error.server?.constraintName.map { " (constraint '\($0)')" } ?? ""
    return error.message + constraint
  }

  /// The column in the context of an error of COPY: `COPY t, line 1, column size: "x"`.
  private static func copiedColumn(_ error: PostgresError) -> String? {
    guard let context = error.server?.context, let start = context.firstRange(of: ", column ") else {
      return nil
    }
    let rest = context[start.upperBound...]
    guard let end = rest.firstRange(of: ": ") else { return nil }
    return String(rest[..<end.lowerBound])
  }

  func rebuildsIndexes(of table: GeneratedTable) -> Bool {
    mayDropIndexes
      && definition.tables.first { $0.table == table.live.name }?.generate?.rebuildsIndexes == true
  }

  func delete(_ table: GeneratedTable, _ part: BulkContext, on connection: PostgresConnection) async throws
    -> Int
  {
    if let ownedRows {
      return try await connection.queryOne(
        """
        WITH deleted AS (DELETE FROM \(unescaped: table.live.ownRows) WHERE \(unescaped: ownedRows) RETURNING 1)
        SELECT count(*) FROM deleted
        """
      ).decode(Int.self)
    }
    guard let match = try await stageLoadedKeys(of: table, part, on: connection) else { return 0 }
    return try await connection.queryOne(
      """
      WITH staged AS (SELECT * FROM seed_generated_keys), deleted AS (
        DELETE FROM \(unescaped: table.live.ownRows) AS live USING staged
        WHERE \(unescaped: match) RETURNING 1)
      SELECT count(*) FROM deleted
      """
    ).decode(Int.self)
  }

  /// Stages the keys of the loaded rows, as ``stageKeys(of:rows:with:on:)``.
  func stageLoadedKeys(
    of table: GeneratedTable, _ part: BulkContext, on connection: PostgresConnection
  ) async throws -> String? {
    let ranges = try await part.loadedRanges(on: connection)
    return ranges.isEmpty ? nil : try await stageKeys(of: table, rows: ranges, with: [], on: connection)
  }

  /// Rejects a reset of rows whose keys the definition no longer makes.
  func checkKeys(of table: GeneratedTable, _ part: BulkContext, on connection: PostgresConnection)
    async throws
  {
    guard ownedRows == nil, let recorded = try await part.recordedSpecification(on: connection) else {
      return
    }
    // Consecutive numbers do not depend on the definition, other keys do.
    guard recorded.hasSuffix(" keys \(keyDigest(table))") || numberedKey(of: table) != nil else {
      if try await part.loadedRanges(on: connection).isEmpty { return }
      throw fault(
        table, .otherBulkLoad, at: "generate",
        found: "rows of \(table.live.name) that another definition generated, whose keys are unknown",
        expected: "that definition, until the rows are reset")
    }
  }

  /// The columns by which the rows are found again.
  func key(of table: GeneratedTable) throws -> [String] {
    if let column = numberedKey(of: table) { return [column] }
    let names = Set(table.columns.map(\.name.name))
    if let key = table.live.uniqueKeys.first(where: { $0.allSatisfy(names.contains) }) { return key }
    throw fault(
      table, .missingUniqueKey, at: "table",
      found: "\(table.live.name), which has no unique key that generators fill",
      expected: "a unique key, by which a reset finds the rows")
  }

  /// A key column with consecutive numbers, which suffices to find a row.
  func numberedKey(of table: GeneratedTable) -> String? {
    table.live.uniqueKeys.lazy.flatMap(\.self).first { name in
      guard let column = table.column(name), case .number = table.columns[column].encoder else {
        return false
      }
      return true
    }
  }

  /// Fills the references of a cycle, once all tables are filled.
  func complete(_ table: GeneratedTable, _ columns: [Int], in context: BulkContext) async throws {
    let specification = specification(table)
    _ = try await context.pool.withConnection { connection in
      try await connection.query(
        """
        INSERT INTO seed_runner.bulk_load (seeder, specification) VALUES (\(context.loadName), \(specification))
        ON CONFLICT DO NOTHING
        """)
    }
    try await context.withLoadRow { connection in
      let done = try await connection.queryOne(
        "SELECT row_count FROM seed_runner.bulk_load WHERE seeder = \(context.loadName)"
      ).decode(Int.self)
      guard done < table.rowCount,
        let match = try await stageKeys(of: table, rows: [0..<table.rowCount], with: columns, on: connection)
      else { return }
      let sets = columns.map { "\(table.columns[$0].name.quoted) = staged.\"c\($0)\"" }.joined(
        separator: ", ")
      try await connection.query(
        """
        WITH staged AS (SELECT * FROM seed_generated_keys)
        UPDATE \(unescaped: table.live.ownRows) AS live SET \(unescaped: sets) FROM staged WHERE \(unescaped: match)
        """
      )
      try await connection.query(
        "UPDATE seed_runner.bulk_load SET row_count = \(table.rowCount), updated_at = now() WHERE seeder = \(context.loadName)"
      )
    }
  }

  /// Writes the keys of rows, and other columns as `c0` and so on, to the temporary table
  /// `seed_generated_keys`.
  ///
  /// - Returns: SQL that compares the keys of the aliases `live` and `staged`; nil if there are no rows.
  func stageKeys(
    of table: GeneratedTable, rows: [Range<Int>], with others: [Int], on connection: PostgresConnection
  ) async throws -> String? {
    guard !rows.isEmpty else { return nil }
    let key = try key(of: table)
    let positions = key.compactMap(table.column) + others
    let quoted = try key.map { try PostgresIdentifier($0).quoted }
    func type(_ column: Int) -> String { table.live[table.columns[column].name.name]?.storedType ?? "text" }
    let staged = quoted + others.map { "\"c\($0)\"" }
    let columns = zip(staged, positions).map { "\($0) \(type($1))" }.joined(separator: ", ")
    try await connection.query(
      "CREATE TEMPORARY TABLE seed_generated_keys (\(unescaped: columns)) ON COMMIT DROP")
    var numbers = rows.lazy.joined().makeIterator()
    let identifiers =
      try key.map { try PostgresIdentifier($0) } + others.map { try PostgresIdentifier("c\($0)") }
    try await connection.copyText(into: "seed_generated_keys", columns: identifiers) {
      var lines: [UInt8] = []
      var count = 0
      while lines.count < 1 << 20, let row = numbers.next() {
        for (index, column) in positions.enumerated() {
          if index > 0 { lines.append(0x09) }
          var value: [UInt8] = []
          if table.append(column, of: row, to: &value) {
            CopyText.append(value, to: &lines)
          } else {
            lines += [0x5C, 0x4E]
          }
        }
        lines.append(0x0A)
        count += 1
      }
      return count == 0 ? nil : (lines, count)
    }
    try await connection.query("ANALYZE seed_generated_keys")
    return quoted.map { "live.\($0) = staged.\($0)" }.joined(separator: " AND ")
  }
}
