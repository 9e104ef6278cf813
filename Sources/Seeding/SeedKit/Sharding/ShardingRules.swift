/// What Citus cannot do with a table, decided before the first row is written.
enum ShardingRules {
  /// A reason, as the parts of a fault.
  struct Refusal: Sendable, Hashable {
    let found: String
    let expected: String
  }

  /// Why rows cannot be found by a key and updated; nil if they can.
  ///
  /// - Parameters:
  ///   - table: the table, for the message.
  ///   - placement: where its rows are.
  ///   - key: the columns of the key.
  static func refusal(of table: String, _ placement: Sharding.Placement, key: [String]) -> Refusal? {
    guard let column = placement.column, !key.contains(column) else { return nil }
    return Refusal(
      found: "a key without '\(column)', by which the rows of \(table) are distributed",
      expected:
        "a unique key that contains it, because no node of the cluster can compare its rows with those of others"
    )
  }
}
