import FoundationEssentials
import Postgres
import SeedGenerators

/// Matches the definition of a generated seeder with the tables of the database, and makes the tables that compute
/// the rows.
struct GeneratePlanner {
  let definition: SeederDefinition
  let live: [TableName: LiveTable]
  let rules: [GenerateRule]
  /// The number of rows of each table, in the order of the definition.
  let rowCounts: [Int]
  let faults: FaultCollector
  /// The largest number in the numbered columns of each table before the first load, in the order of the definition.
  let firstNumbers: [Int]
  /// The values of `pickFrom`, by table and column.
  let lists: [String: [GeneratorValue]]
  /// The rows of tables that the seeder does not generate.
  let existing: [String: (columns: [String], rows: ExistingRows)]

  /// How a column of the table is filled, before the referenced tables are known.
  enum Filling {
    case generator(GeneratorSpec)
    case position
    case number
    case reference(pick: Int, targetColumn: String)
  }

  /// A reference of a table: of a foreign key, or of a column that the definition declares.
  struct Link {
    let columns: [String]
    let target: LiveTable
    let targetColumns: [String]
    let source: GenerateRule.ReferenceSource?
    /// The columns that this reference, or an earlier one, decides.
    let decidedColumns: [String]
    /// The columns that this reference decides. Others belong to an earlier one.
    var ownColumns: [String] = []
    /// Whether these columns may be NULL.
    var isOptional = false
    let line: Int
  }

  /// The number of rows of each table, from the definition alone, or the existing ones if they are more.
  static func plannedCounts(
    _ definition: SeederDefinition, _ options: RowCountOptions, atLeast existing: [Int] = []
  ) -> [Int] {
    let existing = Dictionary(
      zip(definition.tables.map(\.table), existing), uniquingKeysWith: { first, _ in first })
    var counts: [TableName: Int] = [:]
    var remaining = definition.tables
    // A parent may come after its children.
    for _ in definition.tables.indices {
      for table in remaining {
        guard let rule = table.generate,
          let count = count(table, rule, options, counts, existing[table.table] ?? 0)
        else { continue }
        counts[table.table] = count
      }
      remaining = remaining.filter { counts[$0.table] == nil }
    }
    return definition.tables.map { counts[$0.table] ?? 0 }
  }

  private static func count(
    _ table: TableDefinition, _ rule: GenerateRule, _ options: RowCountOptions, _ counts: [TableName: Int],
    _ existing: Int
  ) -> Int? {
    switch rule.rows {
    case .fixed(let standard, let numbers):
      return max(existing, options.count(of: table.table, standard, numbers))
    case .perParent(let parent, let range):
      guard let parents = counts[parent] else { return nil }
      return children(table, rule, parents: parents, range).total
    }
  }

  static func children(
    _ table: TableDefinition, _ rule: GenerateRule, parents: Int, _ range: ClosedRange<Int>
  ) -> ChildIndex {
    let stream = StreamKey.hash([table.table.description, "rows"])
    return ChildIndex(
      parents: parents, counts: range, key: CounterRandom(seed: rule.seed, stream: stream, index: 0)[0])
  }

  /// The tables in the order in which they are filled, and those of cycles of references: their columns that are filled
  /// afterwards are NULL in ``tables``.
  struct Tables: Sendable {
    var tables: [GeneratedTable] = []
    var completed: [(table: GeneratedTable, columns: [Int])] = []
  }

  /// - Throws: ``FixtureError`` with all faults.
  func plan() throws -> Tables {
    for (index, table) in definition.tables.enumerated() {
      let earlier = definition.tables.prefix(index).first {
        live[$0.table]?.canonicalName == live[table.table]?.canonicalName
      }
      guard let earlier else { continue }
      fault(
        table.line, found: "a second entry for the table \(table.table), as in line \(earlier.line)",
        expected: "one entry for each generated table", at: "table")
    }
    try faults.check()
    var done: [String: GeneratedTable] = [:]
    var result = Tables()
    /// The references that are filled afterwards, by table.
    var later: [Int: Set<Int>] = [:]
    var remaining = Array(definition.tables.indices)
    /// Tables with faults. Those that refer to them are only checked for faults of their own.
    var faulty: Set<String> = []
    while !remaining.isEmpty {
      let before = remaining.count
      for index in remaining {
        let table = definition.tables[index]
        guard let live = live[table.table] else { continue }
        let links = links(of: index, live)
        let needed = links.enumerated().filter { later[index]?.contains($0.offset) != true }
        if needed.contains(where: { faulty.contains($0.element.target.canonicalName) }) {
          _ = GeneratedTableBuilder(
            planner: self, index: index, live: live, rowCount: rowCounts[index], links: links, done: done
          ).fillings()
          faulty.insert(live.canonicalName)
          remaining.removeAll { $0 == index }
          continue
        }
        guard waiting(index, links, live, done).subtracting(later[index] ?? []).isEmpty else { continue }
        let builder = GeneratedTableBuilder(
          planner: self, index: index, live: live, rowCount: rowCounts[index], links: links, done: done,
          later: later[index] ?? [])
        guard let built = try builder.build() else {
          faulty.insert(live.canonicalName)
          remaining.removeAll { $0 == index }
          continue
        }
        done[live.canonicalName] = built
        result.tables.append(built)
        remaining.removeAll { $0 == index }
      }
      guard remaining.count == before else { continue }
      // A cycle: fill the references of one table afterwards, if all that it waits for may be empty.
      let open = remaining.first { index in
        guard let live = live[definition.tables[index].table] else { return false }
        let links = links(of: index, live)
        return waiting(index, links, live, done).allSatisfy {
          links[$0].isOptional && !isKey(links[$0].ownColumns, live)
        }
      }
      if let open, let live = live[definition.tables[open].table] {
        later[open] = waiting(open, links(of: open, live), live, done)
        continue
      }
      for index in remaining where live[definition.tables[index].table] != nil {
        let table = definition.tables[index]
        let names = links(of: index, live[table.table] ?? emptyTable(table.table)).map(
          \.target.name.description)
        fault(
          rules[index].line, .unsupportedTable,
          found:
            "the table \(table.table), whose references to \(Set(names).sorted().joined(separator: ", ")) form a cycle",
          expected: "a nullable column in the cycle", at: "generate")
      }
      break
    }
    try faults.check()
    for (index, columns) in later.sorted(by: { $0.key < $1.key }) {
      guard let live = live[definition.tables[index].table] else { continue }
      let links = links(of: index, live)
      let builder = GeneratedTableBuilder(
        planner: self, index: index, live: live, rowCount: rowCounts[index], links: links, done: done)
      guard let built = try builder.build() else { continue }
      let names = Set(columns.flatMap { links[$0].ownColumns })
      result.completed.append(
        (built, built.columns.indices.filter { names.contains(built.columns[$0].name.name) }))
    }
    try faults.check()
    return result
  }

  /// The references to tables that are not made yet.
  private func waiting(
    _ index: Int, _ links: [Link], _ live: LiveTable, _ done: [String: GeneratedTable]
  ) -> Set<Int> {
    Set(
      links.indices.filter { number in
        let target = links[number].target
        return target.canonicalName != live.canonicalName && done[target.canonicalName] == nil
          && isGenerated(target)
      })
  }

  private func isKey(_ columns: [String], _ live: LiveTable) -> Bool {
    live.keys.contains { !Set($0.columns).isDisjoint(with: columns) }
  }

  private func emptyTable(_ name: TableName) -> LiveTable {
    LiveTable(
      name: name, canonicalName: "", quoted: "", ambiguity: nil, columns: [], keys: [], checks: [],
      triggers: [],
      isDeferred: false, foreignKeys: [], inheriting: nil)
  }

  func isGenerated(_ table: LiveTable) -> Bool {
    definition.tables.contains { live[$0.table]?.canonicalName == table.canonicalName }
  }

  func table(named canonical: String) -> LiveTable? { live.values.first { $0.canonicalName == canonical } }

  /// The references of a table: its foreign keys, and those of the definition that are none.
  func links(of index: Int, _ live: LiveTable) -> [Link] {
    let rule = rules[index]
    var links: [Link] = []
    func declared(_ column: String) -> GenerateRule.Column? { rule.columns.first { $0.name == column } }
    for key in live.foreignKeys {
      guard let target = table(named: key.target) else { continue }
      // A reference to the same table does not decide the columns that both rows share.
      let decided =
        target.canonicalName == live.canonicalName
        ? zip(key.columns, key.targetColumns).filter { $0 != $1 }.map(\.0) : key.columns
      let sources = decided.compactMap(declared)
      // Columns with generators of their own are left to them.
      if sources.contains(where: { if case .reference = $0.source { false } else { true } }) { continue }
      let references = sources.compactMap { column -> GenerateRule.ReferenceSource? in
        if case .reference(let source) = column.source { source } else { nil }
      }
      // A column that is always NULL refers to nothing.
      if references.contains(where: { $0.nullProbability == 1 }) { continue }
      let source = references.first { self.live[$0.table]?.canonicalName == key.target }
      links.append(
        Link(
          columns: key.columns, target: target, targetColumns: key.targetColumns, source: source,
          decidedColumns: decided, line: sources.first?.line ?? rule.line))
    }
    for column in rule.columns {
      guard case .reference(let source) = column.source, source.nullProbability < 1,
        !links.contains(where: { $0.columns.contains(column.name) }), let target = self.live[source.table],
        let key = target.primaryKey, key.count == 1
      else { continue }
      links.append(
        Link(
          columns: [column.name], target: target, targetColumns: key, source: source,
          decidedColumns: [column.name], line: column.line))
    }
    return Self.ordered(links, of: rule, live, parent: parentTarget(rule))
  }

  private func parentTarget(_ rule: GenerateRule) -> String? {
    guard case .perParent(let parent, _) = rule.rows else { return nil }
    return live[parent]?.canonicalName
  }

  /// References that share columns with others, in an order in which each can follow the earlier ones: that to the
  /// parent of the rows, then those with more columns, then those that may be NULL, and those to the table itself.
  private static func ordered(
    _ links: [Link], of rule: GenerateRule, _ live: LiveTable, parent: String?
  ) -> [Link] {
    func rank(_ link: Link) -> (Int, Int) {
      if link.target.canonicalName == live.canonicalName { return (3, 0) }
      if link.target.canonicalName == parent { return (0, 0) }
      let mayBeNull =
        (link.source?.nullProbability ?? 0) > 0 || link.columns.contains { live[$0]?.isNotNull == false }
      return (mayBeNull ? 2 : 1, -link.columns.count)
    }
    let sorted = links.enumerated().sorted { left, right in
      let (first, second) = (rank(left.element), rank(right.element))
      return first == second ? left.offset < right.offset : first < second
    }
    var taken: Set<String> = []
    return sorted.map { _, link in
      var link = link
      link.ownColumns = link.decidedColumns.filter { !taken.contains($0) }
      link.isOptional =
        !link.ownColumns.isEmpty && link.ownColumns.allSatisfy { live[$0]?.isNotNull == false }
      taken.formUnion(link.decidedColumns)
      return link
    }
  }

  func fault(
    _ line: Int, _ code: ErrorCode = .invalidDefinition, found: String, expected: String, at field: String
  ) {
    faults.add(
      FixtureFault(code, file: definition.path, line: line, field: field, found: found, expected: expected))
  }
}
