extension ScaleOutCatalog {
  /// Where a declared table is.
  package struct State: Sendable, Hashable, Encodable {
    package let table: String
    /// `reference`, or `by id`, or `by order_id with orders`.
    package let declared: String
    /// The same for what was found; `local`, or `missing`.
    package let found: String
    /// The size of the rows that the coordinator itself has. Of a distributed table, these are stale.
    package let localBytes: Int
    package let isAsDeclared: Bool
  }

  /// The state of all declared tables, in the order of the declaration.
  package func states(of declaration: ScaleOutDeclaration) -> [State] {
    let reference = declaration.reference.map { name in
      state(of: name, declared: "reference", isPlaced: { $0.placement == .reference })
    }
    let distributed = declaration.distributed.map { entry in
      state(
        of: entry.table, declared: "by \(entry.column)" + (entry.parent.map { " with \($0)" } ?? ""),
        isPlaced: { table in
          let parent = entry.parent.flatMap { self[$0] }
          return table.placement.column == entry.column
            && (parent == nil || parent?.placement.group == table.placement.group)
        })
    }
    return reference + distributed
  }

  private func state(of name: TableName, declared: String, isPlaced: (Table) -> Bool) -> State {
    guard let table = self[name] else {
      return State(table: "\(name)", declared: declared, found: "missing", localBytes: 0, isAsDeclared: false)
    }
    let isRemote = table.placement.isRemote
    return State(
      table: table.name, declared: declared, found: table.placement.text,
      localBytes: isRemote ? table.localBytes : 0,
      isAsDeclared: isPlaced(table) && (!isRemote || table.localBytes == 0))
  }
}

extension Sharding.Placement {
  /// The placement in a few words.
  package var text: String {
    switch self {
    case .local: "local"
    case .reference: "reference"
    case .distributed(let column, let group): "by \(column), group \(group)"
    case .singleShard(let group): "one shard, group \(group)"
    }
  }
}

extension ScaleOutPlan {
  /// The plan as an SQL script with comments.
  package var script: [String] {
    guard !isEmpty else { return ["-- nothing to do"] }
    func lines(_ steps: [Step]) -> [String] { steps.flatMap { ["-- \($0.reason)", "\($0.statement);"] } }
    var script: [String] = []
    if !together.isEmpty {
      script +=
        ["BEGIN;", "SET LOCAL citus.multi_shard_modify_mode = 'sequential';"] + lines(together) + ["COMMIT;"]
    }
    if !afterwards.isEmpty {
      script +=
        (together.isEmpty ? [] : [""]) + ["-- Each of these in a separate transaction:"] + lines(afterwards)
    }
    return script
  }
}
