public import FoundationEssentials
package import Migrations
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
    /// Maximum number of seeders that run at the same time, each on a connection of its own. By default as
    /// ``SettingKey/jobs``.
    public var jobs = SettingKey<Int>.jobs.defaultValue
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
    /// How long to wait for a database that cannot be reached yet. By default as ``retry`` says.
    public var connectBudget: Duration?
    /// How long to wait for another run of the same seeder. By default as ``SettingKey/lockTimeout``.
    public var lockTimeout = SettingKey<Duration>.lockTimeout.defaultValue

    /// The defaults.
    public init() {}

    /// The defaults with `SEED_JOBS`, `SEED_LOCK_TIMEOUT` and `SEED_RETRY_BUDGET`.
    public init(_ settings: Settings) {
      jobs = settings[.jobs]
      retry.budget = settings[.retryBudget]
      lockTimeout = settings[.lockTimeout]
    }
  }

  /// What to run.
  public let plan: SeedPlan
  /// The seeders whose migrations are applied: those of the plan, unless others share the database.
  var migrated: [RegisteredSeeder]
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
    migrated = plan.steps.map(\.seeder)
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
        prepared.plan, in: run, pool: pool, fingerprints: fingerprints, current: prepared.fingerprints,
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
    /// Those in the history, for runs to which the history is enough.
    var fingerprints: [SeederID: Fingerprint] = [:]
    var retries: [RetryRecord] = []
  }

  /// All that comes before the first seeder: connect, migrate, check the stamp.
  ///
  /// - Parameter fingerprints: what the seeders' should be; nil if nothing is to be seeded.
  private func prepare(
    _ pool: PostgresPool, for fingerprints: [SeederID: Fingerprint]?
  ) async throws -> Prepared {
    var prepared = Prepared(plan: plan)
    func retrying<Result>(
      _ policy: RetryPolicy, _ subject: String, _ work: () async throws -> Result
    ) async throws -> Result {
      try await policy.run(
        onRetry: { prepared.retries.append(record($0, $1, of: subject)) }, { _ in try await work() })
    }
    let migrator = Migrator(
      sets: options.migrates ? try Self.migrationSets(of: migrated) : [], lockTimeout: options.lockTimeout)
    let ids = fingerprints == nil ? [] : plan.steps.map(\.id)
    // Connected as soon as it answers a query: a server that is starting may accept and then refuse.
    let snapshot = try await retrying(connectRetry, "connect") {
      try await pool.withConnection { try await DatabaseSnapshot.read(of: ids, on: $0) }
    }
    let isDue = try !migrator.isCurrent(snapshot.applied)
    if fingerprints != nil || isDue, let stamp = snapshot.stamp, stamp != plan.environment.rawValue,
      !options.restamps
    {
      throw SeedGuardError.otherEnvironment(stamp: stamp, run: plan.environment)
    }
    if isDue {
      onEvent(.migrating)
      (prepared.migrations, prepared.missing) = try await retrying(options.retry, "migrate") {
        try await migrator.applyPossible(on: pool)
      }
      for migration in prepared.migrations { onEvent(.migrated(migration)) }
    }
    guard let fingerprints else { return prepared }
    onEvent(.seeding)
    if options.skipsCurrent, !isDue, snapshot.stamp == plan.environment.rawValue {
      prepared.fingerprints = snapshot.fingerprints
      // Then not even a lock's row is needed.
      let isCurrent = plan.steps.allSatisfy { step in
        fingerprints[step.id].map { $0 == snapshot.fingerprints[step.id] } ?? false
      }
      if isCurrent { return prepared }
    }
    (prepared.plan, prepared.fingerprints) = try await retrying(options.retry, "connect") {
      try await pool.withConnection { connection in
        if snapshot.stamp != plan.environment.rawValue {
          try await EnvironmentStamp.check(
            plan.environment, restamp: options.restamps, allowProduction: options.allowsProduction,
            on: connection)
        }
        try await RowLock.prepare(plan.steps.map { Self.lockName($0.id) }, on: connection)
        let ordered = try await TableOrder.apply(to: plan, on: connection)
        guard options.skipsCurrent else { return (ordered, [:]) }
        return (ordered, try await SeedHistory.fingerprints(of: ids, on: connection))
      }
    }
    return prepared
  }

  /// With a budget of its own it looks again each second: nobody wants to wait longer than the database takes.
  private var connectRetry: RetryPolicy {
    guard let budget = options.connectBudget else { return options.retry }
    return RetryPolicy(
      budget: budget, firstDelay: options.retry.firstDelay,
      maximumDelay: min(options.retry.maximumDelay, .seconds(1)))
  }

  /// The migrations that a plan needs: ours, then those of its seeders, each set once.
  package static func migrationSets(of plan: SeedPlan) throws -> [MigrationSet] {
    try migrationSets(of: plan.steps.map(\.seeder))
  }

  /// The same for seeders.
  package static func migrationSets(of seeders: [RegisteredSeeder]) throws -> [MigrationSet] {
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
