public import FoundationEssentials
public import Migrations
public import Postgres

/// Executes a plan against a database.
///
/// Each seeder runs in one transaction of its own, which holds a lock on the seeder's name: of
/// several runs at once one seeds, the others wait and then find nothing to do. A seeder that fails
/// is rolled back; those that do not depend on it run all the same.
public struct SeedRunner: Sendable {
  /// How a run behaves.
  public struct Options: Sendable {
    /// The id of the run in the history and in reports. One of its own by default.
    public var runID = UUID()
    /// How many seeders may run at the same time, each on a connection of its own. 4 by default.
    public var jobs = 4
    /// Whether the environment production is meant. False by default.
    public var allowsProduction = false
    /// Whether a database that was stamped with another environment is handed over. False by default.
    public var restamps = false
    /// Whether a seeder whose fingerprint is the one in the history is taken as unchanged without a
    /// look at its rows. False by default: rows that somebody edited are put right.
    public var skipsCurrent = false
    /// Whether migrations that are due are applied first. True by default.
    public var migrates = true
    /// Whether the policy `sync` may remove rows in production. False by default.
    public var allowsDeletes = false
    /// When and how often work is tried again.
    public var retry = RetryPolicy()
    /// How long to wait for another run of the same seeder. 300 seconds by default.
    public var lockTimeout: Duration = .seconds(300)

    /// The defaults.
    public init() {}
  }

  /// What to run.
  public let plan: SeedPlan
  let configuration: PostgresConfiguration
  let fixtures: FixtureStore
  let options: Options
  let onEvent: @Sendable (SeedEvent) -> Void

  /// Makes a runner; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - plan: what to run.
  ///   - configuration: the database.
  ///   - fixtures: the files that seeders read.
  ///   - options: the defaults unless given.
  ///   - onEvent: called for each event, from several tasks.
  public init(
    plan: SeedPlan, configuration: PostgresConfiguration, fixtures: FixtureStore,
    options: Options = Options(), onEvent: @escaping @Sendable (SeedEvent) -> Void = { _ in }
  ) {
    self.plan = plan
    self.configuration = configuration
    self.fixtures = fixtures
    self.options = options
    self.onEvent = onEvent
  }

  /// Connects, migrates, checks the environment's stamp and runs the seeders.
  ///
  /// - Returns: a report that also tells of the seeders that failed.
  /// - Throws: ``SeedGuardError``, `MigrationError` or `PostgresError` if no seeder could be started;
  ///   `CancellationError` if the task was cancelled, after rolling back what was under way.
  public func run() async throws -> SeedReport {
    try plan.checkProduction(isAllowed: options.allowsProduction)
    return try await PostgresPool.with(configuration, maximumConnections: maximumConnections) { pool in
      try await run(on: pool)
    }
  }

  /// A migration outside a transaction needs a second connection.
  var maximumConnections: Int { max(2, options.jobs) }

  /// ``run()`` on connections of somebody who has looked at the database already, or has not.
  ///
  /// - Parameter missing: the migration sets that were tried before and cannot be applied.
  func run(
    on pool: PostgresPool, knowing snapshot: DatabaseSnapshot? = nil, missing: [Migrator.Unavailable] = []
  ) async throws -> SeedReport {
    let run = Run(id: options.runID, startedAt: Date(), clockStart: .now)
    try plan.checkProduction(isAllowed: options.allowsProduction)
    for step in plan.steps { onEvent(.loaded(step.id, step.reason)) }
    let fingerprints = Fingerprint.all(of: plan, fixtures: fixtures)
    return try await PostgresTraffic.$current.withValue(run.traffic) {
      let (prepared, retries) = try await TimeoutExplanation(configuration: configuration).namingLimits {
        try await prepare(pool, for: fingerprints, knowing: snapshot)
      }
      let preparation = ContinuousClock.now - run.clockStart
      let seeders = try await execute(
        prepared.plan, in: run, pool: pool, fingerprints: fingerprints, current: prepared.fingerprints,
        unable: try Self.unable(plan, without: missing + prepared.missing))
      return SeedReport(
        runID: run.id, environment: plan.environment, startedAt: run.startedAt,
        duration: .now - run.clockStart, preparation: preparation, roundTrips: run.traffic.roundTrips,
        migrations: prepared.migrations, seeders: seeders, leftOut: plan.leftOut, retries: retries)
    }
  }

  /// Applies the migrations of the plan's seeders, stamps the database, and seeds nothing.
  ///
  /// - Returns: the migrations that were due.
  /// - Throws: as ``run()``.
  @discardableResult
  public func migrate() async throws -> [MigrationOutcome] {
    try plan.checkProduction(isAllowed: options.allowsProduction)
    return try await PostgresPool.with(configuration, maximumConnections: 2) { pool in
      let prepared = try await prepare(pool).0
      if let missing = prepared.missing.first { throw missing.error }
      return prepared.migrations
    }
  }

  /// What the steps of a run share.
  struct Run: Sendable {
    let id: UUID
    let startedAt: Date
    let clockStart: ContinuousClock.Instant
    let traffic = PostgresTraffic()
  }

  private struct Prepared {
    /// The plan in the order that the tables ask for.
    var plan: SeedPlan
    var migrations: [MigrationOutcome] = []
    /// Sets whose extension is missing.
    var missing: [Migrator.Unavailable] = []
    var fingerprints: [SeederID: Fingerprint] = [:]
  }

  /// All that comes before the first seeder. It can be repeated as a whole.
  ///
  /// - Parameters:
  ///   - fingerprints: what the seeders' should be; nil if nothing is to be seeded.
  ///   - snapshot: what was read of the database before.
  private func prepare(
    _ pool: PostgresPool, for fingerprints: [SeederID: Fingerprint]? = nil,
    knowing snapshot: DatabaseSnapshot? = nil
  ) async throws -> (Prepared, [RetryRecord]) {
    var retries: [RetryRecord] = []
    let prepared = try await options.retry.run(
      onRetry: { error, pause in retries.append(record(error, pause, of: "connect")) },
      { _ in
        var prepared = Prepared(plan: plan)
        // To read the seeders' migrations takes longer than the query.
        let sets = options.migrates ? try Self.migrationSets(of: plan) : []
        let migrator = Migrator(sets: sets, lockTimeout: options.lockTimeout)
        if options.skipsCurrent, let fingerprints {
          let found: DatabaseSnapshot
          if let snapshot { found = snapshot } else { found = try await readSnapshot(pool) }
          if try isCurrent(found, fingerprints: fingerprints, migrator: migrator) {
            prepared.fingerprints = found.fingerprints
            return prepared
          }
        }
        if options.migrates {
          (prepared.migrations, prepared.missing) = try await migrator.applyPossible(on: pool)
          for migration in prepared.migrations { onEvent(.migrated(migration)) }
        }
        (prepared.plan, prepared.fingerprints) = try await pool.withConnection { connection in
          try await EnvironmentStamp.check(
            plan.environment, restamp: options.restamps, allowProduction: options.allowsProduction,
            on: connection)
          try await RowLock.prepare(plan.steps.map { Self.lockName($0.id) }, on: connection)
          guard fingerprints != nil else { return (plan, [:]) }
          let ordered = try await TableOrder.apply(to: plan, on: connection)
          guard options.skipsCurrent else { return (ordered, [:]) }
          return (ordered, try await SeedHistory.fingerprints(of: plan.steps.map(\.id), on: connection))
        }
        return prepared
      })
    return (prepared, retries)
  }

  private func readSnapshot(_ pool: PostgresPool) async throws -> DatabaseSnapshot {
    try await pool.withConnection { try await DatabaseSnapshot.read(of: plan.steps.map(\.id), on: $0) }
  }

  /// Whether there is nothing to do at all, so that not even a lock's row is needed.
  private func isCurrent(
    _ snapshot: DatabaseSnapshot, fingerprints: [SeederID: Fingerprint], migrator: Migrator
  ) throws -> Bool {
    guard snapshot.stamp == plan.environment.rawValue,
      plan.steps.allSatisfy({ step in
        fingerprints[step.id].map { $0 == snapshot.fingerprints[step.id] } ?? false
      })
    else { return false }
    return try migrator.isCurrent(snapshot.applied)
  }

  /// The migrations that a plan needs: ours, then those of its seeders, each set once.
  package static func migrationSets(of plan: SeedPlan) throws -> [MigrationSet] {
    try migrationSets(of: plan.steps.map(\.seeder))
  }

  static func migrationSets(of seeders: [RegisteredSeeder]) throws -> [MigrationSet] {
    var sets = [try SeedHistory.migrations()]
    var names = Set(sets.map(\.name))
    for set in try seeders.flatMap({ try $0.migrations() }) where names.insert(set.name).inserted {
      sets.append(set)
    }
    return sets
  }

  /// The seeders of a plan whose tables cannot be made, and why.
  ///
  /// - Throws: the reason, if it concerns all of them: then there is nothing to run.
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
