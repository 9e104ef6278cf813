/// How a natural key identifies rows: what the unique index behind it says beyond the names of its columns.
struct KeyRule: Sendable, Hashable {
  /// An index over expressions.
  struct Expressions: Sendable, Hashable {
    /// The columns of the key, quoted.
    let columns: [String]
    /// SQL for each value of the index, over the unqualified columns.
    let values: [String]
  }

  /// The condition of a partial index, over the unqualified columns of the table. Rows for which it does not hold
  /// are not rows of the seeder: another row may have the same key.
  var predicate: String?
  /// Whether two NULLs are the same key: NULLS NOT DISTINCT.
  var nullsAreEqual = false
  /// The expressions whose values are compared; nil if the columns themselves are.
  var expressions: Expressions?
  /// Whether a column of the key may be NULL.
  var allowsNulls = false

  /// A plain unique key.
  static let plain = KeyRule()

  /// What is recorded: a row that was found is identified by the values of its columns.
  var recorded: KeyRule {
    KeyRule(predicate: predicate, nullsAreEqual: allowsNulls, allowsNulls: allowsNulls)
  }

  /// SQL for whether two rows have the same key.
  ///
  /// - Parameters:
  ///   - left: SQL for the key columns of one row, in the order of the key.
  ///   - right: the same for the other row.
  ///   - places: the places of columns that are compared in another way.
  func match(_ left: [String], _ right: [String], except places: Set<Int> = []) -> String {
    let kept = (expressions?.values ?? left).indices.filter { index in
      guard let expressions else { return !places.contains(index) }
      return !places.contains { expressions.columns[$0] == expressions.values[index] }
    }
    let (left, right) = (values(left), values(right))
    // An equality of arrays can be hashed. IS NOT DISTINCT FROM would compare every row with every other.
    return kept.map { (left[$0], right[$0]) }.map {
      nullsAreEqual ? "ARRAY[\($0)] = ARRAY[\($1)]" : "\($0) = \($1)"
    }
    .joined(separator: " AND ")
  }

  /// SQL for the values of the index.
  ///
  /// - Parameter columns: SQL for the key columns of a row, in the order of the key.
  func values(_ columns: [String]) -> [String] {
    guard let expressions else { return columns }
    let row = zip(columns, expressions.columns).map { "\($0) AS \($1)" }.joined(separator: ", ")
    return expressions.values.map { value in
      if let index = expressions.columns.firstIndex(of: value) { return columns[index] }
      return "(SELECT \(value) FROM (SELECT \(row)) AS seed_row_of_key)"
    }
  }

  /// SQL for whether the condition holds for a row of the table; nil without a condition.
  ///
  /// The condition is evaluated in a scope of its own, because its columns may have the same names as those of
  /// other tables in the statement.
  func holds(for alias: String) -> String? { predicate.map { Self.holds($0, for: "SELECT \(alias).*") } }

  /// SQL for whether a condition holds for a row that a query returns.
  static func holds(_ predicate: String, for query: String) -> String {
    "coalesce((SELECT \(predicate) FROM (\(query)) AS seed_row_of_key), false)"
  }

  /// A FROM item for the rows of a table that have a key. The planner can use the partial index.
  func rows(of table: String) -> String {
    predicate.map { "(SELECT * FROM \(table) WHERE \($0))" } ?? table
  }
}
