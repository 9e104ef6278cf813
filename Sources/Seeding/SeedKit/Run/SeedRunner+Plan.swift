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
      let snapshot = try await pool.withConnection {
        try await DatabaseSnapshot.read(of: plan.steps.map(\.id), on: $0)
      }
      let due =
        if let snapshot { try migrator.due(snapshot.applied) } else { try await migrator.due(on: pool) }
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
        if let stamp = snapshot?.stamp, stamp != plan.environment.rawValue {
          throw SeedGuardError.otherEnvironment(stamp: stamp, run: plan.environment)
        }
        if snapshot == nil, due.allSatisfy({ $0.set != SeedHistory.setName }) {
          try await EnvironmentStamp.checkOnly(plan.environment, on: connection)
        }
        var report = PlanReport(entries: [], migrations: [])
        let sharding =
          if let snapshot, !snapshot.isCluster { Sharding.singleServer } else {
            try await Sharding.read(on: connection)
          }
        let setup = Self.transactionSetup(sharding, lockTimeout: "5s")
        do {
          if due.isEmpty, let snapshot {
            let opening = TransactionOpening(
              setup, reading: SeedContext.opening(of: plan.steps.map(\.id)))
            try await connection.withTransaction(opening: opening) { connection in
              report = try await compare(snapshot, sharding, opening: opening, on: connection)
              throw Undone()
            }
          } else {
            try await connection.withTransaction(setup: setup) { connection in
              report = try await rehearse(migrator, sharding, on: connection)
              throw Undone()
            }
          }
        } catch let error as PostgresTransactionError where error.cause is Undone {}
        return report
      }
    }
  }

  /// Compares the seeders in a transaction that the caller rolls back.
  private func compare(
    _ snapshot: DatabaseSnapshot, _ sharding: Sharding, opening: TransactionOpening,
    on connection: PostgresConnection
  ) async throws -> PlanReport {
    var prepared = Prepared(plan: plan, sharding: sharding)
    await connection.runWithNext(["SAVEPOINT seed_survey"])
    do {
      try await read(into: &prepared, isStamped: true, locks: nil, isCluster: false, on: connection)
    } catch let error as PostgresError where Self.mayBeOfOneTable(error) {
      await connection.runWithNext(["ROLLBACK TO SAVEPOINT seed_survey"])
      try await read(
        into: &prepared, isStamped: true, locks: nil, isCluster: false, describes: false, on: connection)
    }
    let fingerprints = Fingerprint.all(of: plan, fixtures: fixtures)
    let known = plan.steps.compactMap(\.seeder.transactional).filter { seeder in
      fingerprints[seeder.id].map { $0 == snapshot.fingerprints[seeder.id] } ?? false
    }
    var surveys: [SeederID: Survey] = [:]
    if known.count > 1 {
      surveys = await survey(
        known, prepared, run: Run(id: options.runID, startedAt: Date(), clockStart: .now), opening: opening,
        fingerprints: fingerprints, isPlan: true, on: connection)
      try Task.checkCancellation()
      await connection.runWithNext(["ROLLBACK TO SAVEPOINT seed_survey", "RELEASE SAVEPOINT seed_survey"])
    }
    return PlanReport(
      entries: try await preview(
        prepared.plan, sharding, surveys: surveys, opening: opening, on: connection),
      migrations: [])
  }

  /// Applies due migrations and compares the seeders in a transaction that the caller rolls back.
  private func rehearse(
    _ migrator: Migrator, _ sharding: Sharding, on connection: PostgresConnection
  ) async throws -> PlanReport {
    let (applied, missing) = try await migrator.rehearse(on: connection)
    let ordered = try await TableOrder.apply(to: plan, on: connection)
    return PlanReport(
      entries: try await preview(
        ordered, sharding, unable: try Self.unable(plan, without: missing), on: connection),
      migrations: applied)
  }

  private func preview(
    _ plan: SeedPlan, _ sharding: Sharding, surveys: [SeederID: Survey] = [:],
    unable: [SeederID: MigrationError] = [:],
    opening: TransactionOpening? = nil, on connection: PostgresConnection
  ) async throws -> [PlanReport.Entry] {
    let fingerprints = Fingerprint.all(of: plan, fixtures: fixtures)
    var failed: Set<SeederID> = []
    var entries: [PlanReport.Entry] = []
    for (number, step) in plan.steps.enumerated() {
      surveys[step.id]?.events.forEach(onEvent)
      let entry =
        if let error = unable[step.id] {
          PlanReport.Entry(
            id: step.id, tables: SeedOutcome(), changes: [], failure: FailureReport(error), note: nil)
        } else if let survey = surveys[step.id] {
          PlanReport.Entry(id: step.id, tables: survey.tables, changes: [], failure: nil, note: nil)
        } else {
          try await preview(
            step, sharding, number: number + 1, fingerprint: fingerprints[step.id], failed: failed,
            opening: opening, on: connection)
        }
      if entry.failure != nil || entry.note != nil { failed.insert(entry.id) }
      entries.append(entry)
    }
    return entries
  }

  private static let undo: [PostgresQuery] = [
    "ROLLBACK TO SAVEPOINT seed_preview", "RELEASE SAVEPOINT seed_preview",
  ]

  private func preview(
    _ step: SeedPlan.Step, _ sharding: Sharding, number: Int, fingerprint: Fingerprint?,
    failed: Set<SeederID>,
    opening: TransactionOpening?, on connection: PostgresConnection
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
      firstStage: number * 10_000, seeders: plan.registered, opening: opening,
      sharding: sharding, onEvent: onEvent)
    await connection.runWithNext(["SAVEPOINT seed_preview"])
    do {
      let explanation = TimeoutExplanation(configuration: configuration)
      try await explanation.namingLimits {
        try await explanation.namingBlockers(of: connection) { try await seeder.seed(in: context) }
      }
      let tables = context.outcome
      // If nothing would change, rolling back frees locks and temporary tables. The cost of ending a savepoint
      // grows with what the transaction holds.
      let isUnchanged = tables.total.written == 0 && recorder.changes.isEmpty
      await connection.runWithNext(isUnchanged ? Self.undo : ["RELEASE SAVEPOINT seed_preview"])
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
