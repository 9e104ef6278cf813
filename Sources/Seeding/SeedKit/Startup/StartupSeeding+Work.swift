import Migrations
import Postgres

extension StartupSeeding {
  /// Connects, migrates and seeds.
  ///
  /// - Throws: what keeps all seeders from starting.
  func bringUpToDate() async throws {
    let sets = options.migrates ? try SeedRunner.migrationSets(of: registry.seeders) : []
    let migrator = Migrator(sets: sets, lockTimeout: options.lockTimeout)
    let runner = options.seeds ? try runner() : nil
    var configuration = configuration
    configuration.connectTimeout = min(configuration.connectTimeout, max(options.connectBudget, .seconds(1)))
    try await PostgresPool.with(
      configuration, maximumConnections: runner?.maximumConnections ?? 2
    ) { pool in
      let ids = runner?.plan.steps.map(\.id) ?? []
      // Connected as soon as it answers a query: a server that is starting may accept and then refuse.
      let snapshot = try await retrying(connectRetry, "connect") {
        try await pool.withConnection { try await DatabaseSnapshot.read(of: ids, on: $0) }
      }
      let isDue = try !migrator.isCurrent(snapshot.applied)
      if let stamp = snapshot.stamp, stamp != environment.rawValue, isDue || runner != nil {
        throw SeedGuardError.otherEnvironment(stamp: stamp, run: environment)
      }
      var missing: [Migrator.Unavailable] = []
      if isDue {
        enter(.migrating)
        let migrations: [MigrationOutcome]
        (migrations, missing) = try await retrying(options.retry, "migrate") {
          try await migrator.applyPossible(on: pool)
        }
        for migration in migrations { tell(.migrated(migration)) }
      }
      if let runner {
        enter(.seeding)
        _ = try await runner.run(on: pool, knowing: snapshot, missing: missing)
      }
      // The server lacks tables, whatever else could be seeded.
      if let error = missing.first?.error { throw error }
    }
  }

  private func runner() throws -> SeedRunner {
    var options = SeedRunner.Options()
    options.jobs = self.options.jobs
    options.allowsProduction = self.options.allowsProduction
    options.retry = self.options.retry
    options.lockTimeout = self.options.lockTimeout
    options.skipsCurrent = true
    // Done before, or not wanted.
    options.migrates = false
    return SeedRunner(
      plan: try SeedPlan(registry: registry, selection: .all(), environment: environment),
      configuration: configuration, fixtures: fixtures, options: options, onEvent: { self.tell($0) })
  }

  /// Looks again each second: nobody wants to wait longer than the database takes.
  private var connectRetry: RetryPolicy {
    RetryPolicy(
      budget: options.connectBudget, firstDelay: options.retry.firstDelay,
      maximumDelay: min(options.retry.maximumDelay, .seconds(1)))
  }

  private func retrying<Result>(
    _ policy: RetryPolicy, _ subject: String, _ work: () async throws -> Result
  ) async throws -> Result {
    try await policy.run(
      onRetry: { error, pause in
        tell(
          .retrying(
            RetryRecord(subject: subject, error: error, pause: pause)))
      },
      { _ in try await work() })
  }
}
