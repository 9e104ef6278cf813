import FoundationEssentials
import Migrations
import Postgres

/// What a run would do, seeder by seeder. Nothing is changed.
public struct PlanReport: Sendable {
  /// What a run would do for one seeder.
  public struct Entry: Sendable {
    /// The seeder.
    public let id: SeederID
    /// The row counts of each table, by what a run would do with them.
    public let tables: SeedOutcome
    /// The rows that would change or were edited outside seed-runner, at most 1,000 of each table.
    public let changes: [RowChange]
    /// Why the seeder would fail.
    public let failure: FailureReport?
    /// Why the seeder was not compared.
    public let note: String?

    /// Whether a run would write or fail. Also true for a seeder that was not compared.
    public var wouldChange: Bool { tables.total.written > 0 || failure != nil || note != nil }
    /// The number of rows that were edited or deleted outside seed-runner and that a run would leave as they are. Of
    /// deleted rows at most 1,000 of each table count.
    package var keptRows: Int {
      max(changes.count { $0.action == .keep && $0.isDrift }, tables.total.drifted)
    }
    /// Whether the rows differ from the fixtures: a run would write or fail, or find rows that were edited outside
    /// seed-runner, even if it kept them.
    public var isPending: Bool {
      tables.total.written > 0 || tables.total.drifted > 0 || failure != nil || note != nil
        || changes.contains(where: \.isDrift)
    }
  }

  /// The seeders, in the order of a run.
  public let entries: [Entry]
  /// Migrations that a run would apply first.
  public let migrations: [String]

  /// Whether a run would change anything or fail.
  public var wouldChange: Bool { !migrations.isEmpty || entries.contains(where: \.wouldChange) }
  /// Whether anything differs, including rows that a run would keep.
  public var isPending: Bool { !migrations.isEmpty || entries.contains(where: \.isPending) }
}

extension SeedRunner {
  /// Finds out what ``run()`` would do.
  ///
  /// Runs the seeders in one transaction and rolls it back, so the plan is exact for any seeder. Rows that would
  /// change are locked until the plan is made, and sequences may skip numbers. There are no other effects.
  ///
  /// - Throws: ``SeedGuardError``, `MigrationError` or `PostgresError` if nothing could be compared.
  public func preview() async throws -> PlanReport {
    try await PostgresPool.with(configuration, maximumConnections: 2) { pool in
      let migrator = Migrator(sets: try Self.migrationSets(of: plan), lockTimeout: options.lockTimeout)
      let due = try await migrator.due(on: pool)
      guard due.allSatisfy(\.migration.isTransactional) else {
        let entries = plan.steps.map { step in
          PlanReport.Entry(
            id: step.id, tables: SeedOutcome(), changes: [], failure: nil,
            note: "not compared: a due migration cannot be rolled back. Apply the migrations first")
        }
        return PlanReport(
          entries: entries, migrations: due.map { "\($0.set) \($0.migration.version) \($0.migration.name)" })
      }
      return try await pool.withConnection { connection in
        if due.allSatisfy({ $0.set != SeedHistory.setName }) {
          try await EnvironmentStamp.checkOnly(plan.environment, on: connection)
        }
        var entries: [PlanReport.Entry] = []
        var names: [String] = []
        do {
          try await connection.withTransaction(
            setup: [
              StableSettings.statement, Self.stagingTables, "SET LOCAL lock_timeout = '5s'", Self.idleTimeout,
            ]
          ) { connection in
            // A database that was never seeded has no such schema.
            if !due.isEmpty { try await connection.query("CREATE SCHEMA IF NOT EXISTS seed_runner") }
            let (applied, missing) = try await migrator.rehearse(on: connection)
            names = applied
            let unable = try Self.unable(plan, without: missing)
            var failed: Set<SeederID> = []
            let ordered = try await TableOrder.apply(to: plan, on: connection)
            let fingerprints = Fingerprint.all(of: plan, fixtures: fixtures)
            for (number, step) in ordered.steps.enumerated() {
              let entry =
                if let error = unable[step.id] {
                  PlanReport.Entry(
                    id: step.id, tables: SeedOutcome(), changes: [], failure: FailureReport(error), note: nil)
                } else {
                  try await preview(
                    step, number: number, fingerprint: fingerprints[step.id], failed: failed, on: connection)
                }
              if entry.failure != nil || entry.note != nil { failed.insert(entry.id) }
              entries.append(entry)
            }
            throw Undone()
          }
        } catch let error as PostgresTransactionError where error.cause is Undone {}
        return PlanReport(entries: entries, migrations: names)
      }
    }
  }

  private static let undo: [PostgresQuery] = [
    "ROLLBACK TO SAVEPOINT seed_preview", "RELEASE SAVEPOINT seed_preview",
  ]

  private func preview(
    _ step: SeedPlan.Step, number: Int, fingerprint: Fingerprint?, failed: Set<SeederID>,
    on connection: PostgresConnection
  ) async throws -> PlanReport.Entry {
    if let failed = step.seeder.dependencies.first(where: failed.contains) {
      return PlanReport.Entry(
        id: step.id, tables: SeedOutcome(), changes: [], failure: nil,
        note: "depends on '\(failed)', which would fail")
    }
    let seeder: any Seeder
    switch step.seeder.work {
    case .transaction(let work): seeder = work
    case .bulk(let bulk):
      return PlanReport.Entry(
        id: step.id, tables: try await bulk.pending(on: connection), changes: [], failure: nil, note: nil)
    }
    let recorder = ChangeRecorder()
    let context = SeedContext(
      seeder: step.id, environment: plan.environment, connection: connection, startedAt: Date(),
      fixtures: fixtures, attemptID: UUID(), fingerprint: fingerprint,
      allowsDeletes: options.allowsDeletes, recorder: recorder,
      // Seeders before this one have created temporary tables in the same transaction, so names must not collide.
      firstStage: number * 10_000, seeders: plan.registered, onEvent: onEvent)
    try await connection.query("SAVEPOINT seed_preview")
    do {
      let explanation = TimeoutExplanation(configuration: configuration)
      try await explanation.namingLimits {
        try await explanation.namingBlockers(of: connection) { try await seeder.seed(in: context) }
      }
      let tables = context.outcome
      // If nothing would change, rolling back frees locks and temporary tables. The cost of ending a savepoint
      // grows with what the transaction holds.
      let isUnchanged = tables.total.written == 0 && recorder.changes.isEmpty
      try await connection.pipeline(isUnchanged ? Self.undo : ["RELEASE SAVEPOINT seed_preview"])
      return PlanReport.Entry(
        id: step.id, tables: tables, changes: recorder.changes, failure: nil, note: nil)
    } catch {
      if Task.isCancelled { throw CancellationError() }
      if let error = error as? PostgresError, error.code == .connectionLost { throw error }
      try await connection.pipeline(Self.undo)
      return PlanReport.Entry(
        id: step.id, tables: SeedOutcome(), changes: recorder.changes,
        failure: FailureReport(UnexpectedCancellation.named(error)), note: nil)
    }
  }
}
