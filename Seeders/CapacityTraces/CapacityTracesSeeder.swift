public import Migrations
public import Postgres
public import SeedKit
import TraceStore

/// Generates many traces with vectors for measuring search: the table of `Fixtures/seeder.json`, with the options of a run, and
/// the kind of vector index that they name.
public struct CapacityTracesSeeder: BulkSeeder, MigratingSeeder, FixtureSeeder, VersionedSeeder,
  ScheduledSeeder, CountedSeeder
{
  private let options: CapacityOptions
  private var rows: GeneratedSeeder

  /// Creates the seeder.
  ///
  /// - Parameters:
  ///   - options: the options of the rows.
  ///   - validationThreshold: the number of confirmations that validates a trace.
  ///   - fixtures: the files of the program.
  /// - Throws: `FixtureError` if the definition is missing or invalid.
  public init(options: CapacityOptions, validationThreshold: Int, fixtures: FixtureStore) throws {
    self.options = options
    func column(_ path: String) -> String { "tables.0.generate.columns.\(path)" }
    rows = try GeneratedSeeder(
      builtIn: "CapacityTraces/Fixtures", fixtures: fixtures,
      replacing: [
        "tables.0.generate.seed": .number("\(options.seed)"),
        column("embedding.vector.clusters"): .number("\(options.clusters)"),
        column("embedding.vector.similarity"): .number("\(options.similarity)"),
        column("embedding_model_id.pick.0"): .string(options.model.id),
        column("embedding_model_version.pick.0"): .string(options.model.version),
        column("confirmation_count.pick.0"): .number("\(validationThreshold)"),
      ], counts: RowCountOptions(rows: ["traces": options.rows]))
    rows.streams = options.streams
    // All seeded traces of this contributor, whatever options made them.
    rows.ownedRows =
      "is_seed AND contributor_id = (SELECT id FROM users WHERE email = '\(CapacityCheck.contributor)')"
  }

  /// `capacity-traces`
  public var id: SeederID { rows.id }
  /// One line for lists.
  public var summary: String { "\(options.rows) generated traces with vectors, for measuring search" }
  /// The contributor is seeded first.
  public var dependencies: [SeederID] { rows.dependencies }
  /// The definition.
  public var fixtures: [String] { rows.fixtures }
  /// Whether `--all` selects it.
  public var runsByDefault: Bool { options.runsByDefault }
  /// The number of rows in the options.
  public var plannedRows: Int { rows.plannedRows }
  /// The table of traces.
  public var countedTables: [String] { rows.countedTables }
  /// The definition, the options, and the kind of index.
  public var fingerprintInputs: [String] { rows.fingerprintInputs + ["index \(options.index.rawValue)"] }
  /// The flags that configure it.
  public let flags = ["rows", "scale", "capacity-seed", "clusters", "similarity", "index", "streams"]

  /// The migrations of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// Checks the definition.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection { try rows.validate(fixtures) }

  /// Loads missing rows, and builds the index if it is missing or of another kind.
  public func load(in context: BulkContext) async throws -> SeedOutcome {
    var rows = rows
    rows.mayDropIndexes = try await context.pool.withConnection { connection in
      try await checkGenerator(on: connection)
      return try await mayDropIndexes(on: connection)
    }
    // Before the load, which takes less time than afterwards. An unfinished load builds its indexes at its end.
    let isWithoutIndexes = try await context.pool.withConnection {
      try await self.rows.isWithoutIndexes(on: $0)
    }
    if !isWithoutIndexes { try await buildIndex(in: context) }
    let outcome = try await rows.load(in: context)
    try await buildIndex(in: context)
    if outcome.tables.map(\.counts.written).reduce(0, +) > 0 { try await vacuum(in: context) }
    return outcome
  }

  /// The missing rows.
  public func pending(on connection: PostgresConnection) async throws -> SeedOutcome {
    try await checkGenerator(on: connection)
    return try await rows.pending(on: connection)
  }

  /// Removes the contributor's seeded traces. The indexes are built on the remaining ones, because a graph with many
  /// dead nodes is slow.
  public func reset(in context: BulkContext) async throws -> SeedOutcome {
    var rows = rows
    rows.mayDropIndexes = try await context.pool.withConnection { try await mayDropIndexes(on: $0) }
    let outcome = try await rows.reset(in: context)
    try await context.pool.withTransaction { try await context.forgetLoad(on: $0) }
    try await vacuum(in: context)
    return outcome
  }

  /// Whether search may be without an index for a while: not if users' traces have embeddings.
  private func mayDropIndexes(on connection: PostgresConnection) async throws -> Bool {
    // citus: not a subquery for each row
    try await connection.queryOne(
      "SELECT NOT EXISTS (SELECT 1 FROM traces WHERE NOT is_seed AND embedding IS NOT NULL)"
    ).decode(Bool.self)
  }

  /// Rejects rows of an earlier generator, which were recorded without the name of the table.
  private func checkGenerator(on connection: PostgresConnection) async throws {
    guard try await loadedRows(on: connection) > 0 else { return }
    throw BulkLoadError.otherSpecification(id, existing: "generator 1", wanted: "generator 2")
  }

  private func buildIndex(in context: BulkContext) async throws {
    let isValid = PostgresQuery(unescaped: "SELECT \(options.index.isValidCondition)")
    let exists = try await context.pool.withConnection {
      try await $0.queryOne(isValid).decode(Bool.self)
    }
    guard !exists else { return }
    try await context.pool.withTransaction { connection in
      // Of several processes one builds, and the others wait. This blocks writes, as the build does.
      try await connection.query("LOCK TABLE traces IN SHARE ROW EXCLUSIVE MODE")
      guard try await !connection.queryOne(isValid).decode(Bool.self) else { return }
      try await TraceIndex.dropAll(on: connection)
      try await context.buildIndexes([options.index.definition], of: "traces", on: connection)
    }
  }

  /// Updates the visibility map, and frees the space of deleted rows.
  private func vacuum(in context: BulkContext) async throws {
    _ = try await context.pool.withConnection { try await $0.query("VACUUM traces") }
  }
}
