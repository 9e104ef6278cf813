import Postgres

/// The statements that distribute the tables of a declaration, or bring them back. A pure function of the declaration and
/// the catalog.
package struct ScaleOutPlan: Sendable, Hashable {
  /// A statement with its reason.
  package struct Step: Sendable, Hashable, Encodable {
    package let statement: String
    package let reason: String
  }

  /// The statements of one transaction.
  package var together: [Step] = []
  /// The statements that follow, each in a transaction of its own. They are recorded, so that a later run continues.
  package var afterwards: [Step] = []
  /// Why the tables cannot be distributed. There are no statements then.
  package var faults: [String] = []

  package var isEmpty: Bool { together.isEmpty && afterwards.isEmpty }
  package var steps: [Step] { together + afterwards }

  /// The plan that distributes what is not distributed yet.
  package static func apply(_ declaration: ScaleOutDeclaration, _ catalog: ScaleOutCatalog) -> ScaleOutPlan {
    let faults = ScaleOutFaults(declaration, catalog).all
    guard faults.isEmpty else { return ScaleOutPlan(faults: faults) }
    var plan = ScaleOutPlan(afterwards: catalog.remaining)
    let reference = ordered(declaration.reference.compactMap { catalog[$0] }, catalog)
      .filter { !$0.placement.isRemote }
    let distributed = declaration.distributed.filter { catalog[$0.table]?.placement.isRemote == false }
    let moving = distributed.compactMap { catalog[$0.table] }
    plan.dropVectorIndexes(of: moving)
    let keys = plan.dropForeignKeys(moving, declaration, catalog)
    for table in reference {
      plan.together.append(
        Step(
          statement: "SELECT create_reference_table('\(table.quoted.escaped)')",
          reason: "\(table.name) is small and joined with distributed tables, so every node gets a copy"))
    }
    for entry in distributed {
      guard let table = catalog[entry.table] else { continue }
      plan.together.append(creation(of: entry, table, declaration, catalog))
    }
    for key in keys {
      plan.together.append(
        Step(
          statement: "ALTER TABLE \(key.quoted) ADD CONSTRAINT \(quote(key.name)) \(key.definition)",
          reason: "the foreign key that was dropped above: both tables are on all nodes now"))
    }
    plan.createVectorIndexes(of: moving)
    let copied =
      (reference + moving).filter { $0.localBytes > 0 }
      + declaration.tables.compactMap { catalog[$0] }.filter { $0.placement.isRemote && $0.localBytes > 0 }
    let left = Set(catalog.remaining.map(\.statement))
    let truncations = copied.map { table in
      Step(
        statement: "SELECT truncate_local_data_after_distributing_table('\(table.quoted.escaped)')",
        reason: "the coordinator still has the rows of \(table.name) that were copied to the nodes")
    }
    let statistics = moving.map { table in
      Step(
        statement: "ANALYZE \(table.quoted)",
        reason: "the planner needs statistics of the shards of \(table.name)")
    }
    plan.afterwards += (truncations + statistics).filter { !left.contains($0.statement) }
    return plan
  }

  /// The plan that makes the tables local again.
  package static func undo(_ declaration: ScaleOutDeclaration, _ catalog: ScaleOutCatalog) -> ScaleOutPlan {
    var plan = ScaleOutPlan()
    let placed = declaration.tables.compactMap { catalog[$0] }.filter(\.placement.isRemote)
    plan.faults = placed.filter { !$0.identities.isEmpty }.map { table in
      "\(table.name) has the identity column \(table.identities[0]), with which Citus moves no table back. Copy its rows "
        + "into a new local table instead"
    }
    guard plan.faults.isEmpty else { return plan }
    plan.dropVectorIndexes(of: placed)
    var done: Set<String> = []
    // Distributed tables first, because Citus undoes all tables that foreign keys connect.
    for table in placed.sorted(by: { $0.placement.column != nil && $1.placement.column == nil })
    where !done.contains(table.name) {
      let connected = connected(to: table.name, catalog)
      done.formUnion(connected)
      let others = connected.count - 1
      plan.together.append(
        Step(
          statement:
            "SELECT undistribute_table('\(table.quoted.escaped)'\(others > 0 ? ", cascade_via_foreign_keys => true" : ""))",
          reason: others > 0
            ? "brings back \(table.name) and the \(others) table\(others == 1 ? "" : "s") that foreign keys connect with it"
            : "brings back \(table.name)"))
    }
    let known = Set(plan.together.map(\.statement))
    plan.createVectorIndexes(of: placed)
    // What an interrupted run left to do.
    plan.afterwards += catalog.remaining.filter {
      $0.statement.hasPrefix("CREATE ") && !known.contains($0.statement)
    }
    return plan
  }

  private mutating func dropVectorIndexes(of tables: [ScaleOutCatalog.Table]) {
    for table in tables {
      for index in table.vectorIndexes {
        together.append(
          Step(
            statement: "DROP INDEX \(index.quoted)",
            reason:
              "copying the rows into a vector index one by one takes many times longer than building it afterwards"
          ))
      }
    }
  }

  private mutating func createVectorIndexes(of tables: [ScaleOutCatalog.Table]) {
    for table in tables {
      for index in table.vectorIndexes {
        afterwards.append(
          Step(statement: index.definition, reason: "the index that was dropped above"))
      }
    }
  }

  /// Drops the foreign keys of tables that get distributed, to other such tables and to reference tables.
  private mutating func dropForeignKeys(
    _ moving: [ScaleOutCatalog.Table], _ declaration: ScaleOutDeclaration, _ catalog: ScaleOutCatalog
  ) -> [ScaleOutCatalog.ForeignKey] {
    let names = Set(moving.map(\.name))
    let all = Set(declaration.distributed.compactMap { catalog[$0.table]?.name })
    let references = Set(declaration.reference.compactMap { catalog[$0]?.name })
    func leadsToReference(_ key: ScaleOutCatalog.ForeignKey) -> Bool {
      names.contains(key.table) && references.contains(key.target)
    }
    let keys = catalog.foreignKeys.filter {
      leadsToReference($0)
        || all.contains($0.table) && all.contains($0.target)
          && (names.contains($0.table) || names.contains($0.target))
    }
    for key in keys {
      together.append(
        Step(
          statement: "ALTER TABLE \(key.quoted) DROP CONSTRAINT \(Self.quote(key.name))",
          reason: leadsToReference(key)
            ? "with a foreign key to a reference table, Citus would move the rows twice, and reject identity columns"
            : "Citus cannot distribute a table while a foreign key connects it with one that is not distributed yet"
        ))
    }
    return keys
  }

  private static func creation(
    of entry: ScaleOutDeclaration.Distributed, _ table: ScaleOutCatalog.Table,
    _ declaration: ScaleOutDeclaration, _ catalog: ScaleOutCatalog
  ) -> Step {
    var arguments = ["'\(table.quoted.escaped)'", "'\(entry.column.escaped)'"]
    let oneWay =
      table.identities.isEmpty
      ? "" : "; 'undo' cannot bring it back, because \(table.identities[0]) is an identity column"
    guard let parent = entry.parent.flatMap({ catalog[$0] }) else {
      arguments.append("colocate_with => 'none'")
      if let count = declaration.shardCount { arguments.append("shard_count => \(count)") }
      return Step(
        statement: "SELECT create_distributed_table(\(arguments.joined(separator: ", ")))",
        reason: "the rows of \(table.name) are spread over the nodes by \(entry.column)\(oneWay)")
    }
    arguments.append("colocate_with => '\(parent.quoted.escaped)'")
    return Step(
      statement: "SELECT create_distributed_table(\(arguments.joined(separator: ", ")))",
      reason: "the rows of \(table.name) are kept on the node of their row of \(parent.name)\(oneWay)")
  }

  /// Tables in an order in which referenced tables come first. Tables of a cycle keep their order.
  private static func ordered(
    _ tables: [ScaleOutCatalog.Table], _ catalog: ScaleOutCatalog
  ) -> [ScaleOutCatalog.Table] {
    var result: [ScaleOutCatalog.Table] = []
    var seen: Set<String> = []
    func visit(_ table: ScaleOutCatalog.Table) {
      guard seen.insert(table.name).inserted else { return }
      for key in catalog.foreignKeys where key.table == table.name {
        if let target = tables.first(where: { $0.name == key.target }) { visit(target) }
      }
      result.append(table)
    }
    tables.forEach(visit)
    return result
  }

  /// The tables that foreign keys connect with a table, and the table itself.
  private static func connected(to name: String, _ catalog: ScaleOutCatalog) -> Set<String> {
    var found: Set<String> = [name]
    var pending = [name]
    while let next = pending.popLast() {
      for key in catalog.foreignKeys where key.table == next || key.target == next {
        for other in [key.table, key.target] where found.insert(other).inserted { pending.append(other) }
      }
    }
    return found
  }

  private static func quote(_ name: String) -> String {
    (try? PostgresIdentifier(name).quoted) ?? name
  }
}

extension String {
  /// As the inside of a string literal.
  fileprivate var escaped: String { replacing("'", with: "''") }
}
