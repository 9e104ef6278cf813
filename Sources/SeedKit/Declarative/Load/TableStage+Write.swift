import Postgres

extension TableStage {
  /// The rows with their references resolved, as a FROM item.
  ///
  /// - Parameters:
  ///   - left: columns whose references wait for a second pass.
  ///   - ahead: columns whose references may lead to rows that are not written yet, and where those are.
  private func source(
    without left: Set<String> = [], ahead: [String: [TableStage]] = [:]
  ) throws -> String {
    var columns: [String] = []
    var joins: [String] = []
    for slot in present {
      guard let column = load.slots[slot].column else { continue }
      columns.append("typed.\(column.name.quoted)")
    }
    columns += numbered.map { "typed.\($0.name.quoted)" }
    for (index, reference) in presentReferences.enumerated() {
      let staged = reference.slots.map { "typed.\(load.slots[$0].stagedName.quoted)" }
      let name = reference.column.name.quoted
      let type = reference.column.type
      if left.contains(reference.column.name.name) {
        columns.append("NULL::\(type) AS \(name)")
      } else if let place = reference.rule.key.firstIndex(of: reference.target.name.name) {
        columns.append("\(staged[place])::\(type) AS \(name)")
      } else {
        let keys = try reference.rule.key.map { try PostgresIdentifier($0).quoted }
        let match = zip(keys, staged).map { "r\(index).\($0) = \($1)" }.joined(separator: " AND ")
        joins.append("LEFT JOIN \(reference.table.quoted) AS r\(index) ON \(match)")
        var found = ["r\(index).\(reference.target.name.quoted)"]
        for (number, other) in (ahead[reference.column.name.name] ?? []).enumerated() {
          let alias = "a\(index)_\(number)"
          let match = zip(keys, staged).map { "\(alias).\($0) = \($1)" }.joined(separator: " AND ")
          joins.append("LEFT JOIN \(other.typed.quoted) AS \(alias) ON \(match)")
          found.append("\(alias).\(reference.target.name.quoted)")
        }
        columns.append("coalesce(\(found.joined(separator: ", ")))::\(type) AS \(name)")
      }
    }
    columns += ["seed_row", "seed_file", "seed_record", "seed_missing"].map { "typed.\($0)" }
    return
      "(SELECT \(columns.joined(separator: ", ")) FROM \(typed.quoted) AS typed \(joins.joined(separator: " ")))"
  }

  private func columns() -> [RowWriter.Column] {
    let own = present.compactMap { slot -> RowWriter.Column? in
      load.slots[slot].column.map { column(column: $0, slot: slot) }
    }
    return own + presentReferences.map { column(column: $0.column, slot: scarcest($0.slots)) }
      + numbered.map { RowWriter.Column(quoted: $0.name.quoted, isCompared: false) }
  }

  /// The slot that most records lack: without it a reference by several fields is none.
  private func scarcest(_ slots: [Int]) -> Int {
    slots.min { load.presence[$0] < load.presence[$1] } ?? slots[0]
  }

  private func column(column: LiveTable.Column, slot: Int) -> RowWriter.Column {
    let isSometimesMissing = load.presence[slot] < load.rowCount
    return RowWriter.Column(
      quoted: column.name.quoted, isCompared: !column.isAlwaysIdentity,
      missingBit: isSometimesMissing ? slot : nil, defaultExpression: column.defaultExpression ?? "NULL",
      cast: isSometimesMissing && column.isDomain ? column.type : nil)
  }

  /// Makes the table equal to the rows.
  ///
  /// - Parameters:
  ///   - left: columns whose references point to rows that are not written yet; they are left empty in
  ///     new rows and as they are in others.
  ///   - ahead: columns whose references may lead to rows that are not written yet, and where those are.
  func write(without left: Set<String>, ahead: [String: [TableStage]]) async throws -> RowCounts {
    var writer = try writer(source: try source(without: left, ahead: ahead))
    // Rows that are there keep their references until the second pass, which compares them.
    if !left.isEmpty { writer.updates = false }
    let counts = try await writer.run()
    if counts.inserted > 0, context.recorder == nil { try await advanceSequences() }
    return counts
  }

  /// The second pass over rows whose references were left empty in the first.
  ///
  /// - Returns: what became of rows that were there before.
  func completeReferences(ahead: [String: [TableStage]]) async throws -> RowCounts {
    let source = try source(ahead: ahead)
    if let owned = try await context.ownedTable(load.live.canonicalName) {
      let key = try load.definition.key.map { try PostgresIdentifier($0).quoted }
      var added = try writer(
        source: """
          (SELECT staged.* FROM \(source) AS staged JOIN seed_runner.owned_row AS added
            ON added.table_id = \(owned.id) AND added.key = \(RowText.key(key, of: "staged"))
            AND added.attempt_id = '\(context.attemptID)')
          """)
      // The policy speaks of rows that were there before.
      added.updates = true
      added.isRecorded = false
      _ = try await added.run()
    }
    var writer = try writer(source: source)
    writer.updates = load.definition.policy != .insertMissing
    return try await writer.run()
  }

  /// Gives a column its default in the rows that are yet to be inserted, so that others can refer to them.
  func number(_ column: LiveTable.Column) async throws {
    guard !numbered.contains(where: { $0.name == column.name }), slot(of: column.name.name) == nil,
      let expression = column.defaultExpression, hasSlots(for: load.definition.key)
    else { return }
    let keys = try load.definition.key.map { try PostgresIdentifier($0).quoted }
    let match = keys.map { "live.\($0) = staged.\($0)" }.joined(separator: " AND ")
    try await context.connection.query(
      "ALTER TABLE \(typed) ADD COLUMN \(column.name) \(unescaped: column.storedType)")
    try await context.connection.query(
      """
      UPDATE \(typed) AS typed SET \(column.name) = coalesce(live.\(column.name), \(unescaped: expression))
      FROM \(typed) AS staged LEFT JOIN \(unescaped: load.live.quoted) AS live ON \(unescaped: match)
      WHERE staged.seed_row = typed.seed_row
      """)
    numbered.append(column)
  }

  /// Whether fields of the records fill all of some columns.
  func hasSlots(for columns: [String]) -> Bool { columns.allSatisfy { slot(of: $0) != nil } }

  private func writer(source: String) throws -> RowWriter {
    let definition = load.definition
    var writer = RowWriter(
      context: context, name: load.live.name.description, canonicalName: load.live.canonicalName,
      quoted: load.live.quoted, key: try definition.key.map { try PostgresIdentifier($0).quoted },
      columns: columns(), source: source, rowCount: load.rowCount, files: fileList,
      updates: definition.policy != .insertMissing, drift: definition.drift ?? context.driftPolicy,
      statements: InsertAndUpdate(
        requiredColumns: requiredColumns,
        overridesIdentity: (filledColumns + numbered).contains(where: \.isAlwaysIdentity),
        touchedColumn: try definition.touchedColumn.map { try PostgresIdentifier($0).quoted },
        place: (definition.path, definition.line)))
    writer.owns = !isWhole
    return writer
  }

  /// Removes the rows of a table that is owned as a whole, as far as they are as the files have them and
  /// nobody refers to them.
  func removeWhole() async throws -> RowCounts {
    let writer = try writer(source: try source())
    let references = try await TableReferences.find(to: load.live.quoted, on: context.connection)
    let unreferred = references.map { "AND NOT \($0.isReferred)" }.joined(separator: " ")
    let (deleted, kept) = try await context.connection.queryOne(
      """
      WITH removed AS (
        DELETE FROM \(unescaped: load.live.quoted) AS live USING \(unescaped: writer.source) AS staged
        WHERE \(unescaped: writer.match) AND NOT \(unescaped: writer.differs) \(unescaped: unreferred) RETURNING 1
      )
      SELECT (SELECT count(*) FROM removed),
        (SELECT count(*) FROM \(unescaped: load.live.quoted)) - (SELECT count(*) FROM removed)
      """
    ).decode(Int.self, Int.self)
    return RowCounts(deleted: deleted, drifted: kept)
  }

  /// Moves sequences past the numbers that the files brought, or the next insert would meet them.
  func advanceSequences() async throws {
    for column in filledColumns {
      guard let sequence = column.sequence else { continue }
      try await context.connection.query(
        """
        SELECT setval(\(sequence)::regclass, greatest.number) FROM (
          SELECT max(\(column.name))::bigint AS number FROM \(unescaped: load.live.quoted)) AS greatest
        WHERE greatest.number >= (SELECT last_value FROM \(unescaped: sequence))
        """)
    }
  }

  /// Under the policy `sync`: removes the rows of this seeder that the files no longer have.
  ///
  /// - Returns: how many were removed, and how many stay because somebody edited them.
  func removeLeftOver() async throws -> RowCounts {
    guard let owned = try await context.ownedTable(load.live.canonicalName) else { return RowCounts() }
    let key = try load.definition.key.map { try PostgresIdentifier($0).quoted }
    let digest = RowText.digest(owned.valueColumns, of: "live")
    let text = RowText.key(key, of: "live")
    // Files without records fill no column that could be compared.
    let isStaged =
      load.rowCount == 0
      ? "false"
      : "EXISTS (SELECT FROM \(try source()) AS staged WHERE \(RowText.key(key, of: "staged")) = owner.key)"
    let left = """
      FROM seed_runner.owned_row AS owner JOIN \(load.live.quoted) AS live ON \(text) = owner.key
      WHERE owner.table_id = \(owned.id) AND owner.inserted AND NOT \(isStaged)
      """
    if let recorder = context.recorder {
      let rows = try await context.connection.query(
        PostgresQuery(
          unescaped:
            "SELECT owner.key, owner.digest <> \(digest) \(left) ORDER BY 1 LIMIT \(ChangeRecorder.rowLimit)")
      )
      recorder.add(
        try rows.map { row in
          let (key, isDrift) = try row.decode(String.self, Bool.self)
          return RowChange(
            table: load.live.name.description, key: key, action: isDrift ? .keep : .delete, isDrift: isDrift,
            file: nil, record: nil, columns: [])
        })
    }
    let match = key.map { "live.\($0) = gone.\($0)" }.joined(separator: " AND ")
    let keys = key.map { "live.\($0)" }.joined(separator: ", ")
    let (edited, deleted) = try await context.connection.queryOne(
      """
      WITH left_over AS (
        SELECT \(unescaped: keys), owner.key AS seed_key, owner.digest = \(unescaped: digest) AS as_written \(unescaped: left)
      ), removed AS (
        DELETE FROM \(unescaped: load.live.quoted) AS live USING left_over AS gone
        WHERE \(unescaped: match) AND gone.as_written RETURNING gone.seed_key
      ), forgotten AS (
        DELETE FROM seed_runner.owned_row AS owner USING removed
        WHERE owner.table_id = \(owned.id) AND owner.key = removed.seed_key
      )
      SELECT (SELECT count(*) FROM left_over WHERE NOT as_written), (SELECT count(*) FROM removed)
      """
    ).decode(Int.self, Int.self)
    return RowCounts(deleted: deleted, drifted: edited)
  }
}
