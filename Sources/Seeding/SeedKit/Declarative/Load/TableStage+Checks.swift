import Postgres

extension TableStage {
  /// The references whose fields occur in the records.
  var presentReferences: [TableLoad.Reference] {
    load.references.filter { $0.slots.allSatisfy(present.contains) }
  }

  /// The columns that the files fill, in the order of slots, references last.
  var filledColumns: [LiveTable.Column] {
    present.compactMap { load.slots[$0].column } + presentReferences.map(\.column)
      + load.computed.map(\.column)
  }

  /// The staged column that fills a column of the table: `v0` for a slot, `x0` for a reference, `n0` for a number
  /// that was drawn before. Quoted.
  func stagedName(of column: String) -> String? {
    if let slot = slot(of: column) { return load.slots[slot].stagedName.quoted }
    if let index = presentReferences.firstIndex(where: { $0.column.name.isNamed(column) }) {
      return "\"x\(index)\""
    }
    return numbered.firstIndex { $0.name.isNamed(column) }.map { "\"n\($0)\"" }
  }

  /// Columns that every new row needs and no field fills. A BEFORE trigger could fill any.
  var requiredColumns: [String] {
    guard !load.live.changesInsertedRows else { return [] }
    let filled = Set(filledColumns.map(\.name))
    return load.live.requiredColumns.filter { !filled.contains($0) }.map(\.name)
  }

  /// The slot that fills a column directly.
  func slot(of column: String) -> Int? {
    present.first { load.slots[$0].column?.name.isNamed(column) == true }
  }

  func isMissing(_ slot: Int, _ alias: String) -> String {
    load.presence[slot] < load.rowCount ? "get_bit(\(alias).seed_missing, \(slot)) = 1" : "false"
  }

  /// The slots that determine a column: its own, or those of its reference.
  func slots(of column: String) -> [Int] {
    if let slot = slot(of: column) { return [slot] }
    return presentReferences.first { $0.column.name.isNamed(column) }?.slots ?? []
  }

  /// The checks for faults that types do not detect: missing values, duplicate keys, violated check constraints.
  func checks(_ faults: FaultCollector) throws -> [StageCheck] {
    guard load.rowCount > 0 else { return [] }
    let keySlots = load.definition.key.flatMap(slots(of:))
    for name in load.definition.key where slots(of: name).isEmpty {
      faults.add(load.definition.unfilledKey(name))
    }
    guard load.definition.key.allSatisfy({ !slots(of: $0).isEmpty }) else { return [] }
    return [nullCheck(faults, keySlots: keySlots), duplicateCheck(faults, keySlots: keySlots)]
      .compactMap(\.self) + (try ruleChecks(faults))
  }

  private func nullCheck(_ faults: FaultCollector, keySlots: [Int]) -> StageCheck? {
    let nullable = nullableKeySlots
    let ofParents = presentReferences.filter(\.keyRule.allowsNulls).flatMap(\.slots)
    let needed = present.filter { slot in
      keySlots.contains(slot) && !ofParents.contains(slot)
        && !(nullable.contains(slot) && load.slots[slot].column?.defaultExpression == nil)
        || load.slots[slot].column?.isNotNull == true && !load.live.changesInsertedRows
        || presentReferences.contains {
          $0.slots.contains(slot) && $0.column.isNotNull && !$0.keyRule.allowsNulls
        }
    }
    guard !needed.isEmpty else { return nil }
    func isNull(_ slot: Int) -> String {
      let name = "typed.\(load.slots[slot].stagedName.quoted)"
      if nullable.contains(slot) { return "(\(name) IS NULL AND \(isMissing(slot, "typed")))" }
      let hasDefault = load.slots[slot].column?.defaultExpression != nil && !keySlots.contains(slot)
      let isNull = hasDefault ? "\(name) IS NULL AND NOT \(isMissing(slot, "typed"))" : "\(name) IS NULL"
      // Unreadable values are reported separately.
      return faulty.contains(slot)
        ? "(\(isNull) AND NOT coalesce(\(slot) = ANY(typed.seed_faulty), false))" : "(\(isNull))"
    }
    let anyNull = needed.map(isNull).joined(separator: " OR ")
    return StageCheck("SELECT EXISTS (SELECT 1 FROM \(typed) AS typed WHERE \(unescaped: anyNull))") { rows in
      guard let row = rows.first, try row.decode(Bool.self) else { return }
      for slot in needed {
        try await self.collect(
          "SELECT \(self.origin(of: "typed")) FROM \(self.typed.quoted) AS typed WHERE \(isNull(slot))",
          faults
        ) { place in
          place.fault(
            field: self.load.fieldName(slot), found: "nothing",
            expected: keySlots.contains(slot)
              ? "a value, because it is part of the key" : "a value, because the column is NOT NULL")
        }
      }
    }
  }

  func isKey(_ slot: Int) -> Bool {
    load.definition.key.contains { slots(of: $0).contains(slot) }
  }

  /// Evaluates the table's CHECK constraints where records fill all their columns.
  private func ruleChecks(_ faults: FaultCollector) throws -> [StageCheck] {
    // A trigger may change the row, so only the server can check it, when it is written.
    let rules =
      load.live.changesInsertedRows
      ? []
      : load.live.checks.filter { rule in
        !rule.columns.isEmpty && rule.columns.allSatisfy { slot(of: $0) != nil }
      }
    let name = try PostgresIdentifier(load.live.name.name).quoted
    func values(_ columns: [String]) -> String {
      columns.compactMap { column in
        slot(of: column).map {
          "\(load.slots[$0].stagedName.quoted) AS \(load.live[column]?.name.quoted ?? column)"
        }
      }.joined(separator: ", ")
    }
    return rules.map { rule in
      // If a record lacks a field, the default or the existing value counts, which is checked on writing.
      let lacking = rule.columns.compactMap(slot(of:)).map { isMissing($0, "typed") }.joined(
        separator: " OR ")
      let query = PostgresQuery(
        unescaped: """
          SELECT "seed_runner:origin" FROM (
            SELECT \(values(rule.columns)), \(origin(of: "typed")) AS "seed_runner:origin",
              seed_row AS "seed_runner:row"
            FROM \(typed.quoted) AS typed WHERE NOT (\(lacking))) AS \(name)
          WHERE NOT (\(rule.expression)) ORDER BY "seed_runner:row" LIMIT \(FaultCollector.limit)
          """)
      return StageCheck(query) { rows in
        faults.noteRows(rows.count)
        for row in rows {
          let origin = try row.decode([Int32].self)
          faults.add(
            self.place(origin).fault(
              .rejectedRow, field: self.fieldNames(rule.columns.compactMap(self.slot(of:))),
              found: "a value that violates the check constraint '\(rule.name)'",
              expected: rule.expression))
        }
      }
    }
  }

  /// Finds foreign key values that are neither in the database nor in the rows to write.
  func foreignKeyChecks(_ faults: FaultCollector, others: [TableStage]) throws -> [StageCheck] {
    guard !load.live.changesInsertedRows else { return [] }
    var checks: [StageCheck] = []
    for key in load.live.foreignKeys {
      let slots = key.columns.compactMap(slot(of:))
      let targets = others.filter { $0.load.live.canonicalName == key.target && $0.load.rowCount > 0 }
      // Rows to write whose values the database generates may be the referenced ones.
      guard slots.count == key.columns.count, targets.allSatisfy({ $0.hasSlots(for: key.targetColumns) }),
        !targets.contains(where: { $0.isIncomplete || !$0.faulty.isEmpty })
      else { continue }
      let names = slots.map { "typed.\(load.slots[$0].stagedName.quoted)" }
      func match(_ alias: String, _ columns: [String]) -> String {
        zip(columns, names).map { "\(alias).\($0) = \($1)" }.joined(separator: " AND ")
      }
      let keys = try key.targetColumns.map { try PostgresIdentifier($0).quoted }
      let target = looked(up: key.targetQuoted, of: key.target, by: keys, names)
      var joins = ["LEFT JOIN \(target) AS live ON \(match("live", keys))"]
      var absent = ["live.\(keys[0]) IS NULL"]
      for (index, other) in targets.enumerated() {
        let columns = key.targetColumns.compactMap(other.stagedName(of:))
        joins.append("LEFT JOIN \(other.typed.quoted) AS other\(index) ON \(match("other\(index)", columns))")
        absent.append("other\(index).\(columns[0]) IS NULL")
      }
      checks.append(
        StageCheck(
          """
          SELECT \(unescaped: origin(of: "typed")),
            \(unescaped: names.map { "\($0)::text" }.joined(separator: " || ', ' || "))
          FROM \(typed) AS typed \(unescaped: joins.joined(separator: " "))
          WHERE \(unescaped: (names.map { "\($0) IS NOT NULL" } + absent).joined(separator: " AND "))
          ORDER BY typed.seed_row LIMIT \(Int64(FaultCollector.limit))
          """
        ) { rows in
          faults.noteRows(rows.count)
          for row in rows {
            let (origin, value) = try row.decode([Int32].self, String.self)
            faults.add(
              self.place(origin).fault(
                .missingReference, field: self.fieldNames(slots),
                found: """
                  no row of \(key.target) with \(key.targetColumns.joined(separator: ", ")) '\(value)' in the database or \
                  the files (foreign key '\(key.name)')
                  """, expected: ""))
          }
        })
    }
    return checks
  }

  /// Finds references to rows that are neither in the database nor in the rows to write.
  ///
  /// - Parameter references: the references to check; all by default.
  func referenceChecks(
    _ faults: FaultCollector, others: [TableStage], references: [TableLoad.Reference]? = nil
  ) throws -> [StageCheck] {
    var checks: [StageCheck] = []
    for reference in references ?? presentReferences {
      // A record that could not be read may be the referenced one.
      let targets = others.filter { $0.load.live.canonicalName == reference.table.canonicalName }
      guard !targets.contains(where: { $0.isIncomplete || $0.faulty.contains(where: $0.isKey) }) else {
        continue
      }
      func value(_ slot: Int) -> String { "typed.\(load.slots[slot].stagedName.quoted)" }
      let names = reference.slots.map(value)
      let keys = reference.key.map { "live.\($0)" }
      var (joins, values) = reference.values("live", value)
      joins.append("LEFT JOIN \(referenced(reference)) AS live ON \(reference.match(keys, values))")
      var absent = ["\(keys[0]) IS NULL"]
      for (index, other) in others.enumerated()
      where other.load.live.canonicalName == reference.table.canonicalName {
        guard let match = other.isTarget(of: reference, alias: "other\(index)", value) else { continue }
        joins.append("LEFT JOIN \(other.typed.quoted) AS other\(index) ON \(match)")
        absent.append("other\(index).seed_row IS NULL")
      }
      let given = names.map { "\($0) IS NOT NULL" }
      checks.append(
        StageCheck(
          """
          SELECT \(unescaped: origin(of: "typed")),
            \(unescaped: names.map { "\($0)::text" }.joined(separator: " || ', ' || "))
          FROM \(typed) AS typed \(unescaped: joins.joined(separator: " "))
          WHERE \(unescaped: (given + absent).joined(separator: " AND "))
          ORDER BY typed.seed_row LIMIT \(Int64(FaultCollector.limit))
          """
        ) { rows in
          faults.noteRows(rows.count)
          for row in rows {
            let (origin, value) = try row.decode([Int32].self, String.self)
            let isParent = self.load.slots[reference.slots[0]].field.hasPrefix("$parent")
            guard !isParent else { continue }
            faults.add(
              self.place(origin).fault(
                .missingReference, field: self.fieldNames(reference.slots),
                found: """
                  no row of \(reference.table.name) with \(reference.rule.key.joined(separator: ", ")) '\(value)' in the \
                  database or the files
                  """, expected: ""))
          }
        })
    }
    return checks
  }

  private func collect(
    _ sql: String, _ faults: FaultCollector, _ fault: (FixturePlace) -> FixtureFault
  ) async throws {
    let rows = try await context.session.query(
      PostgresQuery(unescaped: "\(sql) ORDER BY seed_row LIMIT \(FaultCollector.limit)"))
    faults.noteRows(rows.count)
    for row in rows {
      let origin = try row.decode([Int32].self)
      faults.add(fault(place(origin)))
    }
  }
}
