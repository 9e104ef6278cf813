import Postgres
import SeedGenerators

/// A definition in the making: tables are left out, and columns become NULL, until the first rows fit.
struct ScaffoldDraft {
  let request: SchemaScaffold.Request
  let dependencies: [SeederID]
  private let sources: [ScaffoldSource]
  private let facts: [String: TableFacts]
  /// The tables that are left out, with the reasons.
  private(set) var omitted: [String: String] = [:]
  private var limits: [String: Int] = [:]
  /// The first problem of each table that got fewer rows.
  private var problems: [String: String] = [:]
  private var nullColumns: [String: [String: String]] = [:]
  private var tested: [String: [String: ScaffoldColumn.Choice]] = [:]
  /// The constraints for which values were looked for.
  private var searched: Set<String> = []
  /// Tables outside of the schema without rows.
  private var empty: Set<String> = []
  /// The tables in the order of the definition.
  private(set) var tables: [ScaffoldTable] = []

  init(request: SchemaScaffold.Request, sources: [ScaffoldSource], dependencies: [SeederID]) {
    self.request = request
    self.sources = sources
    self.dependencies = dependencies
    facts = Dictionary(
      sources.map { ($0.live.canonicalName, $0.facts) }, uniquingKeysWith: { first, _ in first })
  }

  /// Leaves out tables that cannot be filled, and those that need rows of them.
  mutating func leaveOutUnusable(
    _ outside: [TableName: LiveTable], on connection: PostgresConnection
  ) async throws {
    for table in outside.values {
      let isFilled = try await connection.queryOne(
        "SELECT EXISTS (SELECT 1 FROM \(unescaped: table.quoted))"
      ).decode(Bool.self)
      if !isFilled { empty.insert(table.canonicalName) }
    }
    for source in sources {
      let name = source.live.canonicalName
      if let exclusion = source.exclusions.first {
        omitted[name] = "the exclusion constraint \(exclusion) cannot be met"
      } else if source.isPartitioned, source.partitionBounds.isEmpty {
        omitted[name] = "it has no partitions"
      } else if source.live.keys.filter(\.isPlain).isEmpty {
        omitted[name] = "it has no primary or unique key, by which 'reset' finds its rows"
      }
    }
    let cyclic = requiredCycle
    for name in cyclic {
      omitted[name] = "its foreign keys form a cycle in which no column may be NULL"
    }
    update()
  }

  /// The tables that need rows of each other before they can have any.
  private var requiredCycle: [String] {
    var needs: [String: Set<String>] = [:]
    for source in sources {
      let live = source.live
      needs[live.canonicalName] = Set(
        live.foreignKeys.filter { $0.target != live.canonicalName && isRequired($0, live) }.map(\.target))
    }
    return sources.map(\.live.canonicalName).filter { start in
      var seen: Set<String> = []
      var open = needs[start] ?? []
      while let next = open.popFirst() {
        guard seen.insert(next).inserted else { continue }
        open.formUnion(needs[next] ?? [])
      }
      return seen.contains(start)
    }
  }

  private func isRequired(_ link: LiveTable.ForeignKey, _ live: LiveTable) -> Bool {
    let isFree = link.columns.contains { name in
      live[name]?.isNotNull == false && facts[live.canonicalName]?[name].isFilled != true
        && !live.keys.contains { $0.isPrimary && $0.columns.contains(name) }
    }
    return !isFree
  }

  /// Makes the tables anew.
  private mutating func update() {
    var isChanged = true
    while isChanged {
      isChanged = false
      for source in sources where omitted[source.live.canonicalName] == nil {
        let missing = source.live.foreignKeys.first { link in
          (omitted[link.target] != nil || empty.contains(link.target)) && isRequired(link, source.live)
        }
        if let missing {
          let reason = omitted[missing.target] == nil ? "has no rows" : "is not generated"
          omitted[source.live.canonicalName] = "it needs rows of \(missing.target), which \(reason)"
          isChanged = true
        }
      }
    }
    let used = ordered(sources.filter { omitted[$0.live.canonicalName] == nil })
    for _ in 0..<3 {
      let rows = ScaffoldRows(tables: used, large: request.rows, limits: limits).choices()
      let unfilled = empty.union(omitted.keys)
      tables = used.compactMap { source in
        guard let choice = rows[source.live.canonicalName], let facts = facts[source.live.canonicalName]
        else {
          return nil
        }
        return ScaffoldTable(
          source: source, facts: facts, rows: choice, empty: unfilled,
          nullColumns: nullColumns[source.live.canonicalName] ?? [:],
          tested: tested[source.live.canonicalName] ?? [:])
      }
      let before = limits
      for table in tables {
        let name = table.source.live.canonicalName
        if let limit = table.limit { limits[name] = min(limits[name] ?? limit, limit) }
      }
      if limits == before { break }
    }
  }

  /// Tables after those that they refer to. Of a cycle, one with a column that may be NULL comes first.
  private func ordered(_ tables: [ScaffoldSource]) -> [ScaffoldSource] {
    var remaining = tables
    var result: [ScaffoldSource] = []
    func waits(_ source: ScaffoldSource, onlyRequired: Bool) -> Bool {
      source.live.foreignKeys.contains { link in
        link.target != source.live.canonicalName
          && remaining.contains { $0.live.canonicalName == link.target }
          && (!onlyRequired || isRequired(link, source.live))
      }
    }
    while !remaining.isEmpty {
      let next =
        remaining.firstIndex { !waits($0, onlyRequired: false) }
        ?? remaining.firstIndex { !waits($0, onlyRequired: true) } ?? 0
      result.append(remaining.remove(at: next))
    }
    return result
  }

  // MARK: Text

  var text: String {
    let notes = omitted.sorted { $0.key < $1.key }.map {
      "  // check: \(ScaffoldTable.comment("\($0.key) is not generated: \($0.value)"))\n"
    }
    let text = DefinitionText.seeder(
      id: request.id, summary: "Generated rows for the schema \(request.schema)", dependencies: dependencies,
      tables: tables.map { $0.text([]) })
    guard !notes.isEmpty else { return text }
    return text.replacing("  \"tables\": [", with: notes.joined() + "  \"tables\": [", maxReplacements: 1)
  }

  // MARK: Repair

  /// Changes the table with a fault: fewer rows, a column that is NULL, or no rows at all.
  mutating func repair(_ fault: ScaffoldTrial.Fault, in text: String) {
    guard let table = table(of: fault, in: text) else {
      // Without a place, any table may be the cause. The last one has no dependents.
      if let last = tables.last { omitted[last.source.live.canonicalName] = fault.reason }
      update()
      return
    }
    let name = table.source.live.canonicalName
    if fault.problem.contains(" form a cycle"), let column = cyclic(table) {
      nullColumns[name, default: [:]][column] = "NULL, because the foreign keys form a cycle"
    } else if fault.code == .missingUniqueKey, table.rows.estimate > 1, (limits[name] ?? .max) > 1 {
      limits[name] = max(1, table.rows.estimate / 2)
      problems[name] = problems[name] ?? fault.reason
    } else if let column = nullable(fault, table) {
      nullColumns[name, default: [:]][column] = "NULL, because of \(fault.reason)"
    } else {
      omitted[name] = problems[name] ?? reason(fault, table)
    }
    update()
  }

  /// Why a table is left out: the constraint that its rows do not meet, or what was found.
  private func reason(_ fault: ScaffoldTrial.Fault, _ table: ScaffoldTable) -> String {
    let check = table.source.live.checks.first { fault.problem.contains("(constraint '\($0.name)')") }
    return check.map { "no values were found that meet the constraint \($0.name), CHECK \($0.expression)" }
      ?? fault.reason
  }

  /// Looks for values that a constraint of one column allows, by trying them on the server.
  ///
  /// - Returns: false if the fault has another cause, or nothing is found. Nothing is changed then.
  mutating func searchValues(
    for fault: ScaffoldTrial.Fault, in text: String, on connection: PostgresConnection
  ) async throws -> Bool {
    guard let table = table(of: fault, in: text),
      let check = table.source.live.checks.first(where: {
        $0.columns.count == 1 && fault.problem.contains("(constraint '\($0.name)')")
      }), let column = table.source.live[check.columns[0]]
    else { return false }
    let name = table.source.live.canonicalName
    guard searched.insert("\(name) \(check.name)").inserted else { return false }
    let search = ValueSearch(check: check, column: column)
    guard let value = try await search.generator(on: connection) else { return false }
    tested[name, default: [:]][column.name.name] = .init(
      value: value, reason: "values that meet the constraint \(check.name)")
    update()
    return true
  }

  /// A unique foreign key that may be NULL. The engine does not fill it once all tables are filled.
  private func cyclic(_ table: ScaffoldTable) -> String? {
    let live = table.source.live
    let known = nullColumns[live.canonicalName] ?? [:]
    return live.foreignKeys.filter { $0.target != live.canonicalName }.flatMap(\.columns).first { name in
      live[name]?.isNotNull == false && known[name] == nil
        && live.keys.contains { $0.columns.contains(name) }
    }
  }

  private func nullable(_ fault: ScaffoldTrial.Fault, _ table: ScaffoldTable) -> String? {
    let live = table.source.live
    let check = live.checks.first { fault.problem.contains("(constraint '\($0.name)')") }
    let known = nullColumns[live.canonicalName] ?? [:]
    let columns = (check?.columns ?? []) + (fault.field.map { [String($0.prefix { $0 != "." })] } ?? [])
    return columns.first { name in
      live[name]?.isNotNull == false && known[name] == nil && live[name]?.isGenerated == false
        && !live.keys.contains { $0.columns.contains(name) } && !table.facts[name].isFilled
    }
  }

  /// The table at the line of a fault.
  private func table(of fault: ScaffoldTrial.Fault, in text: String) -> ScaffoldTable? {
    guard let line = fault.line else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var number = -1
    for (index, content) in lines.enumerated() where index < line {
      if content.hasPrefix("      \"table\": ") { number += 1 }
    }
    // The object of a table begins one line before its name.
    if line < lines.count, line > 0, lines[line].hasPrefix("      \"table\": "), lines[line - 1] == "    {" {
      number += 1
    }
    return tables.indices.contains(number) ? tables[number] : nil
  }
}
