import Basics
import FoundationEssentials
public import Postgres
import SeedGenerators

/// A seeder made of a folder with a `seeder.json` whose tables have `generate`: rows that are computed from their
/// numbers, loaded with COPY over several connections, and owned as a whole.
///
/// A seeder in Swift can consist of one, with a definition among the files of the program.
public struct GeneratedSeeder: BulkSeeder, VersionedSeeder, FixtureSeeder, CountedSeeder {
  /// The contents of the `seeder.json`.
  public let definition: SeederDefinition
  let folder: DataFolder
  private let definitionDigest: String
  var counts: RowCountOptions
  /// The number of connections that load a table at the same time.
  public var streams = 4
  /// Whether tables with `"indexes": "rebuild"` may be without their indexes during a load.
  public var mayDropIndexes = true
  /// An SQL condition that is true for exactly the rows of its only table, also for those that another definition
  /// made; trusted text. Without one, a reset finds the rows by their keys, which need the same definition.
  public var ownedRows: String?

  init(definition: SeederDefinition, folder: DataFolder, digest: String, counts: RowCountOptions) {
    self.definition = definition
    self.folder = folder
    definitionDigest = digest
    self.counts = counts
  }

  /// Reads a seeder among the files of the program.
  ///
  /// - Parameters:
  ///   - name: its folder in the fixtures.
  ///   - fixtures: the files of the program.
  ///   - replacements: values that replace those of the definition, such as `tables.0.generate.seed`, by their path.
  ///   - counts: the numbers of rows.
  /// - Throws: ``FixtureError`` for an invalid definition.
  public init(
    builtIn name: String, fixtures: FixtureStore, replacing replacements: [String: JSONValue] = [:],
    counts: RowCountOptions
  ) throws {
    let file = try fixtures.file("\(name)/\(DeclarativeSeeder.fileName)")
    let changes = replacements.map { "\($0.key) \($0.value)" }.sorted()
    self.init(
      definition: try DefinitionReader.read(file.bytes, path: file.path, replacing: replacements),
      folder: .builtIn(fixtures, name: name),
      digest: Digest.sha256Hex(file.bytes + Array(changes.joined(separator: "\n").utf8)), counts: counts)
  }

  /// The definition's.
  public var id: SeederID { definition.id }
  /// The definition's.
  public var summary: String { definition.summary }
  /// The definition's.
  public var dependencies: [SeederID] { definition.dependencies }
  /// The definition's.
  public var environments: Set<SeedEnvironment> { definition.environments }
  /// The definition and the files; empty for a folder on disk.
  public var fixtures: [String] {
    guard case .builtIn(let store, let name) = folder else { return [] }
    return ([DeclarativeSeeder.fileName] + definition.valueFiles).map { "\(name)/\($0)" }.filter(
      store.contains)
  }
  /// The number of rows of all tables.
  public var plannedRows: Int { GeneratePlanner.plannedCounts(definition, counts).reduce(0, +) }
  /// The tables whose rows are not per parent.
  public var countedTables: [String] {
    definition.tables.compactMap { table in
      if case .fixed? = table.generate?.rows { table.table.description } else { nil }
    }
  }
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
      let context = GeneratorContext(locale: rule.locale, columns: rule.sources.map(\.name))
      for column in rule.sources {
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
                expected: ""))
          }
        case .position, .reference, .query, .sql, .given: break
        }
      }
    }
    try faults.check()
    return FixtureInspection(records: plannedRows)
  }

  func lines(_ file: String, _ line: Int, _ faults: FaultCollector) throws -> [String] {
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

  /// The part of a table in the name of its load.
  func part(_ table: LiveTable) -> String { table.name.description }

  /// The name of a table's load in `seed_runner.bulk_load`.
  func loadName(_ table: LiveTable) -> String { "\(id)/\(part(table))" }

  /// Loads the missing rows of all tables, parents first.
  public func load(in context: BulkContext) async throws -> SeedOutcome {
    while true {
      do {
        return try await loadTables(in: context)
      } catch is BulkContext.OtherFirstNumber {
        // Another process started the load at the same time. Its numbers apply.
      }
    }
  }

  private func loadTables(in context: BulkContext) async throws -> SeedOutcome {
    let plan = try await context.pool.withConnection { try await self.tables(on: $0) }
    let loads = try plan.tables.map { table in
      let part = context.part(part(table.live))
      return (table: table, part: part, load: try load(table, in: part))
    }
    let others = try await context.pool.withConnection { connection in
      try await checkDefinition(of: loads.map(\.table), on: connection)
    }
    for table in others.removed {
      context.note(
        "the rows of \(table), which the definition no longer has, stay; to delete them, add the table again, "
          + "and run 'reset \(id)'")
    }
    for (table, part, load) in loads {
      if others.planned.contains(loadName(table.live)) { try await part.forgetPlan() }
      try await part.remember(load) { try await check(table, on: $0) }
    }
    try await context.pool.withConnection { connection in
      try await checkLoaded(loads.map(\.table), isThorough: false, on: connection)
    }
    var outcome = SeedOutcome()
    for (table, part, load) in loads {
      do {
        outcome.add(.init(name: table.live.name.description, counts: try await part.run(load)))
      } catch {
        // An interrupted run has cancelled this task.
        await Task { await noteKeptRows(of: table.live, in: part) }.value
        throw error
      }
    }
    for (table, columns) in plan.completed {
      try await complete(table, columns, in: context.part("\(part(table.live)) references"))
    }
    return outcome
  }

  /// Whether an unfinished load has dropped indexes, which it builds at its end.
  ///
  /// - Throws: `PostgresError`.
  public func isWithoutIndexes(on connection: PostgresConnection) async throws -> Bool {
    try await connection.queryOne(
      """
      SELECT count(*) > 0 FROM seed_runner.bulk_load
      WHERE seeder = ANY(\(definition.tables.map { "\(id)/\($0.table)" })) AND cardinality(indexes) > 0
      """
    ).decode(Bool.self)
  }

  func firstNumber(of table: GeneratedTable) -> Int {
    for column in table.columns { if case .number(let last) = column.encoder { return last } }
    return 0
  }

  /// The missing rows, for a plan. Rows that were deleted outside seed-runner are an error.
  public func pending(on connection: PostgresConnection) async throws -> SeedOutcome {
    var outcome = SeedOutcome()
    let tables = try await tables(on: connection).tables
    try await checkDefinition(of: tables, on: connection)
    try await checkLoaded(tables, isThorough: true, on: connection)
    for table in tables {
      let loaded = try await loadedRows(of: loadName(table.live), on: connection)
      outcome.add(
        .init(
          name: table.live.name.description,
          counts: RowCounts(inserted: max(0, table.rowCount - loaded), unchanged: loaded)))
    }
    return outcome
  }
}
