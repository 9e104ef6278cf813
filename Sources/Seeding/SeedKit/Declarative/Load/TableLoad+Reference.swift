import Postgres

extension TableLoad {
  /// A column that is filled with a value of another table's row.
  struct Reference {
    /// What a column of the rule's key is compared with.
    enum Part {
      /// The value of a slot.
      case slot(Int)
      /// The value of another reference, which fills the column in the rows of the table.
      case reference(Reference)
    }

    let rule: ReferenceRule
    let column: LiveTable.Column
    let table: LiveTable
    let target: LiveTable.Column
    /// How the rule's key identifies rows.
    let keyRule: KeyRule
    /// The columns of the rule's key, quoted.
    let key: [String]
    /// For each of them.
    let parts: [Part]

    /// The slots by which the row is found, in the order of the fields.
    var slots: [Int] {
      parts.flatMap { part in
        switch part {
        case .slot(let slot): [slot]
        case .reference(let reference): reference.slots
        }
      }
    }
    /// The references of which the key consists, at any depth.
    var inner: [Reference] {
      parts.flatMap { part -> [Reference] in
        guard case .reference(let reference) = part else { return [] }
        return [reference] + reference.inner
      }
    }
    /// A FROM item for the rows that the key identifies.
    var rows: String { keyRule.rows(of: table.ownRows) }
    /// Whether the value is part of the key, so that no lookup is needed.
    var isInRecord: Bool { rule.key.contains(where: target.name.isNamed) }

    /// SQL for whether the values of a record identify a row. NULL identifies none, unless the record is an element of
    /// an array and the row its parent.
    func match(_ columns: [String], _ values: [String], except places: Set<Int> = []) -> String {
      let isGiven =
        keyRule.expressions == nil || keyRule.allowsNulls
        ? [] : values.enumerated().filter { !places.contains($0.offset) }.map { "\($0.element) IS NOT NULL" }
      return ([keyRule.match(columns, values, except: places)] + isGiven).joined(separator: " AND ")
    }

    /// The joins that find the values of the key, and SQL for these values.
    ///
    /// - Parameters:
    ///   - alias: that of the row; the aliases of the joins begin with it.
    ///   - value: SQL for the value of a slot.
    func values(_ alias: String, _ value: (Int) -> String) -> (joins: [String], values: [String]) {
      var joins: [String] = []
      var values: [String] = []
      for (index, part) in parts.enumerated() {
        switch part {
        case .slot(let slot): values.append(value(slot))
        case .reference(let reference):
          let own = "\(alias)_\(index)"
          let found = reference.values(own, value)
          joins += found.joins
          joins.append(
            "LEFT JOIN \(reference.rows) AS \(own) ON \(reference.match(reference.key.map { "\(own).\($0)" }, found.values))"
          )
          values.append("\(own).\(reference.target.name.quoted)")
        }
      }
      return (joins, values)
    }

    /// SQL for whether another reference with the same key finds the same row.
    ///
    /// - Parameters:
    ///   - mine: SQL for the value of a slot of this reference.
    ///   - theirs: the same for the other.
    func isSameRow(as other: Reference, _ mine: (Int) -> String, _ theirs: (Int) -> String) -> String {
      var columns: [String] = []
      var values: [String] = []
      var conditions: [String] = []
      var resolved: Set<Int> = []
      for (index, pair) in zip(parts, other.parts).enumerated() {
        switch pair {
        case (.slot(let own), .slot(let slot)):
          columns.append(mine(own))
          values.append(theirs(slot))
        case (.reference(let own), .reference(let inner)):
          conditions.append(own.isSameRow(as: inner, mine, theirs))
          resolved.insert(index)
          columns.append("NULL::\(inner.column.storedType)")
          values.append("NULL::\(inner.column.storedType)")
        default: return "false"
        }
      }
      return ([other.match(columns, values, except: resolved)] + conditions).filter { !$0.isEmpty }
        .joined(separator: " AND ")
    }

    /// Whether two references find the same row if the values of their slots are equal.
    func isSame(as other: Reference) -> Bool {
      guard table.canonicalName == other.table.canonicalName, rule.key == other.rule.key,
        target.name == other.target.name, keyRule == other.keyRule
      else { return false }
      return zip(parts, other.parts).allSatisfy { mine, theirs in
        switch (mine, theirs) {
        case (.slot, .slot): true
        case (.reference(let mine), .reference(let theirs)): mine.isSame(as: theirs)
        default: false
        }
      }
    }
  }
}

extension TableStage {
  /// SQL for whether a reference leads to a row to write of this stage; nil if that cannot be said before references
  /// are resolved.
  ///
  /// - Parameters:
  ///   - alias: that of the stage.
  ///   - value: SQL for the value of a slot of the reference.
  func isTarget(of reference: TableLoad.Reference, alias: String, _ value: (Int) -> String) -> String? {
    var columns: [String] = []
    var values: [String] = []
    var conditions: [String] = []
    var resolved: Set<Int> = []
    for (index, (name, part)) in zip(reference.rule.key, reference.parts).enumerated() {
      switch part {
      case .slot(let own):
        guard let slot = slot(of: name) else { return nil }
        columns.append("\(alias).\(load.slots[slot].stagedName.quoted)")
        values.append(value(own))
      case .reference(let inner):
        guard let mine = presentReferences.first(where: { $0.column.name.isNamed(name) }),
          mine.isSame(as: inner)
        else { return nil }
        // Fields that find the same row will fill the column with the same value, so it need not be known.
        conditions.append(
          mine.isSameRow(as: inner, { "\(alias).\(load.slots[$0].stagedName.quoted)" }, value))
        resolved.insert(index)
        let none = "NULL::\(inner.column.storedType)"
        columns.append(none)
        values.append(none)
      }
    }
    let match = reference.match(columns, values, except: resolved)
    return ([match] + conditions).filter { !$0.isEmpty }.joined(separator: " AND ")
  }
}
