import FoundationEssentials
import Migrations
import Postgres

extension SeedRunner {
  /// The settings of a seeder's transaction. They are local because session settings would leak through a pooler.
  ///
  /// Waiting for a table lock ends after 30 seconds with an error that is retried within the budget, so no wait is
  /// endless. If the host of a program vanishes, its locks are released after five minutes.
  static func transactionSetup(_ sharding: Sharding, lockTimeout: String = "30s") -> [PostgresQuery] {
    sharding.settings + sharding.stableSettings
      + [stagingTables, PostgresQuery(unescaped: "SET LOCAL lock_timeout = '\(lockTimeout)'"), idleTimeout]
  }

  /// The limit set for the role or the database may be shorter than this program's pauses between two statements.
  static let idleTimeout: PostgresQuery = "SET LOCAL idle_in_transaction_session_timeout = '5min'"

  /// Staging tables are updated, which not every table access method supports.
  static let stagingTables: PostgresQuery = "SET LOCAL default_table_access_method = 'heap'"

  /// Runs one seeder with retries. A failure is reported, not thrown.
  ///
  /// - Throws: `CancellationError` only, if the run was canceled.
  func seed(
    _ seeder: RegisteredSeeder, _ prepared: Prepared, run: Run, pool: PostgresPool, fingerprint: Fingerprint?,
    meter: SeederMeter
  ) async throws -> SeederReport {
    let start = ContinuousClock.now
    onEvent(.started(seeder.id))
    func report(
      _ outcome: SeederReport.Outcome, _ tables: SeedOutcome = SeedOutcome(), failure: FailureReport? = nil,
      note: String? = nil
    ) -> SeederReport {
      meter.end()
      let processes = run.traffic.processes
      return SeederReport(
        id: seeder.id, outcome: outcome, tables: tables, fingerprint: fingerprint,
        start: start - run.clockStart, duration: .now - start, spans: meter.spans,
        roundTrips: meter.traffic.roundTrips,
        connections: meter.traffic.processes.compactMap { processes.firstIndex(of: $0) }.map { $0 + 1 },
        retries: meter.retries, failure: failure, note: note)
    }
    do {
      let tables = try await options.retry.run(
        onRetry: { error, pause in
          meter.note(record(error, pause, of: seeder.id.rawValue))
          meter.enter(.pausing)
        },
        { attempt in
          if attempt > 1 { meter.begin(attempt: attempt) }
          return try await TimeoutExplanation(configuration: configuration).namingLimits {
            switch seeder.work {
            case .bulk(let seeder):
              return try await self.load(
                seeder, number: attempt, run: run, pool: pool, sharding: prepared.sharding,
                fingerprint: fingerprint, meter: meter)
            case .transaction(let seeder):
              do {
                return try await self.attempt(
                  seeder, prepared, number: attempt, run: run, pool: pool, fingerprint: fingerprint,
                  meter: meter)
              } catch let error as PostgresTransactionError where error.cause is TableCatalog.Stale {
                // Without the catalog, the seeder describes its tables in its own transaction.
                prepared.catalog.clear()
                return try await self.attempt(
                  seeder, prepared, number: attempt, run: run, pool: pool, fingerprint: fingerprint,
                  meter: meter)
              }
            }
          }
        })
      guard let tables else { return report(.unchanged, note: "another run has just seeded it") }
      return report(tables.total.written > 0 ? .seeded : .unchanged, tables)
    } catch {
      if Task.isCancelled { throw CancellationError() }
      let report = report(.failed, failure: FailureReport(UnexpectedCancellation.named(error)))
      await recordUnsuccessful(report, run: run, pool: pool)
      return report
    }
  }

  /// Runs one transaction: lock, seed, write the history, commit.
  ///
  /// - Returns: nil if ``Options/skipsCurrent`` is set and another run has written the same fingerprint to the
  ///   history meanwhile.
  private func attempt(
    _ seeder: any Seeder, _ prepared: Prepared, number: Int, run: Run, pool: PostgresPool,
    fingerprint: Fingerprint?,
    meter: SeederMeter
  ) async throws -> SeedOutcome? {
    let attemptID = UUID()
    let startedAt = Date()
    let lock = RowLock(name: Self.lockName(seeder.id), timeout: options.lockTimeout)
    var outcome = SeedOutcome()
    do {
      return try await pool.withConnection { connection in
        try await lock.withTransaction(
          on: connection, setup: Self.transactionSetup(prepared.sharding),
          reading: SeedContext.opening(of: [seeder.id]),
          onWait: { onEvent(.waiting(seeder.id, $0)) },
          { connection, opening in
            func known() async throws -> Fingerprint? {
              try SeedHistory.fingerprints(try await connection.rows(of: opening)[0])[seeder.id]
            }
            if options.skipsCurrent, let known = try await known(), known == fingerprint { return nil }
            meter.enter(.reading)
            let context = SeedContext(
              seeder: seeder.id, environment: plan.environment, connection: connection,
              startedAt: run.startedAt, fixtures: fixtures, attemptID: attemptID,
              fingerprint: fingerprint, allowsDeletes: options.allowsDeletes,
              seeders: plan.registered, opening: opening, catalog: prepared.catalog,
              mayOwnWholeTables: prepared.wholeOwners.contains(seeder.id.rawValue),
              sharding: prepared.sharding, meter: meter, onEvent: onEvent)
            try await TimeoutExplanation(configuration: configuration).namingBlockers(of: connection) {
              try await seeder.seed(in: context)
            }
            outcome = context.outcome
            context.noteEdits()
            meter.enter(.committing)
            let known = try await known()
            if outcome.total.written > 0 || known == nil || known != fingerprint {
              await connection.runAtCommit(
                try SeedHistory.insertion(
                  of: SeedHistory.Entry(
                    attemptID: attemptID, runID: run.id, seeder: seeder.id,
                    environment: plan.environment,
                    outcome: outcome.total.written > 0 ? .seeded : .unchanged, tables: outcome,
                    fingerprint: fingerprint, attempts: number, failure: nil, startedAt: startedAt)))
            }
            try context.checkBeforeCommit()
            return outcome
          })
      }
    } catch let error as PostgresTransactionError where error.isOutcomeUnknown {
      // The answer to COMMIT was lost, so the history decides. If no rows were written, it does not matter.
      let isCommitted = try await options.retry.run(
        onRetry: { meter.note(record($0, $1, of: seeder.id.rawValue)) },
        { _ in
          try await pool.withConnection { connection in
            try await SeedHistory.contains(attempt: attemptID, on: connection)
          }
        })
      guard isCommitted else { throw error }
      return outcome
    }
  }

  /// Whether another run has done the work. Always false unless ``Options/skipsCurrent`` is set.
  func isCurrent(
    _ seeder: SeederID, fingerprint: Fingerprint?, on connection: PostgresConnection
  ) async throws -> Bool {
    guard options.skipsCurrent, let fingerprint else { return false }
    return try await SeedHistory.fingerprints(of: [seeder], on: connection)[seeder] == fingerprint
  }

  /// Writes a failure to the history, in its own transaction because the seeder's was rolled back.
  func recordUnsuccessful(_ report: SeederReport, run: Run, pool: PostgresPool) async {
    do {
      try await pool.withConnection { connection in
        try await SeedHistory.insert(
          SeedHistory.Entry(
            attemptID: UUID(), runID: run.id, seeder: report.id, environment: plan.environment,
            outcome: report.outcome, tables: report.tables, fingerprint: nil,
            attempts: report.retries.count + 1, failure: report.failure?.message ?? report.note,
            startedAt: run.startedAt),
          on: connection)
      }
    } catch {
      let failure = FailureReport(error)
      // The database refused the seeder for the same reason, which its report names already.
      let isKnown =
        report.failure.map { $0.cause == failure.cause && $0.sqlState == failure.sqlState } ?? true
      guard failure.cause != .database || !isKnown else { return }
      onEvent(.historyNotWritten(report.id, failure.message))
    }
  }
}

/// A seeder threw `CancellationError`, for example because it canceled a task of its own. It is a failure of this
/// seeder, not the end of the run.
struct UnexpectedCancellation: Error, CustomStringConvertible {
  let description = "the seeder threw CancellationError, although the run was not canceled"

  /// The error; this one instead of `CancellationError`.
  static func named(_ error: any Error) -> any Error {
    error is CancellationError ? UnexpectedCancellation() : error
  }
}
