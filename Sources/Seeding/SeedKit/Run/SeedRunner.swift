public import FoundationEssentials
package import Migrations
public import Postgres

/// Runs a plan against a database.
///
/// Each seeder runs in its own transaction and holds a lock on its name. Of several concurrent runs one seeds, and
/// the others wait and find nothing to do. A failed seeder is rolled back. Seeders that do not depend on it still
/// run.
public struct SeedRunner: Sendable {
  /// How a run behaves.
  public struct Options: Sendable {
    /// The id of the run in the history and in reports. A new one by default.
    public var runID = UUID()
    /// The maximum number of seeders that run at the same time, each on its own connection. Defaults to the default
    /// of ``SettingKey/jobs``.
    public var jobs = SettingKey<Int>.jobs.defaultValue
    /// Whether seeding the production environment is allowed. False by default.
    public var allowsProduction = false
    /// Whether the environment stamp of another environment is replaced. False by default.
    public var restamps = false
    /// Whether a seeder with the fingerprint in the history counts as unchanged without comparing rows. False by
    /// default, so that drifted rows are found.
    public var skipsCurrent = false
    /// Whether rows are compared even if nothing was written to the server since a run found them unchanged. False by
    /// default.
    public var alwaysCompares = false
    /// Whether due migrations are applied first. True by default.
    public var migrates = true
    /// Whether the `sync` policy may delete rows in production. False by default.
    public var allowsDeletes = false
    /// When and how often transient errors are retried.
    public var retry = RetryPolicy()
    /// The retry budget for connecting. By default that of ``retry``.
    public var connectBudget: Duration?
    /// How long to wait for another run of the same seeder. Defaults to the default of ``SettingKey/lockTimeout``.
    public var lockTimeout = SettingKey<Duration>.lockTimeout.defaultValue

    /// Creates the default options.
    public init() {}

    /// Creates the default options with `SEED_JOBS`, `SEED_LOCK_TIMEOUT` and `SEED_RETRY_BUDGET`.
    public init(_ settings: Settings) {
      jobs = settings[.jobs]
      retry.budget = settings[.retryBudget]
      lockTimeout = settings[.lockTimeout]
    }
  }

  /// What to run.
  public let plan: SeedPlan
  /// The seeders whose migrations are applied: those of the plan, or all seeders that share the database.
  var migrated: [RegisteredSeeder]
  let configuration: PostgresConfiguration
  let fixtures: FixtureStore
  let options: Options
  let onEvent: @Sendable (SeedEvent) -> Void

  /// Creates a runner. Opens nothing.
  ///
  /// - Parameters:
  ///   - plan: what to run.
  ///   - configuration: the database.
  ///   - fixtures: the files that seeders read.
  ///   - options: how the run behaves.
  ///   - onEvent: called for each event, from several tasks.
  public init(
    plan: SeedPlan, configuration: PostgresConfiguration, fixtures: FixtureStore,
    options: Options = Options(), onEvent: @escaping @Sendable (SeedEvent) -> Void = { _ in }
  ) {
    self.plan = plan
    migrated = plan.steps.map(\.seeder)
    self.configuration = configuration
    self.fixtures = fixtures
    self.options = options
    self.onEvent = onEvent
  }

  /// Connects, applies migrations, checks the environment stamp and runs the seeders.
  ///
  /// - Returns: a report, which includes the seeders that failed.
  /// - Throws: ``SeedGuardError``, `MigrationError` or `PostgresError` if no seeder could start;
  ///   `CancellationError` if the task was canceled, after rolling back open transactions.
  public func run() async throws -> SeedReport {
    try plan.checkProduction(isAllowed: options.allowsProduction)
    return try await PostgresPool.with(configuration, maximumConnections: maximumConnections) { pool in
      try await run(on: pool)
    }
  }

  /// A migration outside a transaction needs a second connection.
  var maximumConnections: Int { max(2, options.jobs) }

  private func run(on pool: PostgresPool) async throws -> SeedReport {
    let run = Run(id: options.runID, startedAt: Date(), clockStart: .now)
    for step in plan.steps { onEvent(.loaded(step.id, step.reason)) }
    let fingerprints = Fingerprint.all(of: plan, fixtures: fixtures)
    return try await PostgresTraffic.$current.withValue(run.traffic) {
      let prepared = try await TimeoutExplanation(configuration: configuration).namingLimits {
        try await prepare(pool, for: fingerprints)
      }
      let preparation = ContinuousClock.now - run.clockStart
      let seeders = try await execute(
        prepared, in: run, pool: pool, fingerprints: fingerprints,
        unable: try Self.unable(plan, without: prepared.missing))
      return SeedReport(
        runID: run.id, environment: plan.environment, startedAt: run.startedAt,
        duration: .now - run.clockStart, preparation: preparation, roundTrips: run.traffic.roundTrips,
        migrations: prepared.migrations, missing: prepared.missing.map(\.error), seeders: seeders,
        leftOut: plan.leftOut, retries: prepared.retries)
    }
  }

  /// Connects and applies the migrations. Neither seeds nor stamps the database.
  ///
  /// - Throws: as ``run()``; `MigrationError` also for a missing extension.
  public func migrate() async throws {
    let missing = try await PostgresPool.with(configuration, maximumConnections: 2) { pool in
      try await prepare(pool, for: nil).missing
    }
    if let error = missing.first?.error { throw error }
  }

  /// What all steps of a run share.
  struct Run: Sendable {
    let id: UUID
    let startedAt: Date
    let clockStart: ContinuousClock.Instant
    let traffic = PostgresTraffic()
  }

  /// The migrations that a plan needs: those of seed-runner, then those of its seeders, each set once.
  package static func migrationSets(of plan: SeedPlan) throws -> [MigrationSet] {
    try migrationSets(of: plan.steps.map(\.seeder))
  }

  /// The migrations that these seeders need.
  ///
  /// - Throws: `MigrationError` if two sets have the same name and different migrations.
  package static func migrationSets(of seeders: [RegisteredSeeder]) throws -> [MigrationSet] {
    var sets = [try SeedHistory.migrations()]
    var owners = [SeedHistory.setName: "seed-runner"]
    for seeder in seeders {
      for set in try seeder.migrations() {
        guard let known = sets.first(where: { $0.name == set.name }) else {
          sets.append(set)
          owners[set.name] = "seeder '\(seeder.id)'"
          continue
        }
        guard known.migrations == set.migrations else {
          throw MigrationError.conflict(
            set: set.name, owners: owners[set.name] ?? "", "seeder '\(seeder.id)'")
        }
      }
    }
    return sets
  }

  /// The seeders of a plan whose tables cannot be created, and why.
  ///
  /// - Throws: the reason, if it affects all seeders, because then there is nothing to run.
  static func unable(
    _ plan: SeedPlan, without missing: [Migrator.Unavailable]
  ) throws -> [SeederID: MigrationError] {
    var result: [SeederID: MigrationError] = [:]
    for step in missing.isEmpty ? [] : plan.steps {
      let sets = try step.seeder.migrations().map(\.name)
      result[step.id] = missing.first { sets.contains($0.set) }?.error
    }
    if result.count == plan.steps.count, let error = missing.first?.error { throw error }
    return result
  }

  static func lockName(_ id: SeederID) -> String { "seeder/\(id)" }

  func record(_ error: any Error, _ pause: Duration, of subject: String) -> RetryRecord {
    let record = RetryRecord(subject: subject, error: error, pause: pause)
    onEvent(.retrying(record))
    return record
  }
}
