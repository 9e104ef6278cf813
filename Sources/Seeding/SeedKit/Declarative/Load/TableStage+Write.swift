import Postgres

extension TableStage {
  /// The staged columns of the natural key, quoted.
  var stagedKey: [String] { load.definition.key.compactMap(stagedName(of:)) }

  /// The table's columns of the natural key, quoted.
  func liveKey() throws -> [String] { try load.definition.key.map { try PostgresIdentifier($0).quoted } }

  /// The rows with references resolved, as a FROM item.
  ///
  /// - Parameters:
  ///   - left: columns whose references are filled in a second pass.
  ///   - ahead: columns whose references may lead to rows that are not written yet, with the stages of those.
  ///   - resolved: columns whose references must lead to existing rows. Other rows are left out.
  func source(
    without left: Set<String> = [], ahead: [String: [TableStage]] = [:], resolved: Set<String> = []
  ) throws -> String {
    var columns: [String] = []
    var joins: [String] = []
    var conditions: [String] = []
    for slot in present {
      guard let column = load.slots[slot].column else { continue }
      let name = load.slots[slot].stagedName.quoted
      columns.append(
        left.contains(column.name.name) ? "NULL::\(column.storedType) AS \(name)" : "typed.\(name)")
    }
    columns += numbered.indices.map { "typed.\"n\($0)\"" }
    if isComputed {
      columns += load.computed.indices.flatMap {
        ["typed.\(computedName($0))", "typed.\(isComputedName($0))"]
      }
    }
    for (index, reference) in presentReferences.enumerated() {
      let fields = reference.slots.map { "typed.\(load.slots[$0].stagedName.quoted)" }
      let name = "\"x\(index)\""
      let type = reference.column.type
      if left.contains(reference.column.name.name) {
        columns.append("NULL::\(type) AS \(name)")
        continue
      }
      let (inner, staged) = reference.values("r\(index)") { "typed.\(load.slots[$0].stagedName.quoted)" }
      joins += inner
      if let place = reference.rule.key.firstIndex(of: reference.target.name.name) {
        columns.append("\(staged[place])::\(type) AS \(name)")
      } else {
        let match = reference.match(reference.key.map { "r\(index).\($0)" }, staged)
        joins.append("LEFT JOIN \(referenced(reference)) AS r\(index) ON \(match)")
        let live = "r\(index).\(reference.target.name.quoted)"
        var found = [live]
        for (number, other) in (ahead[reference.column.name.name] ?? []).enumerated() {
          guard let target = other.stagedName(of: reference.target.name.name) else { continue }
          let alias = "a\(index)_\(number)"
          let match = reference.match(
            reference.rule.key.compactMap(other.stagedName(of:)).map { "\(alias).\($0)" }, staged)
          joins.append("LEFT JOIN \(other.typed.quoted) AS \(alias) ON \(match)")
          let isMissing = other.slot(of: reference.target.name.name).map { other.isMissing($0, alias) }
          let value =
            isMissing.map { "CASE WHEN NOT (\($0)) THEN \(alias).\(target) END" } ?? "\(alias).\(target)"
          // An updated row may lose its value to another row.
          found.insert(value, at: other.load.definition.policy == .insertMissing ? found.count : 0)
        }
        columns.append("coalesce(\(found.joined(separator: ", ")))::\(type) AS \(name)")
        if resolved.contains(reference.column.name.name) {
          let isNone = fields.map { "\($0) IS NULL" }.joined(separator: " OR ")
          conditions.append("(\(live) IS NOT NULL OR \(isNone))")
        }
      }
    }
    columns += ["seed_row", "seed_file", "seed_record", "seed_line", "seed_missing"].map { "typed.\($0)" }
    // References are resolved before the live tables are joined. After a large DELETE, outdated statistics say that
    // these are empty, and the planner would join by a part of the key first: 20,000 rows took hours.
    let filter = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
    let fence = joins.isEmpty ? "" : "\(filter) OFFSET 0"
    return
      "(SELECT \(columns.joined(separator: ", ")) FROM \(typed.quoted) AS typed \(joins.joined(separator: " "))\(fence))"
  }

  private func columns() -> [RowWriter.Column] {
    let own = present.compactMap { slot -> RowWriter.Column? in
      load.slots[slot].column.map { column($0, slot: slot) }
    }
    return own + presentReferences.map { column($0.column, slot: scarcest($0.slots)) }
      + numbered.enumerated().map { index, column in
        RowWriter.Column(
          quoted: column.name.quoted, stagedName: "\"n\(index)\"", isCompared: false, isRecorded: false)
      }
      + (isComputed ? load.computed.indices.map(computedColumn) : [])
  }

  private func computedColumn(_ index: Int) -> RowWriter.Column {
    let computed = load.computed[index]
    return RowWriter.Column(
      quoted: computed.column.name.quoted, stagedName: computedName(index),
      isCompared: !computed.column.isAlwaysIdentity, isMissing: "NOT staged.\(isComputedName(index))",
      defaultExpression: computed.column.defaultExpression ?? "NULL",
      cast: computed.column.isDomain ? computed.column.type : nil, isSecret: computed.isSecret)
  }

  /// The slot that most records lack. A reference by several fields needs all of them.
  private func scarcest(_ slots: [Int]) -> Int {
    slots.min { load.presence[$0] < load.presence[$1] } ?? slots[0]
  }

  private func column(_ column: LiveTable.Column, slot: Int) -> RowWriter.Column {
    let isSometimesMissing = load.presence[slot] < load.rowCount
    return RowWriter.Column(
      quoted: column.name.quoted, stagedName: stagedName(of: column.name.name) ?? column.name.quoted,
      // A time that no record has is not part of the row: the application may change it.
      isCompared: !column.isAlwaysIdentity && load.presence[slot] > 0,
      isMissing: isSometimesMissing ? "get_bit(staged.seed_missing, \(slot)) = 1" : nil,
      defaultExpression: column.defaultExpression ?? "NULL",
      cast: isSometimesMissing && column.isDomain ? column.type : nil,
      isSecret: load.fixed[slot]?.rule.isSecret == true)
  }

  /// Makes the table equal to the staged rows.
  ///
  /// - Parameters:
  ///   - left: columns whose references lead to rows that are not written yet. They are left empty in new rows and
  ///     unchanged in existing rows.
  ///   - ahead: columns whose references may lead to rows that are not written yet, with the stages of those.
  ///   - comparison: the row of the writer's query, if it has been queried.
  func write(
    without left: Set<String>, ahead: [String: [TableStage]], comparison: PostgresRow?
  ) async throws -> RowCounts {
    let earlier = try await writeParents(left)
    // A row is only found by its key if the references in it are resolved.
    let own = ownReferencesOfKey(left)
    try await refuseUnresolved(own)
    // Existing rows keep their references until the second pass compares them.
    var writer = try await writer(
      source: try source(without: left.subtracting(own), ahead: ahead), insertsOnly: !left.isEmpty)
    writer.comparison = comparison
    var counts = try await writer.run()
    counts.inserted += earlier.inserted
    counts.unchanged -= earlier.inserted
    counts.deleted += earlier.deleted
    return counts
  }

  /// The number of tree levels that are written one after another. Deeper rows get their references in the second
  /// pass, like those of a cycle.
  static let levels = 64

  /// Writes rows that reference other rows of the same table, parents first. If the reference were empty at first,
  /// a row could violate a CHECK or a unique index, and triggers would treat it as a root.
  ///
  /// - Parameter left: the columns whose references are left empty in the remaining rows.
  private func writeParents(_ left: Set<String>) async throws -> RowCounts {
    let own = presentReferences.filter { $0.table.canonicalName == load.live.canonicalName }
      .map(\.column.name.name).filter(left.contains)
    var total = RowCounts()
    guard !own.isEmpty else { return total }
    for _ in 0..<Self.levels {
      let writer = try await writer(
        source: try source(without: left.subtracting(own), resolved: Set(own)), insertsOnly: true)
      let counts = try await writer.run()
      total.inserted += counts.inserted
      total.deleted += counts.deleted
      if counts.inserted == 0 { break }
    }
    return total
  }

  /// Runs the second pass, which fills references that were left empty.
  ///
  /// - Returns: the counts of rows that existed before.
  func completeReferences(ahead: [String: [TableStage]]) async throws -> RowCounts {
    let source = try source(ahead: ahead)
    if let owned = try await context.ownedTable(load.live.canonicalName) {
      var added = try await writer(
        source: """
          (SELECT staged.* FROM \(source) AS staged JOIN seed_runner.owned_row AS added
            ON added.table_id = \(owned.id) AND added.key = \(RowText.key(stagedKey, of: "staged"))
            AND added.attempt_id = '\(context.attemptID)')
          """)
      // The policy only applies to rows that existed before the run.
      added.updates = true
      added.isRecorded = false
      _ = try await added.run()
    }
    var writer = try await writer(source: source)
    writer.updates = load.definition.policy != .insertMissing
    return try await writer.run()
  }

  /// Whether fields of the records fill all these columns.
  func hasSlots(for columns: [String]) -> Bool { columns.allSatisfy { slot(of: $0) != nil } }

  /// - Parameter insertsOnly: whether existing rows are updated in a later pass.
  func writer(source: String, insertsOnly: Bool = false) async throws -> RowWriter {
    let leftOver = load.definition.policy == .sync ? try await leftOver() : nil
    var writer = try plainWriter(source: source, insertsOnly: insertsOnly, leftOver: leftOver)
    var digested = writer.columns.filter(\.isCompared).map(\.quoted)
    for column in entries.flatMap({ $0.columns() })
    where column.isCompared && !digested.contains(column.quoted) {
      digested.append(column.quoted)
    }
    // Sorted, because all entries must cover the same columns in the same order.
    writer.digested = OwnedTable.digestColumns(
      entries.count > 1 ? digested.sorted() : digested,
      recorded: try await context.ownedTable(load.live.canonicalName), tableColumns: writer.tableColumns,
      isUpsert: isUpsert)
    return writer
  }

  /// Like ``writer(source:insertsOnly:)``, without what is recorded of the table. It can compare, but not
  /// write.
  func plainWriter(
    source: String, insertsOnly: Bool = false, leftOver: LeftOverRows? = nil
  ) throws -> RowWriter {
    let definition = load.definition
    let columns = columns()
    var writer = RowWriter(
      context: context, name: load.live.name.description, canonicalName: load.live.canonicalName,
      quoted: load.live.quoted, key: try liveKey(), stagedKey: stagedKey,
      columns: columns, tableColumns: load.live.columns.map(\.name.quoted), source: source,
      rowCount: load.rowCount, files: fileList,
      updates: definition.policy != .insertMissing && !insertsOnly,
      drift: definition.drift ?? context.driftPolicy,
      statements: InsertAndUpdate(
        requiredColumns: requiredColumns,
        overridesIdentity: (filledColumns + numbered).contains(where: \.isAlwaysIdentity),
        touchedColumn: try definition.touchedColumn.map { try PostgresIdentifier($0).quoted },
        place: (definition.path, definition.line), hasTriggers: !load.live.triggers.isEmpty,
        changesRows: load.live.triggers.contains(where: \.isBeforeRow), insertsFirst: insertsOnly,
        leftOver: leftOver))
    writer.rule = load.keyRule
    writer.presence = presenceColumn
    writer.condition = load.keyRule.holds(for: "live") ?? "true"
    writer.outside = outsideOfKey(columns, isAbsent: writer.isAbsent, updates: writer.updates)
    writer.checksNewKeys = !foreseesKeys || load.keyRule.expressions != nil
    writer.owns = !isWhole
    writer.isLookedAtAgain = insertsOnly
    writer.isUpsert = isUpsert
    return writer
  }

  /// The rows that this seeder inserted and that are no longer in its files; nil if it never wrote to the table.
  func leftOver() async throws -> LeftOverRows? {
    guard let owned = try await context.ownedTable(load.live.canonicalName) else { return nil }
    if let knownLeftOver {
      knownLeftOver.owned = owned
      return knownLeftOver
    }
    let rows = LeftOverRows(
      name: load.live.name.description, quoted: load.live.quoted, owned: owned, key: try liveKey(),
      rule: load.keyRule, otherSeeders: context.seeders.subtracting([owned.seeder]),
      // Files without records fill no columns to compare.
      staged: try entries.filter { $0.load.rowCount > 0 }.map { (try $0.source(), $0.stagedKey) })
    for entry in entries { entry.knownLeftOver = rows }
    return rows
  }

  /// The columns in which some row differs from the files.
  func differingColumns() async throws -> [String] {
    guard load.rowCount > 0 else { return [] }
    let writer = try await writer(source: try source())
    guard !writer.compared.isEmpty else { return [] }
    let tests = writer.compared.map { "coalesce(bool_or(\(writer.differs(in: [$0]))), false)" }
    let found = try await context.session.queryOne(
      PostgresQuery(
        unescaped: """
          SELECT ARRAY[\(tests.joined(separator: ", "))]::text[]
          FROM \(writer.source) AS staged JOIN \(writer.quoted) AS live ON \(writer.match)
          """)
    ).decode([String].self)
    return zip(writer.compared, found).filter { $1 == "true" }.map { $0.0.plainName }
  }

  /// Stages the rows of a table owned as a whole that match the files.
  func wholeRows() async throws -> RowRemoval.Table {
    let writer = try await writer(source: try source())
    let rows = try context.temporaryName("seed_whole")
    try await context.session.query(
      """
      CREATE TEMPORARY TABLE \(rows) ON COMMIT DROP AS
      SELECT \(unescaped: RowRemoval.selection(writer.key, text: writer.liveKeyText))
      FROM \(unescaped: writer.source) AS staged JOIN \(unescaped: writer.quoted) AS live ON \(unescaped: writer.match)
      WHERE NOT \(unescaped: writer.differs)
      """)
    return RowRemoval.Table(
      name: writer.name, canonicalName: writer.canonicalName, quoted: writer.quoted, key: writer.key,
      rule: writer.rule.recorded, ownedID: nil,
      rows: rows)
  }

  /// The numbers in the files for columns with sequences, as a query for each sequence.
  var numbersOfSequences: [(sequence: String, query: String)] {
    present.compactMap { slot in
      guard let column = load.slots[slot].column, let sequence = column.sequence,
        ["smallint", "integer", "bigint"].contains(column.baseType)
      else { return nil }
      return (sequence, "SELECT \(load.slots[slot].stagedName.quoted)::bigint AS number FROM \(typed.quoted)")
    }
  }
}
