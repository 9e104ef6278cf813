import SeedGenerators

extension GeneratedTableBuilder {
  /// How the row that a foreign key refers to is chosen.
  func pick(
    _ number: Int, _ link: GeneratePlanner.Link, _ unique: UniquePlan, _ names: [String]
  ) throws -> Table.Pick {
    let isOwn = link.target.canonicalName == live.canonicalName
    let target = target(link)
    let count = targetCount(link)
    let isWanted = !link.isOptional || (link.source.map { $0.nullProbability < 1 } ?? false)
    if count == 0, !later.contains(number), rowCount > 0, isWanted, !isOwn {
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
      method = isOwn ? .previous(block: Self.block, orSelf: !link.isOptional) : .sameNumber
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
    } else {
      let rows = matchingRows(number, link, target, names)
      let count = rows?.count ?? count
      let distribution: Distribution =
        if let exponent = link.source?.exponent, count > 0 {
          .zipf(ZipfSampler(count: count, exponent: exponent))
        } else {
          .uniform
        }
      method = rows.map { .among($0, distribution) } ?? .random(distribution)
    }
    return Table.Pick(
      target: target, method: method, random: random, nullLimit: null >= 1 ? .max : UInt64(null * 0x1p64),
      differsFrom: different(link), sorting: sorting(number, link))
  }

  /// A foreign key that shares columns with an earlier one refers to a row with the same values in them.
  private func shared(
    _ number: Int, _ link: GeneratePlanner.Link, _ target: Table.Pick.Target, _ names: [String]
  ) throws -> Table.Pick.Method? {
    let shared = sharedColumns(number, link, names)
    guard !shared.isEmpty else { return nil }
    let places = shared.map(\.target)
    guard let groups = groups(of: link, target, places) else { return nil }
    if different(link) != nil, groups.smallest == 1, !link.isOptional {
      fault(
        link.line, .missingUniqueKey,
        found:
          "a CHECK constraint that requires two rows of \(link.target.name), which has only one for some "
          + shared.map(\.target).joined(separator: ", "),
        expected: "more rows of \(link.target.name)", at: link.columns[0])
    }
    return .sharing(groups, columns: shared.map(\.own))
  }

  /// The rows that a foreign key may refer to, by the values of some of its target columns; nil for the table itself.
  private func groups(
    of link: GeneratePlanner.Link, _ target: Table.Pick.Target, _ places: [String]
  ) -> RowGroups? {
    if case .own = target { return nil }
    return RowGroups(count: rows(link), key: values(of: link, target, places))
  }

  /// The values of some target columns of a foreign key, by the number of the row: each followed by 0xFF; nil if one is
  /// NULL.
  private func values(
    of link: GeneratePlanner.Link, _ target: Table.Pick.Target, _ places: [String]
  ) -> (Int) -> [UInt8]? {
    switch target {
    case .own: return { _ in nil }
    case .generated(let table):
      let columns = places.compactMap(table.column)
      return { table.values(columns, of: $0) }
    case .existing(let rows):
      let names = planner.existing[link.target.canonicalName]?.columns ?? []
      let columns = places.compactMap(names.firstIndex)
      return { row in
        var key: [UInt8] = []
        for column in columns {
          guard rows.append(column, of: row, to: &key) else { return nil }
          key.append(0xFF)
        }
        return key
      }
    }
  }

  /// The rows that a foreign key may refer to, so that later ones that share columns with it find a row: only a tenant
  /// with projects, if each row also needs a project. Nil if all rows are possible.
  private func matchingRows(
    _ number: Int, _ link: GeneratePlanner.Link, _ target: Table.Pick.Target, _ names: [String]
  ) -> [Int]? {
    var allowed = Array(0..<rows(link))
    for (place, other) in links.enumerated().dropFirst(number + 1) where !other.isOptional {
      let shared = sharedColumns(place, other, names).compactMap {
        own, target -> (own: String, target: String)? in
        link.columns.firstIndex(of: names[own]).map { (link.targetColumns[$0], target) }
      }
      guard !shared.isEmpty, let groups = groups(of: other, self.target(other), shared.map(\.target)) else {
        continue
      }
      let key = values(of: link, target, shared.map(\.own))
      allowed.removeAll { row in !(key(row).map(groups.has) ?? false) }
      if allowed.isEmpty, rowCount > 0, rows(link) > 0 {
        fault(
          link.line, .missingTable,
          found: "no row of \(link.target.name) and \(other.target.name) with the same "
            + shared.map(\.own).joined(separator: ", "),
          expected: "more rows of \(other.target.name)", at: link.columns[0])
      }
    }
    return allowed.count == rows(link) ? nil : allowed
  }

  private func target(_ link: GeneratePlanner.Link) -> Table.Pick.Target {
    if link.target.canonicalName == live.canonicalName { return .own }
    if let table = done[link.target.canonicalName] { return .generated(table) }
    return .existing(planner.existing[link.target.canonicalName]?.rows ?? ExistingRows([]))
  }

  /// The order in which a combination of members is used up.
  func order(_ number: Int, _ order: UniquePlan.Order, _ names: [String]) -> Table.Order {
    let stream = StreamKey.hash([definition.table.description, "unique", "\(number)"] + order.columns)
    let key = CounterRandom(seed: rule.seed, stream: stream, index: 0)[0]
    let members = order.links.compactMap(\.self)
    if order.isPerParent {
      var result = Table.Order(sizes: order.sizes, whole: nil, key: key)
      guard members.count == 1, order.links.count == 1 else { return result }
      let shared = sharedColumns(members[0], links[members[0]], names)
      if !shared.isEmpty,
        let groups = groups(of: links[members[0]], target(links[members[0]]), shared.map(\.target))
      {
        require(largestFamily, groups.smallest - (different(links[members[0]]) == nil ? 0 : 1), order)
        result.shared = (groups, shared.map(\.own))
      }
      return result
    }
    if members.count == 2, order.links.count == 2 {
      let (first, second) = (links[min(members[0], members[1])], links[max(members[0], members[1])])
      let columns = second.columns.filter(first.columns.contains)
      func places(_ link: GeneratePlanner.Link) -> [String] {
        columns.compactMap { column in link.columns.firstIndex(of: column).map { link.targetColumns[$0] } }
      }
      let isSorted = sorting(members[0], links[members[0]])?.other == members[1]
      if !columns.isEmpty || isSorted, let some = groups(of: first, target(first), places(first)),
        let others = groups(of: second, target(second), places(second))
      {
        let areApart = different(second) == links.firstIndex { $0.columns == first.columns }
        let kind: RowPairs.Kind = isSorted ? .unordered : areApart ? .apart : .all
        let pairs = members[0] < members[1] ? RowPairs(some, others, kind) : RowPairs(others, some, kind)
        require(rowCount, pairs.count, order)
        let sizes = [max(pairs.count, rowCount)]
        return Table.Order(
          sizes: sizes, whole: CompositeOrder(sizes: sizes, key: key), key: key, pairs: pairs)
      }
    }
    return Table.Order(sizes: order.sizes, whole: CompositeOrder(sizes: order.sizes, key: key), key: key)
  }

  private func require(_ rows: Int, _ combinations: Int, _ order: UniquePlan.Order) {
    guard combinations < rows else { return }
    fault(
      rule.line, .missingUniqueKey,
      found:
        "\(rows) rows\(order.isPerParent ? " of a parent" : ""), but there are only \(combinations) combinations of "
        + order.columns.joined(separator: ", "),
      expected: "fewer rows", at: "generate")
  }

  /// The earlier reference to the same table from which a CHECK constraint keeps a reference apart, such as
  /// `follower_id <> followed_id`. Of references with several columns, the others are the same.
  func different(_ link: GeneratePlanner.Link) -> Int? {
    guard let number = links.firstIndex(where: { $0.columns == link.columns }) else { return nil }
    return links.prefix(number).firstIndex { other in
      guard let own = distinctColumn(link, other), let its = distinctColumn(other, link) else { return false }
      return (apart(own) + live.sortedColumns(own).map(\.other)).contains(its)
    }
  }

  /// The other reference to the same table whose key a CHECK constraint requires to be larger or smaller, such as
  /// `user_low < user_high`.
  private func sorting(_ number: Int, _ link: GeneratePlanner.Link) -> Table.Pick.Sorting? {
    guard number != parentLink, link.target.canonicalName != live.canonicalName else { return nil }
    for (place, other) in links.enumerated() where place != number && place != parentLink {
      guard let own = distinctColumn(link, other), let its = distinctColumn(other, link),
        let sorted = live.sortedColumns(own).first(where: { $0.other == its }),
        let index = link.columns.firstIndex(of: own)
      else { continue }
      let key = link.targetColumns[index]
      let column: Int? =
        switch target(link) {
        case .own: nil
        case .generated(let table): table.column(key)
        case .existing:
          planner.existing[link.target.canonicalName]?.columns.firstIndex(of: key)
        }
      return column.map { .init(other: place, isSmaller: sorted.isSmaller, column: $0) }
    }
    return nil
  }

  /// The only column of a reference that another one to the same table does not share.
  private func distinctColumn(_ link: GeneratePlanner.Link, _ other: GeneratePlanner.Link) -> String? {
    guard other.target.canonicalName == link.target.canonicalName else { return nil }
    return LiveTable.distinctColumn(of: link.ownByTarget, besides: other.ownByTarget)
  }

  /// The columns that a CHECK constraint wants to differ from a column.
  func apart(_ column: String) -> [String] {
    live.comparisons(of: column).filter { $0.sign == "<>" }.map(\.other)
  }

  /// The columns of a foreign key that an earlier one or a generator fills: their numbers, and the columns that they
  /// refer to.
  private func sharedColumns(
    _ number: Int, _ link: GeneratePlanner.Link, _ names: [String]
  ) -> [(own: Int, target: String)] {
    let earlier = Set(links.prefix(number).flatMap(\.decidedColumns) + link.columns).subtracting(
      link.decidedColumns.filter { column in
        !links.prefix(number).contains { $0.decidedColumns.contains(column) }
      })
    return zip(link.columns, link.targetColumns).compactMap { column, target in
      earlier.contains(column) ? names.firstIndex(of: column).map { ($0, target) } : nil
    }
  }
}
