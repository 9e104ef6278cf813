import Postgres

/// The order in which tables are written, and how references to later rows are filled.
struct WriteOrder {
  struct Step {
    let stage: TableStage
    /// Columns that are left empty in the first pass and filled in the second.
    var left: Set<String> = []
    /// Columns whose references may also lead to rows that are not written yet.
    var ahead: [String: [TableStage]] = [:]
    /// Columns of rows to write whose defaults, such as numbers, are drawn before, with the key by which references
    /// find the rows.
    var numbered: [(stage: TableStage, column: LiveTable.Column, key: [String])] = []
  }

  /// A dependency of a table's rows on those of another, by a reference of the definition or by a foreign key whose
  /// columns are filled directly.
  private struct Need {
    /// Schema and name of the other table.
    let target: String
    let columns: [LiveTable.Column]
    /// The reference; nil for a foreign key.
    let reference: TableLoad.Reference?
    /// Whether the value is known without the other row.
    let isKnown: Bool
    /// Whether a foreign key checks the values immediately.
    let isChecked: Bool
    /// A column that may be temporarily empty.
    var optional: LiveTable.Column? { columns.first { !$0.isNotNull } }
  }

  private(set) var steps: [Step] = []

  /// - Throws: ``FixtureError`` for a cycle in which no table can be written first.
  init(_ stages: [TableStage]) throws {
    var remaining = stages
    /// The unwritten tables of a need.
    func targets(_ need: Need, of stage: TableStage) -> [TableStage] {
      remaining.filter { other in
        guard other.load.live.canonicalName == need.target else { return false }
        // A statement may reference its own rows if the value is known without looking them up.
        return other.load.live.canonicalName != stage.load.live.canonicalName || !need.isKnown
      }
    }
    func isOwn(_ need: Need, _ stage: TableStage) -> Bool {
      targets(need, of: stage).allSatisfy { $0 === stage }
    }
    /// The needs that another step has to satisfy first.
    func open(_ stage: TableStage) -> [Need] {
      Self.needs(of: stage).filter { need in
        !targets(need, of: stage).isEmpty && !(isOwn(need, stage) && stage.foresees(need.reference))
      }
    }
    while !remaining.isEmpty {
      // A cycle. Start with a table whose open needs may all be temporarily empty, or else whose values are known
      // or can be drawn before, if a deferrable constraint allows it.
      let index =
        remaining.firstIndex { open($0).isEmpty }
        ?? remaining.firstIndex { open($0).allSatisfy { $0.optional != nil } }
        ?? remaining.firstIndex { open($0).allSatisfy { $0.optional != nil || $0.isKnown && !$0.isChecked } }
        ?? remaining.firstIndex { open($0).allSatisfy { $0.optional != nil || !$0.isChecked } }
      guard let index else { throw Self.cycle(remaining, open: open) }
      let stage = remaining[index]
      var step = Step(stage: stage)
      for need in Self.needs(of: stage) where !targets(need, of: stage).isEmpty {
        let isForeseen = isOwn(need, stage) && stage.foresees(need.reference)
        if !isForeseen, let column = need.optional { step.left.insert(column.name.name) }
        guard let reference = need.reference, !reference.isInRecord else { continue }
        let targets = targets(need, of: stage).filter { $0.hasSlots(for: reference.rule.key) }
        if isForeseen || need.optional == nil {
          step.ahead[reference.column.name.name] = targets
          step.numbered += targets.map { ($0, reference.target, reference.rule.key) }
        } else if isOwn(need, stage), stage.slot(of: reference.target.name.name) != nil, !stage.keepsEdited {
          // The second pass writes the rows' values and the references to them together.
          step.ahead[reference.column.name.name] = targets
        }
      }
      remaining.remove(at: index)
      steps.append(step)
    }
  }

  private static func needs(of stage: TableStage) -> [Need] {
    let live = stage.load.live
    let references = stage.presentReferences
    /// References within a table are satisfied at the end of the statement.
    func isChecked(_ reference: TableLoad.Reference) -> Bool {
      reference.table.canonicalName != live.canonicalName
        && live.foreignKeys.contains { key in
          !key.isDeferrable && key.columns.contains(reference.column.name.name)
        }
    }
    var needs = references.map { reference in
      Need(
        target: reference.table.canonicalName, columns: [reference.column], reference: reference,
        isKnown: reference.isInRecord, isChecked: isChecked(reference))
    }
    // The rows that identify a row.
    for reference in references {
      needs += reference.inner.map { inner in
        Need(
          target: inner.table.canonicalName, columns: [reference.column], reference: nil, isKnown: false,
          isChecked: isChecked(reference))
      }
    }
    for key in live.foreignKeys where !key.isDeferrable {
      let columns = key.columns.compactMap { live[$0] }
      let isReference = references.contains { key.columns == [$0.column.name.name] }
      // A column that no field fills gets its default, which needs no order.
      guard !isReference, columns.contains(where: { stage.slot(of: $0.name.name) != nil }) else { continue }
      needs.append(Need(target: key.target, columns: columns, reference: nil, isKnown: true, isChecked: true))
    }
    return needs
  }

  /// Describes the shortest cycle that starts at a table.
  private static func cycle(_ remaining: [TableStage], open: (TableStage) -> [Need]) -> FixtureError {
    var path: [TableStage] = []
    var next = remaining.first
    while let stage = next, !path.contains(where: { $0 === stage }) {
      path.append(stage)
      // The first unwritten table that cannot wait.
      let need = open(stage).first { $0.optional == nil }
      next = remaining.first { $0.load.live.canonicalName == need?.target }
    }
    if let next, let start = path.firstIndex(where: { $0 === next }) { path = Array(path[start...]) + [next] }
    let definition = path.first?.load.definition
    return FixtureError([
      FixtureFault(
        .unsupportedTable, file: definition?.path ?? "", line: definition?.line, field: "tables",
        found: "a cycle of foreign keys: \(path.map(\.load.live.name.description).joined(separator: " → "))",
        expected:
          "a nullable column or a DEFERRABLE constraint in the cycle, so that one table can be written first"
      )
    ])
  }
}

extension TableStage {
  /// Draws a column's default for rows to insert, so that others can reference them.
  ///
  /// - Parameter onlyNew: whether existing rows need no value, because they are found by the natural key.
  func number(_ column: LiveTable.Column, onlyNew: Bool) async throws {
    guard stagedName(of: column.name.name) == nil, let expression = column.defaultExpression,
      hasSlots(for: load.definition.key)
    else { return }
    let name = "\"n\(numbered.count)\""
    let key = try liveKey()
    let match = load.keyRule.match(key.map { "live.\($0)" }, stagedKey.map { "staged.\($0)" })
    var isNew = "live.\(presenceColumn ?? key[0]) IS NULL"
    var join = ""
    if keepsEdited, let owned = try await context.ownedTable(load.live.canonicalName) {
      // A row that was deleted outside seed-runner is not reinserted.
      isNew += " AND owner.key IS NULL"
      join = """
        LEFT JOIN seed_runner.owned_row AS owner
          ON owner.table_id = \(owned.id) AND owner.key = \(RowText.key(stagedKey, of: "staged"))
        """
    }
    let live = context.counterparts(
      of: load.live.canonicalName, load.keyRule.rows(of: load.live.quoted), in: typed.quoted, on: match)
    let rows = try context.rows(
      over: load.live.canonicalName,
      """
      SELECT staged.seed_row, live.\(column.name.quoted) AS value, \(isNew) AS is_new
      FROM \(typed.quoted) AS staged
      LEFT JOIN \(live) AS live ON \(match) \(join)
      \(onlyNew ? "WHERE \(isNew)" : "") ORDER BY staged.seed_row
      """)
    try await context.session.pipeline(
      rows.preparation + [
        "ALTER TABLE \(typed) ADD COLUMN \(unescaped: name) \(unescaped: column.storedType)",
        """
        UPDATE \(typed) AS typed
        SET \(unescaped: name) = CASE WHEN row.is_new THEN \(unescaped: expression) ELSE row.value END
        FROM \(unescaped: rows.item) AS row WHERE row.seed_row = typed.seed_row
        """,
      ])
    numbered.append(column)
  }

  /// Whether edited rows are kept, so that the rows to update are not known before.
  var keepsEdited: Bool { (load.definition.drift ?? context.driftPolicy) == .keep }

  /// Whether the values of references between the rows are known before writing, so that one statement can write
  /// all rows. Not with a BEFORE trigger, which may look up the parent of a row or change the row.
  func foresees(_ reference: TableLoad.Reference?) -> Bool {
    // Citus checks foreign keys after each part of a statement.
    guard let reference, reference.inner.isEmpty, !load.live.changesInsertedRows,
      !context.sharding[load.live.canonicalName].isRemote, hasSlots(for: reference.rule.key)
    else {
      return false
    }
    let target = reference.target
    if slot(of: target.name.name) != nil { return !keepsEdited }
    return target.defaultExpression != nil && target.mayDraw && hasSlots(for: load.definition.key)
  }
}
