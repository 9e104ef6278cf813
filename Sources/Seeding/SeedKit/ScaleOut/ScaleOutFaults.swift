/// Why the tables of a declaration cannot be distributed. Found before the first statement, because Citus would report
/// them one by one.
struct ScaleOutFaults {
  private let declaration: ScaleOutDeclaration
  private let catalog: ScaleOutCatalog

  init(_ declaration: ScaleOutDeclaration, _ catalog: ScaleOutCatalog) {
    self.declaration = declaration
    self.catalog = catalog
  }

  /// A fault and its fix in each line.
  var all: [String] {
    declaration.tables.flatMap(existence) + declaration.reference.flatMap(placementOfReference)
      + declaration.distributed.flatMap(faults) + catalog.foreignKeys.flatMap(faults)
  }

  private func existence(_ name: TableName) -> [String] {
    guard let table = catalog[name] else {
      return ["no table '\(name)' in the database. Create it, or remove it from the declaration"]
    }
    return table.name.hasPrefix("seed_runner.")
      ? ["\(name) is a table of seed-runner, which stays on the coordinator. Remove it from the declaration"]
      : []
  }

  private func placementOfReference(_ name: TableName) -> [String] {
    guard let table = catalog[name], table.placement.isRemote, table.placement != .reference else {
      return []
    }
    return [
      "\(table.name) is a distributed table, but the declaration makes it a reference table. Undistribute it first"
    ]
  }

  private func faults(of entry: ScaleOutDeclaration.Distributed) -> [String] {
    guard let table = catalog[entry.table] else { return [] }
    guard table.columns.contains(entry.column) else {
      return [
        "\(table.name) has no column '\(entry.column)'. Its columns are \(table.columns.joined(separator: ", "))"
      ]
    }
    if table.placement.isRemote { return placement(of: entry, table) }
    var faults: [String] = []
    if table.generated.contains(entry.column) {
      faults.append(
        "\(table.name).\(entry.column) is a generated column. Choose a column that is stored by the application"
      )
    }
    for index in table.uniqueIndexes where !index.columns.contains(entry.column) {
      let columns = ([entry.column] + index.columns).joined(separator: ", ")
      faults.append(
        "the \(index.isExclusion ? "exclusion constraint" : "unique index") \(index.name) of \(table.name) does not "
          + "contain the distribution column \(entry.column), and no node sees the rows of the others. Make it "
          + "(\(columns)), or distribute the table by another column")
    }
    let references = Set(
      declaration.reference.compactMap { catalog[$0] }.filter(\.placement.isRemote).map(\.name))
    if let identity = table.identities.first,
      let key = catalog.foreignKeys.first(where: { $0.table == table.name && references.contains($0.target) })
    {
      faults.append(
        "\(table.name) has the identity column \(identity) and the foreign key \(key.name) to a reference table, and "
          + "Citus moves no such table. Create it again without the key, distribute it, and then add the key")
    }
    if !table.triggers.isEmpty {
      faults.append(
        "\(table.name) has the trigger\(table.triggers.count == 1 ? "" : "s") "
          + "\(table.triggers.joined(separator: ", ")), which Citus does not support on distributed tables. Drop "
          + "\(table.triggers.count == 1 ? "it" : "them"), or make the table a reference table")
    }
    return faults
  }

  /// Faults of a table that is distributed in another way than declared.
  private func placement(
    of entry: ScaleOutDeclaration.Distributed, _ table: ScaleOutCatalog.Table
  ) -> [String] {
    guard table.placement.column == entry.column else {
      let found = table.placement.column.map { "distributed by \($0)" } ?? "not distributed by a column"
      return [
        "\(table.name) is \(found), but the declaration distributes it by \(entry.column). Correct the declaration, or undistribute the table first"
      ]
    }
    guard let parent = entry.parent.flatMap({ catalog[$0] }), parent.placement.isRemote,
      parent.placement.group != table.placement.group
    else { return [] }
    return [
      "\(table.name) is not co-located with \(parent.name). Run update_distributed_table_colocation, or undistribute it first"
    ]
  }

  private func faults(of key: ScaleOutCatalog.ForeignKey) -> [String] {
    let entries = Dictionary(
      declaration.distributed.compactMap { entry in catalog[entry.table].map { ($0.name, entry) } },
      uniquingKeysWith: { first, _ in first })
    let references = Set(declaration.reference.compactMap { catalog[$0]?.name })
    guard let target = entries[key.target] else {
      // A local table can reference a reference table, but a distributed one cannot reference a local table.
      guard entries[key.table] != nil, !references.contains(key.target) else { return [] }
      return [
        "the foreign key \(key.name) of \(key.table) references \(key.target), which stays on the coordinator. Declare "
          + "\(key.target) as a reference table, or drop the foreign key"
      ]
    }
    guard let source = entries[key.table] else {
      let kind =
        references.contains(key.table) ? "a reference table" : "a table that stays on the coordinator"
      return [
        "the foreign key \(key.name) of \(key.table), \(kind), references the distributed table \(key.target). Declare "
          + "\(key.table) as distributed with \(key.target), or drop the foreign key"
      ]
    }
    let place = key.columns.firstIndex(of: source.column)
    let isTogether = source.root == target.root
    guard isTogether, let place, key.targetColumns[place] == target.column else {
      return [
        "the foreign key \(key.name) of \(key.table) does not lead from \(source.column) to \(key.target).\(target.column) "
          + "on the same node. Distribute \(key.table) with \(key.target) by the column that references it, or drop the foreign key"
      ]
    }
    return []
  }
}

extension ScaleOutDeclaration.Distributed {
  /// The table whose rows decide the node.
  fileprivate var root: TableName { parent ?? table }
}
