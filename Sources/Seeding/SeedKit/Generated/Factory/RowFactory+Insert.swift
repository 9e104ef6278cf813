import Postgres
import SeedGenerators

/// The rows of other tables among which the declared references of a table choose.
struct FactoryReferences {
  var tables: [TableName: LiveTable] = [:]
  var rows: [String: (columns: [String], rows: ExistingRows)] = [:]
}

extension RowFactory {
  /// Reads the rows to which declared references may refer.
  ///
  /// - Returns: the table, with new rows for references to tables that have none, and the rows.
  func references(
    of table: FactoryTable, _ given: [String: FactoryTable.Given], on connection: PostgresConnection
  ) async throws -> (FactoryTable, FactoryReferences) {
    var declared: [(column: String, target: TableName)] = []
    for column in table.declaration.rule.columns where given[column.name] == nil {
      if case .reference(let source) = column.source { declared.append((column.name, source.table)) }
    }
    guard !declared.isEmpty else { return (table, FactoryReferences()) }
    var found = FactoryReferences()
    found.tables = try await LiveTable.describe(declared.map(\.target), on: connection)
    let own = table.live
    let seeder = Self.seeder(table.declaration.definition(of: own, columns: []))
    found.rows = try await seeder.existing(
      found.tables.merging([own.name: own]) { first, _ in first }, on: connection)
    var sources: [String: GenerateRule.Source?] = [:]
    for (column, target) in declared {
      let link = own.foreignKeys.first { $0.columns.contains(column) }
      guard let canonical = found.tables[target]?.canonicalName, let link else { continue }
      if canonical == own.canonicalName {
        // The engine would choose among the rows of the call, whose keys the server makes.
        guard link.columns.count == 1 else { continue }
        let key = try PostgresIdentifier(link.targetColumns[0]).quoted
        let hasRows = try await connection.queryOne(
          "SELECT EXISTS (SELECT 1 FROM \(unescaped: own.quoted))"
        ).decode(Bool.self)
        let source: GenerateRule.Source? =
          hasRows ? .query("SELECT \(key) FROM \(own.quoted) ORDER BY 1", settings: []) : nil
        sources.updateValue(source, forKey: column)
      } else if found.rows[canonical]?.rows.count == 0 {
        sources.updateValue(nil, forKey: column)
      }
    }
    return (sources.isEmpty ? table : table.replacing(sources), found)
  }

  /// Inserts rows of one table, with numbers of their own.
  func insert(
    _ table: FactoryTable, count: Int, _ decided: [String: FactoryTable.Given],
    _ references: FactoryReferences, on connection: PostgresConnection
  ) async throws -> [JSONNode] {
    var given = decided
    func texts(_ numbers: [Int]) -> FactoryTable.Given { .each(numbers.map { Array("\($0)".utf8) }) }
    for column in table.declaration.rule.columns where given[column.name] == nil {
      if case .position = column.source { given[column.name] = texts(positions(count, of: table, decided)) }
    }
    var numbers = reserve(count, of: table)
    for name in table.columns(given, numbers: numbers, fillsAll: fillsAll).numbered.sorted() {
      guard let sequence = table.live[name]?.sequence else { continue }
      let drawn = try await connection.query(
        "SELECT nextval(\(sequence)::text::regclass) FROM generate_series(1, \(count))")
      given[name] = texts(try drawn.map { try $0.decode(Int.self) })
    }
    var isRestarted = false
    while true {
      let built: GeneratedTable
      do {
        built = try await build(table, given, numbers, references, on: connection)
      } catch let error as FixtureError
        where !isRestarted && numbers[0] > 0 && error.faults.allSatisfy({ $0.code == .missingUniqueKey })
      {
        // A unique key of a parent and of few values, such as (store, weekday): other parents used the numbers so far.
        isRestarted = true
        release(after: -1, of: table)
        numbers = reserve(count, of: table)
        continue
      }
      let insert = FactoryInsert(built, numbers: numbers, given: Set(given.keys))
      switch try await accepting(table, { try await insert.run(on: connection) }) {
      case .inserted(let rows):
        guard rows.count == numbers.count else {
          throw fault(
            table.declaration, .rejectedRow, at: nil,
            found: "\(rows.count) of \(numbers.count) rows inserted into \(table.live.name)",
            expected: "no trigger or rule that discards rows")
        }
        return try rows.map { try JSONParser.parse(Array($0.utf8)) }
      case .taken(let places):
        var free = try await freeNumbers(places.count, of: table, given, references, on: connection)
        for place in places.sorted() { numbers[place] = free.removeFirst() }
      }
    }
  }

  /// Numbers of rows whose unique values no row has.
  private func freeNumbers(
    _ count: Int, of table: FactoryTable, _ given: [String: FactoryTable.Given],
    _ references: FactoryReferences, on connection: PostgresConnection
  ) async throws -> [Int] {
    var found: [Int] = []
    var size = max(32, count)
    while found.count < count {
      let numbers = reserve(size, of: table)
      let built: GeneratedTable
      do {
        built = try await build(table, given, numbers, references, on: connection)
      } catch let error as FixtureError {
        // Near the last value of a generator, fewer numbers remain.
        release(after: numbers[0] - 1, of: table)
        guard size > 1 else { throw error }
        size /= 2
        continue
      }
      let insert = FactoryInsert(built, numbers: numbers, given: Set(given.keys))
      let taken = try await accepting(table) { try await insert.taken(on: connection) }
      let free = numbers.indices.filter { !taken.contains($0) }.prefix(count - found.count)
      found += free.map { numbers[$0] }
      if found.count == count, let last = found.last { release(after: last, of: table) }
      size = min(size * 8, 8_192)
    }
    return found
  }

  /// Computes rows with these numbers.
  private func build(
    _ table: FactoryTable, _ given: [String: FactoryTable.Given], _ numbers: [Int],
    _ references: FactoryReferences, on connection: PostgresConnection
  ) async throws -> GeneratedTable {
    let columns = table.columns(given, numbers: numbers, fillsAll: fillsAll).columns
    let definition = table.declaration.definition(of: table.live, columns: columns)
    let faults = FaultCollector()
    do {
      let lists = try await Self.seeder(definition).lists(faults, on: connection)
      let planner = GeneratePlanner(
        definition: definition,
        live: references.tables.filter { $0.value.canonicalName != table.live.canonicalName }
          .merging([table.live.name: table.live]) { _, own in own },
        rules: definition.tables.compactMap(\.generate), rowCounts: [(numbers.max() ?? 0) + 1],
        faults: faults, firstNumbers: [0], lists: lists, existing: references.rows)
      guard let built = try planner.plan().tables.first else {
        throw fault(
          table.declaration, .unsupportedTable, at: nil, found: "a table that cannot be generated",
          expected: "another table")
      }
      return built
    } catch let error as FixtureError {
      throw error.ofFactory(table.declaration.path)
    }
  }

  private static func seeder(_ definition: SeederDefinition) -> GeneratedSeeder {
    GeneratedSeeder(
      definition: definition, folder: .memory(path: "", name: "", bytes: []), digest: "",
      counts: RowCountOptions())
  }

  /// Runs a statement. A row that the server rejects is a fault of its table.
  private func accepting<Result>(
    _ table: FactoryTable, _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch let error as PostgresError {
      // Invalid values, violated constraints, and errors of triggers.
      guard let state = error.sqlState, ["22", "23", "P0"].contains(state.classCode) else { throw error }
      let live = table.live
      let name = error.server?.constraintName
      func isMeant(_ other: String) -> Bool { name.map { ShardName.isName($0, of: other) } ?? false }
      let columns =
        live.keys.first { isMeant($0.index) }?.columns ?? live.checks.first { isMeant($0.name) }?.columns
        ?? live.foreignKeys.first { isMeant($0.name) }?.columns
      let constraint = name.map { " (constraint '\($0)')" } ?? ""
      let detail = error.server?.detail.map { ": \($0)" } ?? ""
      throw fault(
        table.declaration, .rejectedRow,
        at: columns.map { $0.joined(separator: ", ") } ?? error.server?.columnName,
        found: "a row that \(live.name) rejects: \(error.message)\(constraint)\(detail)",
        expected: "overrides or generators with values that the table accepts")
    }
  }
}
