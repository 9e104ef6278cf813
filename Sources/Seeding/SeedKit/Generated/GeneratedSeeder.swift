import Basics
import FoundationEssentials
public import Postgres
import SeedGenerators

/// A seeder made of a folder with a `seeder.json` whose tables have `generate`: rows that are computed from their
/// numbers, loaded with COPY over several connections, and owned as a whole.
public struct GeneratedSeeder: BulkSeeder, VersionedSeeder, FixtureSeeder {
  /// The contents of the `seeder.json`.
  public let definition: SeederDefinition
  private let folder: DataFolder
  private let definitionDigest: String
  private let counts: RowCountOptions

  init(definition: SeederDefinition, folder: DataFolder, digest: String, counts: RowCountOptions) {
    self.definition = definition
    self.folder = folder
    definitionDigest = digest
    self.counts = counts
  }

  /// The definition's.
  public var id: SeederID { definition.id }
  /// The definition's.
  public var summary: String { definition.summary }
  /// The definition's.
  public var dependencies: [SeederID] { definition.dependencies }
  /// The definition's.
  public var environments: Set<SeedEnvironment> { definition.environments }
  /// Empty: the files are on disk.
  public var fixtures: [String] { [] }
  /// The number of rows of all tables.
  public var plannedRows: Int { GeneratePlanner.plannedCounts(definition, counts).reduce(0, +) }
  /// Increased with every change of the rows that is not a change of a generator's version.
  public var version: Int { 1 }

  /// The digest of the definition and its files, and the numbers of rows.
  public var fingerprintInputs: [String] {
    let files = definition.valueFiles.map { "file \($0) \((try? folder.digest(of: $0)) ?? nil ?? "")" }
    return ["definition \(definitionDigest)", "rows \(GeneratePlanner.plannedCounts(definition, counts))"]
      + files
  }

  /// Checks that the files exist and the generators are valid. Counts the rows.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    let faults = FaultCollector()
    for table in definition.tables {
      guard let rule = table.generate else { continue }
      let context = GeneratorContext(locale: rule.locale, columns: rule.columns.map(\.name))
      for column in rule.columns {
        switch column.source {
        case .lines(let file, _): _ = try lines(file, column.line, faults)
        case .generator(let value):
          do {
            _ = try GeneratorCatalog.parse(value, context: context)
          } catch {
            faults.add(
              FixtureFault(
                .invalidDefinition, file: definition.path, line: column.line,
                field: ([column.name] + error.path).joined(separator: "."), found: error.problem,
                expected: "a generator of Documentation/generated-data.md"))
          }
        case .position, .reference, .query: break
        }
      }
    }
    try faults.check()
    return FixtureInspection(records: plannedRows)
  }

  private func lines(_ file: String, _ line: Int, _ faults: FaultCollector) throws -> [String] {
    guard let source = try folder.content(of: file) else {
      faults.add(definition.missing(file, line: line))
      return []
    }
    var bytes: [UInt8] = []
    while let chunk = try source.next() {
      bytes += chunk
      guard bytes.count <= LoadPlanner.valueFileLimit else {
        throw folder.fault(
          file, found: "more than \(LoadPlanner.valueFileLimit) bytes", expected: "a smaller list of values")
      }
    }
    if let found = TextEncodingCheck.fault(in: bytes[...]) {
      throw folder.fault(file, found: found, expected: "UTF-8 text")
    }
    let text = String(decoding: TextEncodingCheck.withoutMark(bytes), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).map(String.init)
  }

  // MARK: - Loading

  /// The name of a table's load in `seed_runner.bulk_load`.
  private func part(_ table: LiveTable) -> String { table.name.description }

  /// Makes the tables that compute the rows.
  private func tables(on connection: PostgresConnection) async throws -> [GeneratedTable] {
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
    try faults.check()
    try await checkExclusions(live, on: connection)
    let rules = definition.tables.compactMap(\.generate)
    let planner = GeneratePlanner(
      definition: definition, live: live, rules: rules, counts: counts, faults: faults,
      firstNumbers: try await firstNumbers(live, on: connection),
      lists: try await lists(faults, on: connection),
      existing: try await existing(live, on: connection))
    return try planner.tables()
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

  /// The largest number of numbered columns before the first load, which later loads remember.
  private func firstNumbers(_ live: [TableName: LiveTable], on connection: PostgresConnection) async throws
    -> [Int]
  {
    var numbers: [Int] = []
    for table in definition.tables {
      guard let table = live[table.table] else { continue }
      let columns = table.columns.filter { $0.sequence != nil }
      let largest = columns.map { "(SELECT max(\($0.name.quoted))::bigint FROM \(table.quoted))" }
      let known = try await connection.query(
        "SELECT first_number FROM seed_runner.bulk_load WHERE seeder = \("\(id)/\(part(table))") AND row_count > 0"
      )
      if let number = try known.first?.decode(Int.self) {
        numbers.append(number)
      } else if columns.isEmpty {
        numbers.append(0)
      } else {
        numbers.append(
          try await connection.queryOne("SELECT greatest(0, \(unescaped: largest.joined(separator: ", ")))")
            .decode(Int.self))
      }
    }
    return numbers
  }

  private func lists(_ faults: FaultCollector, on connection: PostgresConnection) async throws -> [String:
    [GeneratorValue]]
  {
    var lists: [String: [GeneratorValue]] = [:]
    for (index, table) in definition.tables.enumerated() {
      for column in table.generate?.columns ?? [] {
        let values: [String]
        switch column.source {
        case .lines(let file, _): values = try lines(file, column.line, faults)
        case .query(let query, _):
          let rows = try await connection.query(
            PostgresQuery(
              unescaped: "SELECT value::text FROM (\(query)) AS list (value) WHERE value IS NOT NULL"))
          values = try rows.map { try $0.decode(String.self) }
        case .generator, .reference, .position: continue
        }
        lists["\(index).\(column.name)"] = values.map(GeneratorValue.string)
      }
    }
    try faults.check()
    return lists
  }

  /// The keys of the tables that are referred to and not generated, ordered by their text.
  private func existing(
    _ live: [TableName: LiveTable], on connection: PostgresConnection
  ) async throws -> [String: (columns: [String], rows: ExistingRows)] {
    let own = Set(definition.tables.compactMap { live[$0.table]?.canonicalName })
    let used = definition.tables.compactMap { live[$0.table] }.flatMap(\.foreignKeys)
    var found: [String: (columns: [String], rows: ExistingRows)] = [:]
    for table in live.values where !own.contains(table.canonicalName) {
      let keys =
        used.filter { $0.target == table.canonicalName }.flatMap(\.targetColumns) + (table.primaryKey ?? [])
      let columns = Array(Set(keys)).sorted()
      guard !columns.isEmpty else { continue }
      let texts = try columns.map { "\(try PostgresIdentifier($0).quoted)::text" }.joined(separator: ", ")
      let rows = try await connection.query(
        PostgresQuery(unescaped: "SELECT ARRAY[\(texts)] FROM \(table.quoted) ORDER BY 1"))
      found[table.canonicalName] = (
        columns,
        ExistingRows(try rows.map { try $0.decode([String?].self).map { $0.map { Array($0.utf8) } } })
      )
    }
    return found
  }

  /// A canonical text of everything that decides the rows of a table, except their number.
  private func specification(_ table: GeneratedTable, _ tables: [GeneratedTable]) -> String {
    let columns = table.columns.map { column -> String in
      if case .generator(let generated, _, _) = column.encoder {
        let entry = type(of: generated.generator).entry
        return "\(column.name) \(entry.name) \(entry.version)"
      }
      return "\(column.name)"
    }
    let rule = definition.tables.first { $0.table == table.live.name }?.generate
    let texts = rule?.columns.map { "\($0.name) \($0.text)" } ?? []
    let sizes = table.orders.filter { $0.whole != nil }.map { "\($0.sizes)" }
    var family = ""
    if case .perParent(let parent, let range)? = rule?.rows { family = "\(parent) \(range)" }
    let parts = columns + texts + sizes + [family, "\(rule?.seed ?? 0)", "\(rule?.locale.rawValue ?? "")"]
    return "definition \(Digest.sha256Hex(Array(parts.joined(separator: "\n").utf8)).prefix(12))"
  }

  /// Loads the missing rows of all tables, parents first.
  public func load(in context: BulkContext) async throws -> SeedOutcome {
    let tables = try await context.pool.withConnection { try await self.tables(on: $0) }
    var outcome = SeedOutcome()
    for table in tables {
      let part = context.part(part(table.live))
      let load = try load(table, tables)
      try await part.remember(
        load, firstNumber: firstNumber(of: table),
        checking: { connection in
          try await check(table, on: connection)
        })
      outcome.add(.init(name: table.live.name.description, counts: try await part.run(load)))
    }
    return outcome
  }

  private func firstNumber(of table: GeneratedTable) -> Int {
    for column in table.columns { if case .number(let last) = column.encoder { return last } }
    return 0
  }

  private func load(_ table: GeneratedTable, _ tables: [GeneratedTable]) throws -> BulkLoad {
    var load = BulkLoad(
      specification: specification(table, tables), rowCount: table.rowCount, table: table.live.quoted,
      columns: table.columns.map(\.name)
    ) { row, lines in
      var scratch: [UInt8] = []
      table.appendLine(row, to: &lines, scratch: &scratch)
    }
    load.chunkSize = GeneratedTableBuilder.block
    let numbers = table.columns.compactMap { column -> (sequence: String, query: String)? in
      guard case .number(let last) = column.encoder, table.rowCount > 0,
        let sequence = table.live[column.name.name]?.sequence
      else { return nil }
      return (sequence, "SELECT \(last + table.rowCount)::bigint AS number")
    }
    let quoted = table.live.quoted
    load.finish = { connection in
      for statement in SequenceAdvance(numbers).statements { try await connection.query(statement) }
      try await connection.query("ANALYZE \(unescaped: quoted)")
    }
    return load
  }

  /// Tries the first rows in a temporary table with the same constraints, before the first row is written.
  private func check(_ table: GeneratedTable, on connection: PostgresConnection) async throws {
    let count = min(table.rowCount, 1_000)
    guard count > 0 else { return }
    try await connection.query(
      """
      CREATE TEMPORARY TABLE seed_generated_check
        (LIKE \(unescaped: table.live.quoted) INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING DEFAULTS) ON COMMIT DROP
      """)
    do {
      var row = 0
      try await connection.copyText(into: "seed_generated_check", columns: table.columns.map(\.name)) {
        guard row < count else { return nil }
        var lines: [UInt8] = []
        var scratch: [UInt8] = []
        let start = row
        while row < count, lines.count < 1 << 16 {
          table.appendLine(row, to: &lines, scratch: &scratch)
          row += 1
        }
        return (lines, row - start)
      }
    } catch let error as PostgresError where error.code == .serverError && !error.isTransient {
      let constraint = error.server?.constraintName.map { " (constraint '\($0)')" } ?? ""
      throw FixtureError([
        FixtureFault(
          .rejectedRow, file: definition.path,
          line: definition.tables.first { $0.table == table.live.name }?.line ?? 1,
          field: error.server?.columnName ?? "generate",
          found: "a generated row that \(table.live.name) rejects: \(error.message)\(constraint)",
          expected: "generators whose values the table accepts; nothing was written to it")
      ])
    }
  }

  /// The missing rows, for a plan.
  public func pending(on connection: PostgresConnection) async throws -> SeedOutcome {
    let planned = GeneratePlanner.plannedCounts(definition, counts)
    var outcome = SeedOutcome()
    for (table, count) in zip(definition.tables, planned) {
      let loaded = try await connection.queryOne(
        """
        SELECT coalesce(sum(row_count), 0)::bigint FROM seed_runner.bulk_chunk
        WHERE seeder = \("\(id)/\(table.table)") AND loaded_at IS NOT NULL
        """
      ).decode(Int.self)
      outcome.add(
        .init(
          name: table.table.description,
          counts: RowCounts(inserted: max(0, count - loaded), unchanged: min(loaded, max(count, loaded)))))
    }
    return outcome
  }

  /// Deletes the generated rows, children first, found by their keys.
  public func reset(in context: BulkContext) async throws -> SeedOutcome {
    var outcome = SeedOutcome()
    let tables = try await context.pool.withConnection { try await self.tables(on: $0) }
    for table in tables.reversed() {
      let part = context.part(part(table.live))
      let deleted = try await context.pool.withTransaction { connection in
        try await part.lockLoad(on: connection)
        let deleted = try await delete(
          table, loaded: try await part.loadedRows(on: connection), on: connection)
        try await part.forgetLoad(on: connection)
        return deleted
      }
      outcome.add(.init(name: table.live.name.description, counts: RowCounts(deleted: deleted)))
    }
    return outcome
  }

  private func delete(_ table: GeneratedTable, loaded: Int, on connection: PostgresConnection) async throws
    -> Int
  {
    guard loaded > 0 else { return 0 }
    let names = Set(table.columns.map(\.name.name))
    guard let key = table.live.uniqueKeys.first(where: { $0.allSatisfy(names.contains) }) else {
      throw FixtureError([
        FixtureFault(
          .missingUniqueKey, file: definition.path, line: definition.tables[0].line, field: "table",
          found: "\(table.live.name), which has no unique key that generators fill",
          expected: "a unique key, by which a reset finds the rows")
      ])
    }
    let positions = key.compactMap(table.column)
    let quoted = try key.map { try PostgresIdentifier($0).quoted }
    let types = key.compactMap { table.live[$0]?.storedType }
    let columns = zip(quoted, types).map { "\($0) \($1)" }.joined(separator: ", ")
    try await connection.query(
      "CREATE TEMPORARY TABLE seed_generated_keys (\(unescaped: columns)) ON COMMIT DROP")
    var row = 0
    try await connection.copyText(
      into: "seed_generated_keys", columns: try key.map { try PostgresIdentifier($0) }
    ) {
      guard row < loaded else { return nil }
      var lines: [UInt8] = []
      let start = row
      while row < loaded, lines.count < 1 << 20 {
        for (index, column) in positions.enumerated() {
          if index > 0 { lines.append(0x09) }
          var value: [UInt8] = []
          if table.append(column, of: row, to: &value) {
            CopyText.append(value, to: &lines)
          } else {
            lines += [0x5C, 0x4E]
          }
        }
        lines.append(0x0A)
        row += 1
      }
      return (lines, row - start)
    }
    let match = quoted.map { "live.\($0) = gone.\($0)" }.joined(separator: " AND ")
    return try await connection.queryOne(
      """
      WITH deleted AS (
        DELETE FROM \(unescaped: table.live.quoted) AS live USING seed_generated_keys AS gone
        WHERE \(unescaped: match) RETURNING 1)
      SELECT count(*) FROM deleted
      """
    ).decode(Int.self)
  }
}
