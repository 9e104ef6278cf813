import Postgres

extension TableStage {
  /// SQL for whether a staged row, once it is written, would not satisfy the condition of the key's partial index;
  /// nil if the key has no condition.
  ///
  /// - Parameters:
  ///   - columns: the columns that the records fill.
  ///   - isAbsent: whether the row does not exist yet.
  ///   - updates: whether existing rows are updated.
  func outsideOfKey(_ columns: [RowWriter.Column], isAbsent: String, updates: Bool) -> String? {
    guard let key = load.key, let predicate = key.predicate else { return nil }
    let values = key.predicateColumns.compactMap { name -> String? in
      guard let column = load.live[name] else { return nil }
      let quoted = column.name.quoted
      if let filled = columns.first(where: { $0.quoted == quoted }) {
        return filled.inserted == filled.wanted
          ? "\(filled.wanted) AS \(quoted)"
          : "CASE WHEN \(isAbsent) THEN \(filled.inserted) ELSE \(filled.wanted) END AS \(quoted)"
      }
      // Drawing a sequence number would waste it.
      guard let expression = column.defaultExpression, !expression.contains("nextval(") else {
        return "live.\(quoted)"
      }
      return "CASE WHEN \(isAbsent) THEN \(expression) ELSE live.\(quoted) END AS \(quoted)"
    }
    var conditions = ["NOT \(KeyRule.holds(predicate, for: "SELECT \(values.joined(separator: ", "))"))"]
    if !foreseesKeys { conditions.append("NOT \(isAbsent)") }
    if !updates { conditions.append(isAbsent) }
    return conditions.joined(separator: " AND ")
  }

  /// A column that is NULL only in a row that does not exist, quoted; nil if the columns of the key are.
  var presenceColumn: String? {
    guard load.keyRule.allowsNulls else { return nil }
    let keys = load.definition.key.compactMap { load.live[$0] }
    return (keys + load.live.columns).first(where: \.isNotNull)?.name.quoted
  }

  /// The slots of key columns that may be NULL. If a record lacks such a field, a new row gets NULL.
  var nullableKeySlots: [Int] {
    guard load.keyRule.allowsNulls else { return [] }
    return load.definition.key.filter { load.live[$0]?.isNotNull == false }.flatMap(slots(of:))
  }

  /// The references to rows of the same table that are part of the key, among the columns that would be left empty.
  func ownReferencesOfKey(_ left: Set<String>) -> Set<String> {
    let own = presentReferences.filter { $0.table.canonicalName == load.live.canonicalName }
    return left.intersection(own.map(\.column.name.name)).intersection(load.definition.key)
  }

  /// Rejects references in the key to rows that could not be written first.
  func refuseUnresolved(_ columns: Set<String>) async throws {
    guard !columns.isEmpty else { return }
    let faults = FaultCollector()
    let references = presentReferences.filter { columns.contains($0.column.name.name) }
    for check in try referenceChecks(faults, others: [], references: references) {
      try await StageCheck.report([check], [try await context.session.query(check.query)][...])
    }
    guard !faults.isEmpty else { return }
    throw FixtureError([
      FixtureFault(
        .unsupportedTable, file: load.definition.path, line: load.definition.line(of: "key"), field: "key",
        found: "references in the key that form a cycle or a tree of more than \(Self.levels) levels",
        expected: "records whose parents can be written first")
    ])
  }

  /// Finds records with the same key.
  func duplicateCheck(_ faults: FaultCollector, keySlots: [Int]) -> StageCheck {
    // A reference is not resolved yet, so its fields stand for its column.
    let isDirect = load.definition.key.allSatisfy { slot(of: $0) != nil }
    let columns = isDirect ? stagedKey : keySlots.map { load.slots[$0].stagedName.quoted }
    let typed = columns.map { "typed.\($0)" }
    let values = isDirect ? load.keyRule.values(typed) : typed
    let key = values.indices.map { "k\($0)" }
    let hasNulls = load.keyRule.nullsAreEqual || presentReferences.contains(where: \.keyRule.nullsAreEqual)
    let match = zip(key, values).map { key, value in
      hasNulls ? "ARRAY[twice.\(key)] = ARRAY[\(value)]" : "twice.\(key) = \(value)"
    }
    return StageCheck(
      """
      WITH twice AS (
        SELECT \(unescaped: zip(key, values).map { "\($1) AS \($0)" }.joined(separator: ", ")),
          row_number() OVER (ORDER BY min(seed_row)) AS seed_number
        FROM \(self.typed) AS typed GROUP BY \(unescaped: key.joined(separator: ", ")) HAVING count(*) > 1
        ORDER BY seed_number LIMIT \(Int64(FaultCollector.limit))
      )
      SELECT twice.seed_number, \(unescaped: RowText.key(columns, of: "typed")), \(unescaped: origin(of: "typed"))
      FROM \(self.typed) AS typed JOIN twice ON \(unescaped: match.joined(separator: " AND ")) ORDER BY 1, seed_row
      """
    ) { rows in
      // Equal keys may have different texts: 1.0 and 1.00, or texts with a case-insensitive collation.
      var first: (number: Int64, place: FixturePlace)?
      for row in rows {
        let (number, key, origin) = try row.decode(Int64.self, String.self, [Int32].self)
        let place = self.place(origin)
        if let known = first, known.number == number {
          faults.add(place.duplicate(of: known.place, key: key))
        } else {
          first = (number, place)
        }
      }
      faults.noteRows(Int(first?.number ?? 0))
    }
  }

  /// Whether the values in the condition of the key's partial index are known before a row is inserted: no trigger
  /// changes them, and none is generated.
  var foreseesKeys: Bool {
    guard let key = load.key, key.predicate != nil else { return true }
    return !load.live.changesInsertedRows
      && !key.predicateColumns.contains { load.live[$0]?.isGenerated == true }
  }
}
