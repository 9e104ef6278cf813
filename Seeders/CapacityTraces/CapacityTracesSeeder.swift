import FoundationEssentials
public import Migrations
public import Postgres
public import SeedKit
import TraceStore

/// Generates many traces with vectors for measuring search.
public struct CapacityTracesSeeder: BulkSeeder, MigratingSeeder, FixtureSeeder, VersionedSeeder,
  ScheduledSeeder, ConfigurableSeeder
{
  /// `capacity-traces`
  public let id: SeederID = "capacity-traces"
  /// One line for lists.
  public let summary: String
  /// The contributor is seeded first.
  public let dependencies: [SeederID] = ["users"]
  /// The phrases that the texts are composed of.
  public let fixtures = [Self.phrases]
  /// Whether `--all` selects it.
  public var runsByDefault: Bool { options.runsByDefault }
  /// The number of rows in the options.
  public var plannedRows: Int { options.rows }
  /// The options that determine the rows.
  public var fingerprintInputs: [String] {
    [
      options.specification, "rows \(options.rows)", "index \(options.index.rawValue)",
      "confirmations \(confirmations)",
    ]
  }
  /// The flags that configure it.
  public let flags = ["rows", "capacity-seed", "clusters", "similarity", "index", "streams"]

  private static let contributor = CapacityCheck.contributor
  private static let phrases = "CapacityTraces/Fixtures/phrases.json"
  private let options: CapacityOptions
  private let confirmations: Int

  /// Creates the seeder.
  ///
  /// - Parameters:
  ///   - options: the options of the rows.
  ///   - validationThreshold: the number of confirmations that validates a trace.
  public init(options: CapacityOptions, validationThreshold: Int) {
    self.options = options
    confirmations = validationThreshold
    summary = "\(options.rows) generated traces with vectors, for measuring search"
  }

  /// The migrations of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// Counts the phrases.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    FixtureInspection(records: try CapacityText(fixtures.file(Self.phrases)).count)
  }

  /// Loads missing rows, then builds the index.
  public func load(in context: BulkContext) async throws -> SeedOutcome {
    let owner = try await owner(in: context)
    let rows = CapacityRows(
      options: options, text: try CapacityText(context.fixture(Self.phrases)), owner: owner,
      confirmations: confirmations)
    var load = BulkLoad(
      specification: options.specification, rowCount: options.rows, table: try PostgresIdentifier("traces"),
      columns: try CapacityRows.columns.map { try PostgresIdentifier($0) }, encode: rows.encode)
    load.streams = options.streams
    load.finishedCondition = options.index.isValidCondition
    let index = options.index
    let phase = CapacityIndexPhase(index: index, owner: owner, context: context)
    load.begin = { connection, newRows in try await phase.begin(newRows: newRows, on: connection) }
    load.finish = { connection in try await phase.finish(on: connection) }
    let counts = try await context.run(load)
    if counts.written > 0 { try await phase.vacuum() }
    return SeedOutcome(.init(name: "traces", counts: counts))
  }

  /// The number of missing rows.
  public func pending(on connection: PostgresConnection) async throws -> SeedOutcome {
    let loaded = try await loadedRows(on: connection)
    return SeedOutcome(
      .init(
        name: "traces", counts: RowCounts(inserted: max(0, options.rows - loaded), unchanged: loaded)))
  }

  /// Removes the contributor's traces and rebuilds the index on the remaining ones, because a graph with many dead
  /// nodes is slow.
  public func reset(in context: BulkContext) async throws -> SeedOutcome {
    let owner = try await owner(in: context)
    let phase = CapacityIndexPhase(index: .vector, owner: owner, context: context)
    let deleted = try await context.pool.withTransaction { connection in
      // A running load holds this lock while it plans and finishes.
      try await context.lockLoad(on: connection)
      let mayDrop = try await phase.mayDropIndex(on: connection)
      if mayDrop { try await TraceIndex.dropAll(on: connection) }
      let deleted = try await connection.queryOne(
        """
        WITH gone AS (DELETE FROM traces WHERE contributor_id = \(owner) AND is_seed RETURNING 1)
        SELECT count(*) FROM gone
        """
      ).decode(Int.self)
      if mayDrop { _ = try await TraceIndex.vector.build(on: connection) }
      try await context.forgetLoad(on: connection)
      return deleted
    }
    try await phase.vacuum()
    return SeedOutcome(.init(name: "traces", counts: RowCounts(deleted: deleted)))
  }

  private func owner(in context: BulkContext) async throws -> UUID {
    let found = try await context.pool.withConnection { connection in
      try await connection.query("SELECT id FROM users WHERE email = \(Self.contributor)")
    }
    guard let owner = try found.first?.decode(UUID.self) else {
      throw TraceImportError.noContributor(Self.contributor)
    }
    return owner
  }
}
