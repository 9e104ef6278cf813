extension RowWriter {
  /// Where the rows of the table are.
  var placement: Sharding.Placement { context.sharding[canonicalName] }

  /// The columns that an UPDATE may set. Citus rejects a new value for the distribution column, even an equal one.
  func settable(_ columns: [Column]) -> [Column] {
    guard let column = placement.column else { return columns }
    return columns.filter { $0.plainName != column }
  }
}
