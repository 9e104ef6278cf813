import Postgres

extension TableStage {
  /// A FROM item for the rows that the records may reference, for the right side of a LEFT JOIN with them.
  func referenced(_ reference: TableLoad.Reference) -> String {
    let slots = reference.parts.compactMap { part -> Int? in
      if case .slot(let slot) = part { slot } else { nil }
    }
    guard slots.count == reference.parts.count, reference.keyRule.expressions == nil,
      !reference.keyRule.nullsAreEqual
    else { return reference.rows }
    return looked(
      up: reference.rows, of: reference.table.canonicalName, by: reference.key,
      slots.map { "typed.\(load.slots[$0].stagedName.quoted)" })
  }

  /// A FROM item for the rows of a table whose values some record has.
  ///
  /// On a single server it has all rows. Citus would copy them to the coordinator if the table is distributed.
  ///
  /// - Parameters:
  ///   - rows: a FROM item for the rows.
  ///   - table: the schema and name of the table.
  ///   - columns: columns of the table, quoted.
  ///   - values: SQL for the values of a record, over the alias `typed`.
  func looked(up rows: String, of table: String, by columns: [String], _ values: [String]) -> String {
    guard context.sharding[table].column != nil else { return rows }
    let keys = columns.map { "row.\($0)" }.joined(separator: ", ")
    return """
      (SELECT row.* FROM \(rows) AS row
        WHERE (\(keys)) IN (SELECT \(values.joined(separator: ", ")) FROM \(typed.quoted) AS typed))
      """
  }
}
