import SeedGenerators

extension GeneratedTableBuilder {
  /// How the row that a foreign key refers to is chosen.
  func pick(
    _ number: Int, _ link: GeneratePlanner.Link, _ unique: UniquePlan, _ names: [String]
  ) throws -> Table.Pick {
    let isOwn = link.target.canonicalName == live.canonicalName
    let target: Table.Pick.Target
    if isOwn {
      target = .own
    } else if let table = done[link.target.canonicalName] {
      target = .generated(table)
    } else {
      target = .existing(planner.existing[link.target.canonicalName]?.rows ?? ExistingRows([]))
    }
    let count = targetCount(link)
    if count == 0, !later.contains(number), rowCount > 0, !link.isOptional, !isOwn {
      fault(
        link.line, .missingTable, found: "a reference to \(link.target.name), which has no rows",
        expected: "a seeder that fills it first, under 'dependencies'", at: link.columns[0])
    }
    let random = CounterRandom(
      seed: rule.seed, stream: StreamKey.hash([definition.table.description, "reference"] + link.columns),
      index: 0)
    let null = link.source?.nullProbability ?? 0
    let method: Table.Pick.Method
    if number == parentLink {
      method = .parent
    } else if let member = unique.member(ofLink: number) {
      method = .combination(order: member.order, member: member.member)
    } else if unique.oneToOne.contains(number) {
      method = .sameNumber
    } else if isOwn {
      let columns = sharedColumns(number, link, names).map {
        (own: $0.own, target: names.firstIndex(of: $0.target) ?? 0)
      }
      method =
        columns.isEmpty
        ? .earlier(block: Self.block, orSelf: !link.isOptional)
        : .earlierSharing(block: Self.block, orSelf: !link.isOptional, columns: columns)
    } else if let shared = try shared(number, link, target, names) {
      method = shared
    } else if let exponent = link.source?.exponent, count > 0 {
      method = .random(.zipf(ZipfSampler(count: count, exponent: exponent)))
    } else {
      method = .random(.uniform)
    }
    return Table.Pick(
      target: target, method: method, random: random, nullLimit: null >= 1 ? .max : UInt64(null * 0x1p64))
  }

  /// A foreign key that shares columns with an earlier one refers to a row with the same values in them.
  private func shared(
    _ number: Int, _ link: GeneratePlanner.Link, _ target: Table.Pick.Target, _ names: [String]
  ) throws -> Table.Pick.Method? {
    let shared = sharedColumns(number, link, names)
    guard !shared.isEmpty else { return nil }
    let places = shared.map(\.target)
    let groups: RowGroups
    switch target {
    case .own: return nil
    case .generated(let table):
      let columns = places.compactMap(table.column)
      groups = RowGroups(count: table.rowCount) { table.values(columns, of: $0) }
    case .existing(let rows):
      let names = planner.existing[link.target.canonicalName]?.columns ?? []
      let columns = places.compactMap(names.firstIndex)
      groups = RowGroups(count: rows.count) { row in
        var key: [UInt8] = []
        for column in columns {
          guard rows.append(column, of: row, to: &key) else { return nil }
          key.append(0xFF)
        }
        return key
      }
    }
    return .sharing(groups, columns: shared.map(\.own))
  }

  /// The columns of a foreign key that an earlier one or a generator fills: their numbers, and the columns that they
  /// refer to.
  private func sharedColumns(
    _ number: Int, _ link: GeneratePlanner.Link, _ names: [String]
  ) -> [(own: Int, target: String)] {
    let earlier = Set(links.prefix(number).flatMap(\.columns))
    return zip(link.columns, link.targetColumns).compactMap { column, target in
      earlier.contains(column) ? names.firstIndex(of: column).map { ($0, target) } : nil
    }
  }
}
