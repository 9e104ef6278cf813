extension RowWriter {
  /// Where the rows of the table are.
  var placement: Sharding.Placement { context.sharding[canonicalName] }

  /// A FROM item for the rows that the staged rows describe, for the right side of a LEFT JOIN with them.
  var counterparts: String { counterparts(among: quoted) }

  /// The same among some rows of the table.
  func counterparts(among rows: String) -> String {
    context.counterparts(of: canonicalName, rows, in: source, on: match)
  }

  /// The columns that an UPDATE may set. Citus rejects a new value for the distribution column, even an equal one.
  func settable(_ columns: [Column]) -> [Column] {
    guard let column = placement.column else { return columns }
    return columns.filter { $0.plainName != column }
  }
}
