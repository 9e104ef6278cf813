import FoundationEssentials
import Postgres

extension SeedRunner {
  /// Runs a bulk seeder over its own connections. The history entry is written after its chunks are committed.
  ///
  /// - Returns: nil if another run has just seeded it, as for any seeder.
  func load(
    _ seeder: any BulkSeeder, number: Int, run: Run, pool: PostgresPool, sharding: Sharding,
    fingerprint: Fingerprint?, meter: SeederMeter
  ) async throws -> SeedOutcome? {
    let startedAt = Date()
    if try await pool.withConnection({
      try await isCurrent(seeder.id, fingerprint: fingerprint, on: $0)
    }) {
      return nil
    }
    meter.enter(.reading)
    let outcome = try await withBulkContext(for: seeder.id, sharding, meter: meter) {
      try await seeder.load(in: $0)
    }
    meter.enter(.committing)
    try await pool.withTransaction(setup: [Self.idleTimeout]) { connection in
      let known = try await SeedHistory.fingerprints(of: [seeder.id], on: connection)[seeder.id]
      guard outcome.total.written > 0 || known == nil || known != fingerprint else { return }
      try await SeedHistory.insert(
        SeedHistory.Entry(
          attemptID: UUID(), runID: run.id, seeder: seeder.id, environment: plan.environment,
          outcome: outcome.total.written > 0 ? .seeded : .unchanged, tables: outcome,
          fingerprint: fingerprint, attempts: number, failure: nil, startedAt: startedAt),
        on: connection)
    }
    return outcome
  }

  func withBulkContext<Result>(
    for seeder: SeederID, _ sharding: Sharding, meter: SeederMeter = SeederMeter(),
    _ body: (BulkContext) async throws -> Result
  ) async throws -> Result {
    try await PostgresPool.with(configuration, maximumConnections: BulkContext.maximumConnections) { pool in
      try await body(
        BulkContext(
          seeder: seeder, environment: plan.environment, pool: pool, sharding: sharding,
          retry: options.retry, meter: meter, fixtures: fixtures, onEvent: onEvent))
    }
  }
}
