import Postgres

/// Proportions of the tables of a schema: which are large, and which have rows for each row of another one.
struct ScaffoldRows {
  enum Count: Hashable {
    case number(Int)
    case per(table: String, ClosedRange<Int>)
  }

  struct Choice: Hashable {
    var count: Count
    var reason: String
    /// The number of rows, on average for ``Count/per(table:_:)``.
    var estimate: Int
  }

  /// The tables, parents first.
  let tables: [ScaffoldSource]
  /// The number of rows of a large table.
  let large: Int
  /// The most rows of a table, by its canonical name.
  let limits: [String: Int]

  private static let lookupNames: Set<String> = [
    "country", "currency", "language", "category", "status", "type", "role", "tag", "genre", "unit", "region",
    "department", "priority", "permission", "plan", "tenant", "state", "color", "size", "territory", "label",
    "workspace", "organization", "store", "warehouse", "channel", "forum", "board", "queue", "sla", "media",
    "level",
    "city", "carrier", "shipper", "brand", "team", "project", "location", "province",
  ]
  private static let detailNames: Set<String> = [
    "item", "line", "detail", "entry", "position", "row", "product", "step", "option", "attachment",
  ]

  /// The rows of each table, by its canonical name.
  func choices() -> [String: Choice] {
    var choices: [String: Choice] = [:]
    for table in tables {
      var choice = choice(table.live, choices)
      if let limit = limits[table.live.canonicalName], choice.estimate > limit {
        choice = Choice(
          count: .number(limit), reason: "at most \(limit), by the unique keys", estimate: limit)
      }
      choices[table.live.canonicalName] = choice
    }
    return choices
  }

  private func choice(_ table: LiveTable, _ known: [String: Choice]) -> Choice {
    let links = table.foreignKeys.filter { $0.target != table.canonicalName && known[$0.target] != nil }
    let few = min(large, max(3, min(large / 20, 50)))
    // At most one row for each row of another table.
    for key in table.keys where key.predicate == nil {
      guard let link = links.first(where: { Set($0.columns) == Set(key.columns) }),
        let parent = known[link.target]?.estimate
      else { continue }
      return Choice(
        count: .number(min(parent, large)), reason: "at most one row for each row of \(name(link.target))",
        estimate: min(parent, large))
    }
    let key = table.primaryKey ?? table.uniqueKeys.first ?? []
    let linked = Set(links.flatMap(\.columns))
    let inKey = links.filter { Set($0.columns).isSubset(of: key) && !isImplied($0, by: links) }
    let words = ColumnName(table.name.name).singular
    let last = words.last ?? ""
    let parent = detailParent(table, links, known, words)
    if let parent, Self.detailNames.contains(last) || Set(parent.columns).isSubset(of: key),
      inKey.count < 2
        || Self.detailNames.contains(last)
    {
      let most =
        inKey.count == 2
        ? min(3, known[inKey.first { $0.name != parent.name }?.target ?? ""]?.estimate ?? 3) : 4
      return Choice(
        count: .per(table: name(parent.target), 1...max(most, 1)),
        reason: "details of \(name(parent.target))",
        estimate: (known[parent.target]?.estimate ?? large) * (1 + most) / 2)
    }
    if inKey.count >= 2, Set(key).isSubset(of: linked) {
      let product = inKey.reduce(1) { result, link in
        let (product, overflow) = result.multipliedReportingOverflow(by: known[link.target]?.estimate ?? 1)
        return overflow ? Int.max : product
      }
      let rows = max(1, min(large, product / 4))
      return Choice(
        count: .number(rows),
        reason: "a join table of \(inKey.map { name($0.target) }.joined(separator: " and "))",
        estimate: rows)
    }
    if isLookup(table, links, last) {
      return Choice(count: .number(few), reason: "a lookup table", estimate: few)
    }
    return Choice(count: .number(large), reason: "a large table", estimate: large)
  }

  /// Whether a foreign key is part of another one, such as that to the tenant.
  private func isImplied(_ link: LiveTable.ForeignKey, by links: [LiveTable.ForeignKey]) -> Bool {
    links.contains { $0.columns.count > link.columns.count && Set(link.columns).isSubset(of: $0.columns) }
  }

  private func isLookup(_ table: LiveTable, _ links: [LiveTable.ForeignKey], _ last: String) -> Bool {
    let users = Set(
      tables.filter { other in
        other.live.canonicalName != table.canonicalName
          && other.live.foreignKeys.contains { $0.target == table.canonicalName }
      }.map(\.live.canonicalName))
    guard !users.isEmpty else { return false }
    // The rows of a subtype have the key of one of these rows: `person` and `vendor` that of `business_entity`.
    let hasSubtypes = tables.contains { other in
      other.live.foreignKeys.contains {
        $0.target == table.canonicalName && $0.columns == other.live.primaryKey
      }
    }
    if hasSubtypes { return false }
    if Self.lookupNames.contains(last) { return true }
    let entities =
      TextGuess.people + TextGuess.things + ["artist", "album", "film", "movie", "book", "supplier"]
    if entities.contains(last)
      || table.columns.contains(where: { ColumnName($0.name.name).has("email", "last name") })
    {
      return false
    }
    let own = table.columns.filter { column in
      !column.isGenerated && column.sequence == nil
        && !links.contains { $0.columns.contains(column.name.name) }
        && !ColumnName(column.name.name).has("created at", "updated at", "last update", "inserted at")
    }
    let key = table.primaryKey.flatMap { $0.count == 1 ? table[$0[0]] : nil }
    if let key, key.baseType == "smallint" { return own.count <= 5 }
    return links.isEmpty && own.count <= 2
  }

  /// The table whose details these rows are: `orders` for `order_items`.
  private func detailParent(
    _ table: LiveTable, _ links: [LiveTable.ForeignKey], _ known: [String: Choice], _ words: [String]
  ) -> LiveTable.ForeignKey? {
    links.first { link in
      guard links.count(where: { $0.target == link.target }) == 1,
        link.columns.allSatisfy({ table[$0]?.isNotNull == true }), let parent = known[link.target],
        parent.reason != "a lookup table"
      else { return false }
      let parentWords = ColumnName(name(link.target).split(separator: ".").last.map(String.init) ?? "")
        .singular
      return words.count > parentWords.count && Array(words.prefix(parentWords.count)) == parentWords
    }
  }

  private func name(_ canonical: String) -> String {
    tables.first { $0.live.canonicalName == canonical }?.live.name.description ?? canonical
  }
}
