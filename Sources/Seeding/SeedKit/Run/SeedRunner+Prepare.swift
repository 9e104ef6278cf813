import Migrations
import Postgres

extension SeedRunner {
  /// What is known when the first seeder starts.
  struct Prepared {
    /// The plan in an order that satisfies the foreign keys.
    var plan: SeedPlan
    var migrations: [MigrationOutcome] = []
    /// Migration sets whose extension is missing.
    var missing: [Migrator.Unavailable] = []
    /// The fingerprints in the history; empty if a migration was due.
    var fingerprints: [SeederID: Fingerprint] = [:]
    /// Where the tables of the database are.
    var sharding = Sharding.singleServer
    /// The tables of the definitions.
    let catalog = TableCatalog()
    /// The seeders that own a table as a whole.
    var wholeOwners: Set<String> = []
    /// The counts of a comparison that still holds, for all seeders.
    var compared: [SeederID: SeedOutcome] = [:]
    /// The key of ``LastComparison``.
    var comparison: String?
    /// The number that the next transaction would have got at the beginning.
    var nextTransaction = 0
    var retries: [RetryRecord] = []

    /// Takes the counts and the order of a comparison.
    mutating func use(_ outcomes: [LastComparison.Outcome]) {
      let steps = Dictionary(plan.steps.map { ($0.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
      plan.steps = outcomes.compactMap { steps[$0.seeder] }
      for outcome in outcomes {
        if let step = steps[outcome.seeder] { compared[step.id] = outcome.tables }
      }
    }
  }

  /// Prepares the first seeder: connects, applies migrations, checks the environment stamp.
  ///
  /// - Parameter fingerprints: the current fingerprints of the seeders; nil if nothing is to be seeded.
  func prepare(
    _ pool: PostgresPool, for fingerprints: [SeederID: Fingerprint]?
  ) async throws -> Prepared {
    var prepared = Prepared(plan: plan)
    func retrying<Result>(
      _ policy: RetryPolicy, _ subject: String, _ work: (_ attempt: Int) async throws -> Result
    ) async throws -> Result {
      try await policy.run(onRetry: { prepared.retries.append(record($0, $1, of: subject)) }, work)
    }
    let migrator = Migrator(
      sets: options.migrates ? try Self.migrationSets(of: migrated) : [], lockTimeout: options.lockTimeout)
    let ids = fingerprints == nil ? [] : plan.steps.map(\.id)
    prepared.comparison = fingerprints.flatMap {
      options.alwaysCompares ? nil : LastComparison.key(of: plan, $0, allowsDeletes: options.allowsDeletes)
    }
    let comparison = prepared.comparison
    // Retried until a query succeeds: a starting server may accept a connection and then refuse queries.
    let snapshot = try await retrying(connectRetry, "connect") { _ in
      try await pool.withConnection {
        try await DatabaseSnapshot.read(of: ids, comparison: comparison, on: $0)
      }
    }
    prepared.nextTransaction = snapshot?.nextTransaction ?? 0
    let isDue = try !migrator.isCurrent(snapshot?.applied ?? [])
    if fingerprints != nil || isDue, let stamp = snapshot?.stamp, stamp != plan.environment.rawValue,
      !options.restamps
    {
      throw SeedGuardError.otherEnvironment(stamp: stamp, run: plan.environment)
    }
    if isDue {
      onEvent(.migrating)
      (prepared.migrations, prepared.missing) = try await retrying(options.retry, "migrate") { attempt in
        // A failed attempt may have applied some.
        try await migrator.applyPossible(on: pool, after: attempt == 1 ? snapshot?.applied : nil)
      }
      for migration in prepared.migrations { onEvent(.migrated(migration)) }
    }
    guard let fingerprints else { return prepared }
    onEvent(.seeding)
    let isStamped = snapshot?.stamp == plan.environment.rawValue
    if !isDue, isStamped {
      prepared.fingerprints = snapshot?.fingerprints ?? [:]
      // If all seeders are current, no lock rows are needed.
      let isCurrent = plan.steps.allSatisfy { step in
        fingerprints[step.id].map { $0 == prepared.fingerprints[step.id] } ?? false
      }
      if options.skipsCurrent, isCurrent { return prepared }
      if !options.skipsCurrent, let compared = snapshot?.compared {
        prepared.use(compared)
        return prepared
      }
    }
    let locks = isDue ? [] : snapshot?.locks ?? []
    try await retrying(options.retry, "connect") { _ in
      try await pool.withConnection { connection in
        do {
          try await read(
            into: &prepared, isStamped: isStamped, locks: locks, isCluster: snapshot?.isCluster,
            on: connection)
        } catch let error as PostgresError where Self.mayBeOfOneTable(error) {
          try await read(
            into: &prepared, isStamped: isStamped, locks: locks, isCluster: snapshot?.isCluster,
            describes: false, on: connection)
        }
      }
    }
    return prepared
  }

  /// Reads what all seeders need, stamps the database and creates the locks of the seeders, in one round trip.
  ///
  /// - Parameters:
  ///   - locks: the existing locks; nil if none are needed.
  ///   - isCluster: whether the database is part of a Citus cluster; nil if that is not known.
  ///   - describes: whether to describe the tables of the definitions. Otherwise each seeder describes its own.
  func read(
    into prepared: inout Prepared, isStamped: Bool, locks: Set<String>?, isCluster: Bool?,
    describes: Bool = true, on connection: PostgresConnection
  ) async throws {
    let ids = plan.steps.map(\.id)
    let description = try TableDescription(
      of: plan.steps.compactMap(\.seeder.declarative).flatMap(\.definition.usedTables))
    let order = try TableOrder.query(for: plan)
    let needed = plan.steps.map { Self.lockName($0.id) }
    let stamping = isStamped ? [] : EnvironmentStamp.stamping(plan.environment)
    let creation = locks?.isSuperset(of: needed) ?? true ? [] : [RowLock.creation(of: needed)]
    let describing = description.names.isEmpty || !describes ? [] : description.queries
    var rows = try await connection.pipeline(
      sharingOpening: [StableSettings.statement] + creation + stamping + [OwnedTable.wholeOwners(among: ids)]
        + (order.map { [$0] } ?? []) + describing
        + (options.skipsCurrent ? [SeedHistory.lastRuns(of: ids)] : [])
        + (isCluster == nil ? [Sharding.detection] : []))[(1 + creation.count)...]
    func take(_ count: Int) -> [PostgresRows] {
      defer { rows = rows.dropFirst(count) }
      return Array(rows.prefix(count))
    }
    if let stamp = try take(stamping.count).last?.first?.decode(String.self),
      stamp != plan.environment.rawValue
    {
      try await EnvironmentStamp.check(
        plan.environment, restamp: options.restamps, allowProduction: options.allowsProduction, on: connection
      )
    }
    prepared.wholeOwners = Set(try take(1)[0].map { try $0.decode(String.self) })
    if order != nil { prepared.plan = try TableOrder.apply(to: plan, take(1)[0]) }
    if !describing.isEmpty {
      try await prepared.catalog.add(description, take(describing.count), on: connection)
    }
    if options.skipsCurrent { prepared.fingerprints = try SeedHistory.fingerprints(take(1)[0]) }
    if isCluster ?? !take(1)[0].isEmpty {
      prepared.sharding = try await Sharding.readTables(on: connection)
    }
  }

  /// Whether the description of a table may have caused an error, such as a missing privilege on its schema. Then only
  /// its seeder should fail.
  static func mayBeOfOneTable(_ error: PostgresError) -> Bool {
    error.code == .serverError && !error.isTransient
  }

  /// With a connect budget, the pause is at most a second, so that a run starts soon after the database does.
  private var connectRetry: RetryPolicy {
    guard let budget = options.connectBudget else { return options.retry }
    return RetryPolicy(
      budget: budget, firstDelay: options.retry.firstDelay,
      maximumDelay: min(options.retry.maximumDelay, .seconds(1)))
  }
}
