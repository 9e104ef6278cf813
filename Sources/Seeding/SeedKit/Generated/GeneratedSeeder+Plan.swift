import Basics
import Postgres
import SeedGenerators

extension GeneratedSeeder {
  /// Makes the tables that compute the rows.
  ///
  /// - Parameter isTrial: the rows are not loaded, so earlier loads do not matter.
  func tables(on connection: PostgresConnection, isTrial: Bool = false) async throws -> GeneratePlanner.Tables
  {
    let faults = FaultCollector()
    var names = definition.tables.map(\.table)
    names += definition.tables.flatMap { table in
      table.generate?.columns.compactMap { column in
        if case .reference(let source) = column.source { source.table } else { nil }
      } ?? []
    }
    var live = try await LiveTable.describe(names, on: connection)
    // Tables that foreign keys refer to and the definition does not name.
    let targets = Set(live.values.flatMap(\.foreignKeys).map(\.target)).subtracting(
      live.values.map(\.canonicalName))
    let others = targets.map { TableName(text: $0) }
    for (name, table) in try await LiveTable.describe(others, on: connection) { live[name] = table }
    for table in definition.tables where live[table.table] == nil {
      faults.add(
        FixtureFault(
          .missingTable, file: definition.path, line: table.line, field: "table",
          found: "no table '\(table.table)' in the database",
          expected: "a table that exists"))
    }
    for column in definition.tables.flatMap({ $0.generate?.columns ?? [] }) {
      guard case .reference(let source) = column.source, live[source.table] == nil else { continue }
      faults.add(
        FixtureFault(
          .missingTable, file: definition.path, line: column.line, field: column.name,
          found: "no table '\(source.table)' in the database", expected: "a table that exists"))
    }
    try faults.check()
    try await checkExclusions(live, on: connection)
    let rules = definition.tables.compactMap(\.generate)
    let records =
      isTrial ? definition.tables.map { _ in (0, 0) } : try await records(live, on: connection)
    let planner = GeneratePlanner(
      definition: definition, live: live, rules: rules,
      rowCounts: GeneratePlanner.plannedCounts(definition, counts, atLeast: records.map(\.1)),
      faults: faults, firstNumbers: records.map(\.0),
      lists: try await lists(faults, on: connection),
      existing: try await existing(live, on: connection))
    return try planner.plan()
  }

  private func checkExclusions(_ live: [TableName: LiveTable], on connection: PostgresConnection) async throws
  {
    let tables = definition.tables.compactMap { live[$0.table] }
    let rows = try await connection.query(
      """
      SELECT conrelid::regclass::text, conname FROM pg_constraint
      WHERE contype = 'x' AND conrelid = ANY(\(tables.map(\.quoted))::text[]::regclass[])
      """)
    guard let row = rows.first else { return }
    let (table, name) = try row.decode(String.self, String.self)
    throw FixtureError([
      FixtureFault(
        .unsupportedTable, file: definition.path, line: definition.tables[0].line, field: "table",
        found: "\(table), which has the exclusion constraint '\(name)'",
        expected: "a table without exclusion constraints")
    ])
  }

  /// The largest number in the numbered columns of each table before the first load, and the number of rows that are
  /// planned already. Both are recorded by the process that plans the first rows.
  private func records(_ live: [TableName: LiveTable], on connection: PostgresConnection) async throws
    -> [(firstNumber: Int, rowCount: Int)]
  {
    var records: [(firstNumber: Int, rowCount: Int)] = []
    for table in definition.tables {
      guard let table = live[table.table] else { continue }
      let known = try await connection.query(
        """
        SELECT first_number, row_count FROM seed_runner.bulk_load
        WHERE seeder = \(loadName(table)) AND row_count > 0
        """)
      if let record = try known.first?.decode(Int.self, Int.self) {
        records.append(record)
        continue
      }
      let columns = table.columns.filter { $0.sequence != nil }
      let largest = columns.map { "(SELECT max(\($0.name.quoted))::bigint FROM \(table.quoted))" }
      let number = try await connection.queryOne(
        "SELECT greatest(\(unescaped: (["0::bigint"] + largest).joined(separator: ", ")))"
      ).decode(Int.self)
      records.append((number, 0))
    }
    return records
  }

  func lists(_ faults: FaultCollector, on connection: PostgresConnection) async throws -> [String:
    [GeneratorValue]]
  {
    var lists: [String: [GeneratorValue]] = [:]
    for (index, table) in definition.tables.enumerated() {
      for column in table.generate?.sources ?? [] {
        let values: [String]
        switch column.source {
        case .lines(let file, _): values = try lines(file, column.line, faults)
        case .query(let query, _):
          do {
            let rows = try await connection.query(
              PostgresQuery(
                unescaped: "SELECT value::text FROM (\(query)) AS list (value) WHERE value IS NOT NULL"))
            values = try rows.map { try $0.decode(String.self) }
          } catch let error as PostgresError where error.code == .serverError && !error.isTransient {
            throw FixtureError([
              FixtureFault(
                .invalidDefinition, file: definition.path, line: column.line,
                field: "\(column.name).pickFrom",
                found: "a query that the server rejects (\(error.message))",
                expected: "a query with one column")
            ])
          }
        case .generator, .reference, .position, .sql, .given: continue
        }
        lists["\(index).\(column.name)"] = values.map(GeneratorValue.string)
      }
    }
    try faults.check()
    return lists
  }

  /// The keys of the tables that are referred to and not generated, ordered by their text.
  func existing(
    _ live: [TableName: LiveTable], on connection: PostgresConnection
  ) async throws -> [String: (columns: [String], rows: ExistingRows)] {
    let own = Set(definition.tables.compactMap { live[$0.table]?.canonicalName })
    let used = definition.tables.flatMap { table in
      // Columns with generators of their own refer to no known row.
      let others = table.generate?.columns.filter { if case .reference = $0.source { false } else { true } }
      let names = Set(others?.map(\.name) ?? [])
      return (live[table.table]?.foreignKeys ?? []).filter { names.isDisjoint(with: $0.columns) }
    }
    let named = Set(
      definition.tables.flatMap { $0.generate?.columns ?? [] }.compactMap { column -> TableName? in
        if case .reference(let source) = column.source { source.table } else { nil }
      })
    var found: [String: (columns: [String], rows: ExistingRows)] = [:]
    for (name, table) in live where !own.contains(table.canonicalName) {
      guard named.contains(name) || used.contains(where: { $0.target == table.canonicalName }) else {
        continue
      }
      let keys =
        used.filter { $0.target == table.canonicalName }.flatMap(\.targetColumns) + (table.primaryKey ?? [])
      let columns = Array(Set(keys)).sorted()
      guard !columns.isEmpty else { continue }
      let texts = try columns.map { "\(try PostgresIdentifier($0).quoted)::text" }.joined(separator: ", ")
      let rows = try await connection.query(
        PostgresQuery(unescaped: "SELECT ARRAY[\(texts)] COLLATE \"C\" FROM \(table.quoted) ORDER BY 1"))
      found[table.canonicalName] = (
        columns,
        ExistingRows(try rows.map { try $0.decode([String?].self).map { $0.map { Array($0.utf8) } } })
      )
    }
    return found
  }

  /// A canonical text of everything that decides the rows of a table, except their number, and of what decides their
  /// keys, by which a reset finds the rows of an earlier definition.
  func specification(_ table: GeneratedTable) -> String {
    // The keys of the rows that it refers to are part of its own.
    let targets = table.picks.compactMap { pick -> String? in
      if case .generated(let other) = pick.target { specification(other) } else { nil }
    }
    let all = table.columns.map(\.name.name)
    return
      "\(table.live.name), definition \(digest(table, Set(all), isWhole: true, targets)), keys \(keyDigest(table))"
  }

  /// What decides the keys of the rows, except their number.
  func keyDigest(_ table: GeneratedTable) -> String {
    let key = Set((try? key(of: table)) ?? table.columns.map(\.name.name))
    let readsOthers = table.columns.contains { column in
      if case .generator(_, let sources) = column.encoder {
        key.contains(column.name.name) && !sources.isEmpty
      } else {
        false
      }
    }
    let targets = table.picks.compactMap { pick -> String? in
      if case .generated(let other) = pick.target { keyDigest(other) } else { nil }
    }
    return digest(table, key, isWhole: readsOthers, targets)
  }

  /// - Parameters:
  ///   - names: the columns to include.
  ///   - isWhole: includes all columns and variables.
  ///   - targets: what decides the rows that it refers to.
  private func digest(
    _ table: GeneratedTable, _ names: Set<String>, isWhole: Bool, _ targets: [String]
  ) -> String {
    let columns = table.columns.filter { isWhole || names.contains($0.name.name) }
    let rule = definition.tables.first { $0.table == table.live.name }?.generate
    let texts = rule?.sources.filter { isWhole || names.contains($0.name) } ?? []
    let sizes = table.orders.map { "\($0.sizes)" }
    var family = ""
    if case .perParent(let parent, let range)? = rule?.rows { family = "\(parent) \(range)" }
    let parts =
      columns.map { "\($0.name) \($0.generator)" } + texts.map { "\($0.name) \($0.text)" } + sizes + targets
      + [family, "\(rule?.seed ?? 0)", "\(rule?.locale.rawValue ?? "")"]
    return String(Digest.sha256Hex(Array(parts.joined(separator: "\n").utf8)).prefix(12))
  }
}
