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

  /// Whether the values in the condition of the key's partial index are known before a row is inserted: no trigger
  /// changes them, and none is generated.
  var foreseesKeys: Bool {
    guard let key = load.key, key.predicate != nil else { return true }
    return !load.live.changesInsertedRows
      && !key.predicateColumns.contains { load.live[$0]?.isGenerated == true }
  }
}
