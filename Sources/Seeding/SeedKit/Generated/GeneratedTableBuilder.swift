import Postgres
import SeedGenerators

/// Makes one generated table: decides how each column is filled so that its constraints hold.
struct GeneratedTableBuilder {
  typealias Table = GeneratedTable

  let planner: GeneratePlanner
  let index: Int
  let live: LiveTable
  let rowCount: Int
  let links: [GeneratePlanner.Link]
  /// The tables that are made already, by schema and name.
  let done: [String: GeneratedTable]
  /// The references that are filled when all tables are.
  var later: Set<Int> = []

  var rule: GenerateRule { planner.rules[index] }
  var definition: TableDefinition { planner.definition.tables[index] }

  /// The size of a chunk, within which rows refer to earlier ones of the same table.
  static let block = 2_500

  func build() throws -> GeneratedTable? {
    let before = planner.faults.count
    for column in rule.columns where live[column.name] == nil {
      let near = Suggestion.nearest(to: column.name, in: live.columns.map(\.name.name)).first.map {
        "'\($0)'"
      }
      fault(
        column.line, found: "no column '\(column.name)' in \(live.name)",
        expected: near ?? "a column of the table", at: column.name)
    }
    let fillings = fillings()
    let names = fillings.map(\.name)
    let children = children()
    guard planner.faults.count == before else { return nil }
    let uniqueness = UniquePlan(
      table: live, names: names, fillings: fillings.map(\.filling), links: links, perParent: parentLink,
      largestFamily: largestFamily, rowCount: rowCount, targetCount: targetCount)
    for problem in uniqueness.problems {
      fault(rule.line, .missingUniqueKey, found: problem.found, expected: problem.expected, at: "generate")
    }
    let orders = uniqueness.orders.enumerated().map { order($0, $1, names) }
    let picks = try links.enumerated().map { try pick($0, $1, uniqueness, names) }
    let columns = try zip(names, fillings).enumerated().compactMap { position, pair -> Table.Column? in
      guard let encoder = try encoder(position, pair.1, uniqueness, names) else { return nil }
      var column = Table.Column(name: try PostgresIdentifier(pair.0), encoder: encoder)
      if case .generator(let spec) = pair.1.filling { column.generator = "\(spec.name) \(spec.version)" }
      return column
    }
    guard planner.faults.count == before else { return nil }
    return GeneratedTable(
      live: live, rowCount: rowCount, columns: columns, picks: picks, orders: orders, children: children)
  }

  /// The link to the table of `rows: {"per": …}`.
  var parentLink: Int? {
    guard case .perParent(let parent, _) = rule.rows else { return nil }
    let target = planner.live[parent]?.canonicalName
    return links.firstIndex { $0.target.canonicalName == target }
  }

  var largestFamily: Int {
    guard case .perParent(_, let range) = rule.rows else { return 0 }
    return range.upperBound
  }

  private func children() -> ChildIndex? {
    guard case .perParent(let parent, let range) = rule.rows else { return nil }
    guard parentLink != nil, let target = planner.live[parent].flatMap({ done[$0.canonicalName] }) else {
      fault(
        rule.line, found: "rows per '\(parent)', to which no foreign key of \(live.name) refers",
        expected: "a table of this seeder that a column refers to", at: "rows")
      return nil
    }
    return GeneratePlanner.children(definition, rule, parents: target.rowCount, range)
  }

  func targetCount(_ link: GeneratePlanner.Link) -> Int {
    let isApart = different(link) != nil
    return rows(link) - (isApart ? 1 : 0)
  }

  private func rows(_ link: GeneratePlanner.Link) -> Int {
    if link.target.canonicalName == live.canonicalName { return rowCount }
    if let table = done[link.target.canonicalName] { return table.rowCount }
    return planner.existing[link.target.canonicalName]?.rows.count ?? 0
  }

  /// The filled columns, in the order of the table.
  private func fillings() -> [(name: String, filling: GeneratePlanner.Filling)] {
    let context = GeneratorContext(locale: rule.locale, columns: live.columns.map(\.name.name))
    return live.columns.compactMap { column in
      let name = column.name.name
      guard !column.isGenerated else {
        if let own = rule.columns.first(where: { $0.name == name }) {
          fault(own.line, found: "the generated column '\(name)'", expected: "another column", at: name)
        }
        return nil
      }
      if let link = links.firstIndex(where: { $0.columns.contains(name) }),
        let place = links[link].columns.firstIndex(of: name)
      {
        return (name, .reference(pick: link, targetColumn: links[link].targetColumns[place]))
      }
      guard let own = rule.columns.first(where: { $0.name == name }) else { return standard(column, context) }
      guard let filling = declared(own, column, context) else { return nil }
      return (name, filling)
    }
  }

  private func declared(
    _ own: GenerateRule.Column, _ column: LiveTable.Column, _ context: GeneratorContext
  ) -> GeneratePlanner.Filling? {
    let value: GeneratorValue
    switch own.source {
    case .position: return .position
    case .reference(let source):
      if source.nullProbability < 1 {
        fault(
          own.line, .missingTable,
          found: "a reference to '\(source.table)', which has no primary key of one column",
          expected: "a table with a foreign key from this column, or with such a key", at: own.name)
      }
      return nil
    case .generator(let definition): value = definition
    case .lines(_, let settings), .query(_, let settings):
      let list = planner.lists["\(index).\(own.name)"] ?? []
      guard !list.isEmpty else {
        fault(own.line, found: "no values to pick from", expected: "at least one value", at: own.name)
        return nil
      }
      value = .object([GeneratorMember("pick", .list(list))] + settings)
    }
    do {
      var context = context
      context.type = column.baseType
      context.scale = Self.scale(of: column)
      return .generator(try GeneratorCatalog.parse(value, context: context))
    } catch {
      let path = ([own.name] + error.path).joined(separator: ".")
      fault(
        own.line, found: error.problem, expected: "a generator of Documentation/generated-data.md", at: path)
      return nil
    }
  }

  /// How a column is filled that the definition does not name; nil for its default.
  private func standard(
    _ column: LiveTable.Column, _ context: GeneratorContext
  ) -> (name: String, filling: GeneratePlanner.Filling)? {
    let name = column.name.name
    let isKey = live.keys.contains { $0.columns.contains(name) }
    if column.sequence != nil, ["smallint", "integer", "bigint"].contains(column.baseType) {
      return (name, .number)
    }
    if column.baseType == "uuid", isKey, column.isNotNull,
      let spec = try? GeneratorCatalog.parse("uuid.v4", context: context)
    {
      return (name, .generator(spec))
    }
    guard column.isNotNull, column.defaultExpression == nil, !live.changesInsertedRows else { return nil }
    fault(
      rule.line, found: "no generator for the column '\(name)' of type \(column.type), which is NOT NULL",
      expected: "\"\(name)\": a generator", at: "generate.columns")
    return nil
  }

  private func encoder(
    _ position: Int, _ filling: (name: String, filling: GeneratePlanner.Filling), _ unique: UniquePlan,
    _ names: [String]
  ) throws -> Table.Encoder? {
    switch filling.filling {
    case .position: return .position
    case .number: return .number(after: planner.firstNumbers[index])
    case .reference(let pick, let targetColumn):
      guard !later.contains(pick) else { return .later }
      let link = links[pick]
      let column: Int?
      if link.target.canonicalName == live.canonicalName {
        column = names.firstIndex(of: targetColumn)
      } else if let table = done[link.target.canonicalName] {
        column = table.column(targetColumn)
      } else {
        column = planner.existing[link.target.canonicalName]?.columns.firstIndex(of: targetColumn)
      }
      guard let column else {
        fault(
          link.line,
          found:
            "a reference to the column '\(targetColumn)' of \(link.target.name), which no generator fills",
          expected: "a generator for it", at: filling.name)
        return nil
      }
      return .reference(pick: pick, column: column)
    case .generator(let spec):
      if let member = unique.member(ofColumn: position) {
        return .nth(spec.generator, order: member.order, member: member.member)
      }
      let isUnique = unique.uniqueColumns.contains(position)
      do {
        let limit = length(of: position, names)
        let column = try GeneratedColumn(
          table: definition.table.description, column: filling.name, seed: rule.seed,
          spec: isUnique || spec.isUnique ? spec : limit.map(spec.cut) ?? spec, isUnique: isUnique)
        if let rows = column.rowLimit, rows < rowCount {
          fault(
            rule.line, .missingUniqueKey,
            found: "\(rowCount) rows with distinct values of '\(spec.name)', which has \(rows)",
            expected: "at most \(rows) rows, or another generator", at: filling.name)
        }
        if let limit, column.isUnique, let longest = column.longest(rows: rowCount), longest > limit {
          fault(
            rule.line, .missingUniqueKey,
            found: "distinct values of '\(spec.name)' with up to \(longest) characters",
            expected: "a generator of at most \(limit) characters, as the column allows", at: filling.name)
        }
        let sources = spec.generator.sources.compactMap { source -> (position: Int, column: Int)? in
          names.firstIndex(of: live.columns[source].name.name).map { (source, $0) }
        }
        return .generator(column, sources: sources)
      } catch {
        fault(
          rule.line, .missingUniqueKey, found: "the unique column '\(filling.name)', but \(error.problem)",
          expected: "a generator with distinct values, such as sequence, email or pattern", at: filling.name)
        return nil
      }
    }
  }

  /// The number of digits after the point of a column of type numeric(p,s).
  private static func scale(of column: LiveTable.Column) -> Int? {
    guard column.baseType == "numeric", let comma = column.storedType.firstIndex(of: ",") else { return nil }
    return Int(column.storedType[column.storedType.index(after: comma)...].prefix { $0.isNumber })
  }

  /// The n of a column of type varchar(n) or char(n).
  private func length(of position: Int, _ names: [String]) -> Int? {
    guard let type = live[names[position]]?.storedType, type.hasPrefix("character"),
      let open = type.firstIndex(of: "(")
    else { return nil }
    return Int(type[type.index(after: open)...].prefix { $0.isNumber })
  }

  func fault(
    _ line: Int, _ code: ErrorCode = .invalidDefinition, found: String, expected: String, at field: String
  ) {
    planner.fault(line, code, found: found, expected: expected, at: field)
  }
}
