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

extension DeclarativeLoader {
  /// Rejects tables whose rows Citus cannot find by their keys.
  func checkSharding(_ loads: [TableLoad]) throws {
    guard context.sharding.isCluster else { return }
    let faults = loads.compactMap { load -> FixtureFault? in
      guard
        let refusal = ShardingRules.refusal(
          of: load.live.name.description, context.sharding[load.live.canonicalName], key: load.definition.key)
      else { return nil }
      return FixtureFault(
        .unsupportedTable, file: load.definition.path, line: load.definition.line(of: "key"), field: "key",
        found: refusal.found, expected: refusal.expected)
    }
    guard faults.isEmpty else { throw FixtureError(faults) }
  }
}
