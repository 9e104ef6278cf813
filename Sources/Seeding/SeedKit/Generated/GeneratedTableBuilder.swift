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
    let fillings = fillings()
    let names = fillings.map(\.name)
    let variables = rule.variables.compactMap { own in
      generator(own, context).map { (name: own.name, spec: $0) }
    }
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
    let readable = names + variables.map(\.name)
    let columns = try zip(names, fillings).enumerated().compactMap { position, pair -> Table.Column? in
      guard let encoder = try encoder(position, pair.1, uniqueness, names, readable) else { return nil }
      var column = Table.Column(name: try PostgresIdentifier(pair.0), encoder: encoder)
      if case .generator(let spec) = pair.1.filling {
        column.generator = "\(spec.name) \(spec.version)"
        // A column that reads others could read this one.
        column.differsFrom = names.prefix(position).firstIndex { name in
          guard apart(pair.0).contains(name) else { return false }
          guard case .generator(let other) = fillings[names.firstIndex(of: name) ?? 0].filling else {
            return true
          }
          return other.generator.sources.isEmpty
        }
        if column.differsFrom != nil { column.generator += ", another value" }
      }
      return column
    }
    let hidden = try variables.map { name, spec in
      let column = try GeneratedColumn(
        table: definition.table.description, column: name, seed: rule.seed, spec: spec)
      return Table.Column(
        name: try PostgresIdentifier(name),
        encoder: .generator(column, sources: sources(of: spec, in: name, readable)),
        generator: "\(spec.name) \(spec.version)")
    }
    guard planner.faults.count == before else { return nil }
    let table = GeneratedTable(
      live: live, rowCount: rowCount, columns: columns, computed: try computed(), variables: hidden,
      picks: picks, orders: orders, children: children)
    if let loop = table.loop {
      fault(
        rule.line, found: "generators that read each other: \(loop.joined(separator: ", "))",
        expected: "generators that read other columns", at: "generate.columns")
      return nil
    }
    checkSources(of: table)
    return planner.faults.count == before ? table : nil
  }

  /// Rejects columns that a generator cannot read, by the first value of each.
  private func checkSources(of table: GeneratedTable) {
    for column in table.columns + table.variables {
      guard case .generator(let generated, let sources) = column.encoder else { continue }
      for source in sources {
        var value: [UInt8] = []
        let rows = 0..<min(table.rowCount, 100)
        guard rows.contains(where: { table.append(source.column, of: $0, to: &value) }),
          let wanted = generated.generator.expectation(of: value, from: source.position)
        else { continue }
        let own = rule.sources.first { $0.name == column.name.name }
        fault(
          own?.line ?? rule.line,
          found:
            "'\(String(decoding: value.prefix(60), as: UTF8.self))' in the column '\(context.columns[source.position])'",
          expected: wanted, at: column.name.name)
      }
    }
  }

  /// The columns that the server computes.
  private func computed() throws -> [BulkLoad.Computed] {
    try rule.columns.compactMap { column in
      guard case .sql(let expression) = column.source else { return nil }
      return .init(column: try PostgresIdentifier(column.name), expression: expression)
    }
  }

  /// What templates can read: the columns of the table, then the variables.
  var context: GeneratorContext {
    GeneratorContext(
      locale: rule.locale, columns: live.columns.map(\.name.name) + rule.variables.map(\.name))
  }

  /// The columns that a generator reads, by their numbers in the table.
  func sources(
    of spec: GeneratorSpec, in reader: String, _ readable: [String]
  ) -> [(position: Int, column: Int)] {
    spec.generator.sources.compactMap { source in
      let name = context.columns[source]
      if let column = readable.firstIndex(of: name) { return (source, column) }
      let isComputed = rule.columns.contains { column in
        if case .sql = column.source { column.name == name } else { false }
      }
      fault(
        rule.sources.first { $0.name == reader }?.line ?? rule.line,
        found:
          "a generator that reads the column '\(name)', which \(isComputed ? "'sql' computes" : "no generator fills")",
        expected: isComputed ? "a column with a generator" : "a generator for it", at: reader)
      return nil
    }
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
    let isApart = link.target.canonicalName != live.canonicalName && different(link) != nil
    return rows(link) - (isApart ? 1 : 0)
  }

  func rows(_ link: GeneratePlanner.Link) -> Int {
    if link.target.canonicalName == live.canonicalName { return rowCount }
    if let table = done[link.target.canonicalName] { return table.rowCount }
    return planner.existing[link.target.canonicalName]?.rows.count ?? 0
  }

  func fault(
    _ line: Int, _ code: ErrorCode = .invalidDefinition, found: String, expected: String, at field: String
  ) {
    planner.fault(line, code, found: found, expected: expected, at: field)
  }
}
