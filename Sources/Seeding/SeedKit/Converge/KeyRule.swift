/// How a natural key identifies rows: what the unique index behind it says beyond the names of its columns.
struct KeyRule: Sendable, Hashable {
  /// The condition of a partial index, over the unqualified columns of the table. Rows for which it does not hold
  /// are not rows of the seeder: another row may have the same key.
  var predicate: String?

  /// A plain unique key.
  static let plain = KeyRule()

  /// SQL for whether two rows have the same key.
  ///
  /// - Parameters:
  ///   - left: SQL for the key columns of one row, in the order of the key.
  ///   - right: the same for the other row.
  func match(_ left: [String], _ right: [String]) -> String {
    zip(left, right).map { "\($0) = \($1)" }.joined(separator: " AND ")
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

  /// `(org, slug) WHERE deleted_at IS NULL`, without the condition for a plain key.
  static func shown(_ columns: [String], _ predicate: String?) -> String {
    "(\(columns.joined(separator: ", ")))" + (predicate.map { " WHERE \($0)" } ?? "")
  }
}
