import SeedGenerators

/// How the unique keys of a generated table are met: which columns have distinct values, and which form combinations
/// that no two rows share.
struct UniquePlan {
  struct Order {
    let columns: [String]
    let sizes: [Int]
    /// Whether combinations only need to be distinct among the children of a parent.
    let isPerParent: Bool
    /// The reference that each member decides; nil for a column.
    let links: [Int?]
  }

  struct Problem {
    let found: String
    let expected: String
  }

  /// The positions of columns with distinct values.
  private(set) var uniqueColumns: Set<Int> = []
  /// The links to which at most one row refers.
  private(set) var oneToOne: Set<Int> = []
  private(set) var orders: [Order] = []
  private(set) var problems: [Problem] = []
  private var columnMembers: [Int: (order: Int, member: Int)] = [:]
  private var linkMembers: [Int: (order: Int, member: Int)] = [:]

  /// The member of a combination that fills a column.
  func member(ofColumn position: Int) -> (order: Int, member: Int)? { columnMembers[position] }
  /// The member of a combination that decides a reference.
  func member(ofLink link: Int) -> (order: Int, member: Int)? { linkMembers[link] }

  /// - Parameters:
  ///   - names: the filled columns.
  ///   - fillings: how each is filled.
  ///   - links: the references.
  ///   - perParent: the reference to the parent of `rows: {"per": …}`.
  ///   - largestFamily: the largest number of children of a parent.
  ///   - targetCount: the number of rows that a reference may refer to.
  init(
    table: LiveTable, names: [String], fillings: [GeneratePlanner.Filling], links: [GeneratePlanner.Link],
    perParent: Int?, largestFamily: Int, rowCount: Int, targetCount: (GeneratePlanner.Link) -> Int
  ) {
    // Small keys first: what they make distinct also makes larger keys distinct.
    var met: [Set<String>] = []
    for key in table.keys.sorted(by: { $0.columns.count < $1.columns.count }) {
      if let flag = table.defaultOutside(key), !names.contains(flag) { continue }
      // A column without a value is NULL or has a default, and the server checks that.
      let positions = key.columns.compactMap(names.firstIndex)
      guard positions.count == key.columns.count, !positions.isEmpty else { continue }
      // What a smaller key keeps apart, a larger one does, too.
      if isMet(positions, fillings) || met.contains(where: { $0.isSubset(of: key.columns) }) { continue }
      met.append(Set(key.columns))
      var members: [(column: Int?, link: Int?, size: Int)] = []
      var hasParent = false
      var hasPosition = false
      for position in positions {
        switch fillings[position] {
        case .number: break
        case .position: hasPosition = true
        case .reference(let link, _):
          if link == perParent {
            hasParent = true
          } else if !links[link].isIdentified(by: key.columns) {
            // Several rows of the other table may have the same values in these columns, so the others must differ.
            continue
          } else if !members.contains(where: { $0.link == link }) {
            // Rows refer only to earlier ones of the same table, so that they are not free to form combinations.
            let isOwn = links[link].target.canonicalName == table.canonicalName
            members.append((nil, link, isOwn && positions.count > 1 ? Int.max : targetCount(links[link])))
          }
        case .generator(let spec):
          members.append((position, nil, spec.generator.uniqueness.domain?.size ?? Int.max))
        }
      }
      if hasParent, hasPosition { continue }
      if hasParent, members.isEmpty {
        if largestFamily > 1 {
          problems.append(
            Problem(
              found: "up to \(largestFamily) rows per parent, but the unique key '\(key.index)' allows one",
              expected: "a count of at most 1"))
        }
        continue
      }
      if !hasParent, members.count == 1 {
        if let link = members[0].link {
          oneToOne.insert(link)
          if members[0].size < rowCount {
            problems.append(
              Problem(
                found:
                  "\(rowCount) rows, but the unique key '\(key.index)' allows one for each of the \(members[0].size) rows of "
                  + "\(links[link].target.name)", expected: "at most \(members[0].size) rows"))
          }
        } else if let column = members[0].column {
          uniqueColumns.insert(column)
        }
        continue
      }
      add(
        table, key, members, hasParent: hasParent, names, fillings, links,
        needed: hasParent ? largestFamily : rowCount)
    }
  }

  private func isMet(_ positions: [Int], _ fillings: [GeneratePlanner.Filling]) -> Bool {
    positions.contains { position in
      switch fillings[position] {
      case .number: true
      case .position: false
      case .reference(let link, _): oneToOne.contains(link)
      case .generator(let spec):
        uniqueColumns.contains(position) || spec.isUnique
          || { if case .rows = spec.generator.uniqueness { true } else { false } }()
      }
    }
  }

  private mutating func add(
    _ table: LiveTable, _ key: LiveTable.UniqueKey, _ members: [(column: Int?, link: Int?, size: Int)],
    hasParent: Bool,
    _ names: [String],
    _ fillings: [GeneratePlanner.Filling], _ links: [GeneratePlanner.Link], needed: Int
  ) {
    var usable = members
    // A generator without numbered values cannot be part of a combination. Without it, the others must suffice.
    usable.removeAll { $0.size == Int.max }
    // Only pairs of rows that fit together. They must be distinct without the other columns.
    let pair = usable.filter { $0.link != nil }
    if pair.count == 2, let first = pair[0].link, let second = pair[1].link,
      !Set(links[first].columns).isDisjoint(with: links[second].columns)
        || table.sortedColumns(links[first].columns[0]).contains(where: {
          [$0.other] == links[second].columns
        })
    {
      usable = pair
    }
    if let taken = usable.first(where: { member in
      member.column.map { columnMembers[$0] != nil } ?? false
        || member.link.map { linkMembers[$0] != nil } ?? false
    }) {
      let name = taken.column.map { names[$0] } ?? taken.link.map { links[$0].columns[0] } ?? ""
      problems.append(
        Problem(
          found: "the column '\(name)' in two unique keys of several columns",
          expected: "a generator with distinct values for another column of '\(key.index)'"))
      return
    }
    var size = 1
    for member in usable {
      let (product, overflow) = size.multipliedReportingOverflow(by: member.size)
      size = overflow ? Int.max : product
    }
    guard size >= needed, !usable.isEmpty else {
      problems.append(
        Problem(
          found:
            "\(needed) rows\(hasParent ? " of a parent" : ""), but the unique key '\(key.index)' has only "
            + "\(usable.isEmpty ? 1 : size) combinations of \(key.columns.joined(separator: ", "))",
          expected: "fewer rows, or generators with more values"))
      return
    }
    for (number, member) in usable.enumerated() {
      if let column = member.column { columnMembers[column] = (orders.count, number) }
      if let link = member.link { linkMembers[link] = (orders.count, number) }
    }
    orders.append(
      Order(
        columns: key.columns, sizes: usable.map(\.size), isPerParent: hasParent, links: usable.map(\.link)))
  }
}

extension GeneratePlanner.Link {
  /// The columns by those that they refer to.
  var ownByTarget: [String: String] {
    Dictionary(zip(targetColumns, columns), uniquingKeysWith: { first, _ in first })
  }

  /// Whether the values of some columns belong to one row of the other table.
  fileprivate func isIdentified(by names: [String]) -> Bool {
    let targets = zip(columns, targetColumns).filter { names.contains($0.0) }.map(\.1)
    return targets.count == columns.count || target.uniqueKeys.contains { Set($0).isSubset(of: targets) }
  }
}

extension LiveTable {
  /// The column whose default, `false`, keeps rows out of a partial unique key such as `(owner_id) WHERE is_primary`;
  /// nil for other keys.
  func defaultOutside(_ key: UniqueKey) -> String? {
    guard let predicate = key.predicate, case .column(let name)? = SQLExpression(predicate),
      self[name]?.defaultExpression == "false"
    else { return nil }
    return name
  }
}
