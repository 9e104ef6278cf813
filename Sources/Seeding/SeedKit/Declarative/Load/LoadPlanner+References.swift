import Postgres

extension LoadPlanner {
  /// Matches a reference with its table.
  ///
  /// - Parameters:
  ///   - column: the column that it fills.
  ///   - fields: the fields by which the row is found.
  ///   - firstSlot: the number of the first slot.
  ///   - values: how numbers and dates are written.
  /// - Returns: nil if there are faults.
  func resolve(
    _ rule: ReferenceRule, column: LiveTable.Column, fields: [String], firstSlot: Int, values: ValueFormat
  ) -> (TableLoad.Reference, [TableLoad.Slot])? {
    guard let table = liveTable(rule.table, line: rule.line) else { return nil }
    var slots: [TableLoad.Slot] = []
    var parts: [TableLoad.Reference.Part] = []
    for (name, inner) in zip(rule.key, rule.parts) {
      guard let key = self.column(name, of: table, line: rule.line, isRead: true) else { continue }
      let rest = Array(fields.dropFirst(slots.count))
      guard let inner else {
        parts.append(.slot(firstSlot + slots.count))
        slots.append(
          TableLoad.Slot(
            field: rest.first ?? name, type: key.storedType, baseType: key.baseType, collation: key.collation,
            kind: key.kind, rule: literalRule(key), conversion: conversion(key, values),
            shift: shift(key, values), stagedName: key.name, column: nil, hint: hint(name, of: table)))
        continue
      }
      guard
        let (reference, own) = resolve(
          inner, column: key, fields: Array(rest.prefix(inner.fieldCount)),
          firstSlot: firstSlot + slots.count, values: values)
      else { continue }
      parts.append(.reference(reference))
      slots += own
    }
    guard parts.count == rule.key.count else { return nil }
    var keyRule = table.rule(of: uniqueKey(of: rule, table: table), for: rule.key)
    // A record with NULL references nothing, except an element of an array its parent.
    if fields.first?.hasPrefix("$parent") != true {
      keyRule.nullsAreEqual = false
      keyRule.allowsNulls = false
    }
    let target: LiveTable.Column
    if let name = rule.column {
      guard let found = self.column(name, of: table, line: rule.line, isRead: true) else { return nil }
      target = found
    } else if let key = table.primaryKey, key.count == 1, let found = table[key[0]] {
      target = found
    } else {
      fault(
        rule.line, found: "no 'column', and \(table.name) has no single-column primary key",
        expected: "the column whose value is used", at: "references")
      return nil
    }
    return (
      TableLoad.Reference(
        rule: rule, column: column, table: table, target: target, keyRule: keyRule,
        key: rule.key.compactMap { table[$0]?.name.quoted }, parts: parts),
      slots
    )
  }

  /// How to look up the value of a key column that itself references a table.
  private func hint(_ column: String, of table: LiveTable) -> String? {
    guard let key = table.foreignKeys.first(where: { $0.columns == [column] }) else { return nil }
    let target = key.target.hasPrefix("public.") ? String(key.target.dropFirst(7)) : key.target
    return """
      if the field has a key of \(target), use in the key \
      {"column": "\(column)", "references": {"table": "\(target)", "key": …}} instead of "\(column)"
      """
  }

  /// Checks that the seeder's rows can be found by references through other references before these are resolved.
  func checkInnerReferences(_ loads: [TableLoad]) {
    for reference in loads.flatMap(\.references) {
      for outer in [reference] + reference.inner {
        for case .reference(let inner) in outer.parts {
          for load in loads where load.live.canonicalName == outer.table.canonicalName {
            let own = load.references.first { $0.column.name == inner.column.name }
            guard own?.isSame(as: inner) != true else { continue }
            fault(
              outer.rule.line,
              found: """
                the reference of '\(inner.column.name.name)' to \(inner.table.name), which differs from how the entry in \
                line \(load.definition.line) fills this column of \(outer.table.name)
                """, expected: "the same reference in both", at: "key")
          }
        }
      }
    }
  }
}
