import Postgres

extension LoadPlanner {
  /// The unique key behind a table's natural key; nil if there is none, which is added as a fault.
  func uniqueKey(of table: TableDefinition, live: LiveTable) -> LiveTable.UniqueKey? {
    var isKnown = true
    for name in table.key
    where column(name, of: live, line: table.line(of: "key"), at: "key") == nil { isKnown = false }
    guard isKnown else { return nil }
    return uniqueKey(
      on: table.key, index: table.index, of: live, line: table.line(of: table.index == nil ? "key" : "index"),
      at: "key", found: "the key \(list(table.key)), but \(live.name) has",
      advice: advice[KeyAdvice.Place(table: table.table, key: table.key)])
  }

  /// The unique key behind the key of a reference; nil if there is none, which is added as a fault.
  func uniqueKey(of rule: ReferenceRule, table: LiveTable) -> LiveTable.UniqueKey? {
    uniqueKey(
      on: rule.key, index: rule.index, of: table, line: rule.line, at: "references",
      found: "a reference by \(list(rule.key)), but \(table.name) has", advice: nil)
  }

  /// A plain unique key identifies rows among all rows, so it comes before partial ones and those over expressions.
  private func uniqueKey(
    on columns: [String], index: String?, of live: LiveTable, line: Int, at field: String, found: String,
    advice: String?
  ) -> LiveTable.UniqueKey? {
    let fitting = live.keys.filter { Set($0.columns) == Set(columns) }
    if let index {
      if let key = fitting.first(where: { ExactName($0.index) == ExactName(index) }) { return key }
      let names = fitting.map { "'\($0.index)'" }.joined(separator: ", ")
      fault(
        line, .missingUniqueKey, found: "\(found) no unique index '\(index)' on it",
        expected: names.isEmpty ? keys(of: live) : "one of \(names)", at: "index")
      return nil
    }
    let plain = fitting.filter(\.isPlain)
    if let key = plain.first(where: \.nullsAreEqual) ?? plain.first { return key }
    guard fitting.count != 1 else { return fitting[0] }
    if fitting.isEmpty {
      fault(
        line, .missingUniqueKey, found: "\(found) no unique key on it",
        expected: [keys(of: live), advice].compactMap(\.self).joined(separator: "; "), at: field)
    } else {
      let names = fitting.map { "\"index\": \"\($0.index)\" for \($0.shown)" }
      fault(
        line, .missingUniqueKey,
        found: "\(found) several unique indexes on it, each with a condition or expressions",
        expected: names.joined(separator: " or "), at: field)
    }
    return nil
  }

  private func keys(of table: LiveTable) -> String {
    table.keys.isEmpty
      ? "a unique key (the table has none)" : "one of " + table.keys.map(\.shown).joined(separator: ", ")
  }

  private func list(_ columns: [String]) -> String { "(\(columns.joined(separator: ", ")))" }
}

extension LoadPlanner {
  /// The columns that Rails sets when it inserts a row.
  private static let stamps = ["created_at", "created_on", "updated_at", "updated_on"]

  /// Lets the columns for the time of a row have the current time by default, as Rails does.
  ///
  /// - Returns: their slots, which may be new.
  func stamp(_ slots: inout [TableLoad.Slot], of live: LiveTable) -> Set<Int> {
    var found: Set<Int> = []
    for name in Self.stamps {
      guard let column = live[name], !column.isGenerated, let expression = Self.now(column.baseType) else {
        continue
      }
      let index = slots.firstIndex { $0.column?.name == column.name } ?? slots.count
      // No record has a field with this name.
      if index == slots.count { slots.append(slot(column, field: "$stamp:\(name)", values: ValueFormat())) }
      slots[index].column?.defaultExpression = expression
      found.insert(index)
    }
    return found
  }

  /// Explains names in columns of integers, which only the model of Rails can translate.
  func explainEnums(_ slots: inout [TableLoad.Slot]) {
    for index in slots.indices where ["smallint", "integer", "bigint"].contains(slots[index].baseType) {
      slots[index].hint = "if it is an enum of Rails, write its number"
    }
  }

  private static func now(_ type: String) -> String? {
    switch type {
    case "timestamp with time zone": "now()"
    case "timestamp without time zone": "(now() AT TIME ZONE 'UTC')"
    case "date": "(now() AT TIME ZONE 'UTC')::date"
    default: nil
    }
  }
}
