import FoundationEssentials
import Postgres
import Threads

extension SeedRunner {
  /// Compares seeders whose fingerprints are in the history, all in one transaction that is rolled back. They share
  /// round trips, so the number of round trips does not grow with the number of seeders.
  ///
  /// A seeder takes part as long as it only reads and compares. If it would write, uses `context.connection`, or
  /// fails, it runs in its own transaction afterwards. An error of a statement ends the survey.
  ///
  /// - Returns: the reports of the seeders that are unchanged.
  /// - Throws: `CancellationError`.
  func survey(
    _ steps: [SeedPlan.Step], _ prepared: Prepared, run: Run, pool: PostgresPool,
    fingerprints: [SeederID: Fingerprint]
  ) async throws -> [SeederReport] {
    let seeders = steps.compactMap(\.seeder.transactional)
    // A single seeder needs as many round trips in its own transaction, whose result cannot be stored.
    guard seeders.count > 1 || seeders.count == 1 && prepared.comparison != nil else { return [] }
    let start = ContinuousClock.now
    let opening = TransactionOpening(
      Self.transactionSetup(prepared.sharding, lockTimeout: Self.surveyLockTimeout),
      reading: SeedContext.opening(of: seeders.map(\.id)) + [LastComparison.start])
    var surveys: [SeederID: Survey] = [:]
    var number: Int?
    do {
      try await pool.withConnection { connection in
        try await connection.withTransaction(opening: opening) { connection in
          surveys = await survey(
            seeders, prepared, run: run, opening: opening, fingerprints: fingerprints, on: connection)
          number = try await connection.rows(of: opening).last?.first?.decode(Int.self)
          throw Undone()
        }
      }
    } catch {
      // The other seeders run in their own transactions and report the error themselves.
      try Task.checkCancellation()
    }
    if let key = prepared.comparison, let number, number == prepared.nextTransaction,
      surveys.count == prepared.plan.steps.count,
      surveys.values.allSatisfy(\.events.isEmpty)
    {
      await store(surveys, of: prepared.plan, key: key, after: number, pool: pool)
    }
    let processes = run.traffic.processes
    return seeders.compactMap { seeder in
      guard let survey = surveys[seeder.id] else { return nil }
      onEvent(.started(seeder.id))
      survey.events.forEach(onEvent)
      return SeederReport(
        id: seeder.id, outcome: .unchanged, tables: survey.tables, fingerprint: fingerprints[seeder.id],
        start: start - run.clockStart, duration: survey.duration, spans: survey.meter.spans,
        roundTrips: survey.meter.traffic.roundTrips,
        connections: survey.meter.traffic.processes.compactMap { processes.firstIndex(of: $0) }.map { $0 + 1 }
      )
    }
  }

  /// Stores that nothing differed, so that the next run need not compare.
  private func store(
    _ surveys: [SeederID: Survey], of plan: SeedPlan, key: String, after number: Int, pool: PostgresPool
  ) async {
    let outcomes = plan.steps.compactMap { step in
      surveys[step.id].map { LastComparison.Outcome(seeder: step.id.rawValue, tables: $0.tables) }
    }
    do {
      let query = try LastComparison.storing(outcomes, key: key, after: number)
      _ = try await pool.withConnection { try await $0.query(query) }
    } catch {
      // The role may only read. The next run compares again.
      for step in plan.steps.prefix(1) { onEvent(.debug(step.id, "the comparison was not stored: \(error)")) }
    }
  }

  /// Thrown to roll back a transaction.
  struct Undone: Error {}

  /// Compares seeders in the open transaction.
  ///
  /// - Parameter isPlan: whether nothing will be written.
  /// - Returns: those that have nothing to do.
  func survey(
    _ seeders: [any Seeder], _ prepared: Prepared, run: Run, opening: TransactionOpening,
    fingerprints: [SeederID: Fingerprint], isPlan: Bool = false, on connection: PostgresConnection
  ) async -> [SeederID: Survey] {
    let surveys = await SharedRoundTrips.run(
      on: connection,
      seeders.enumerated().map { number, seeder in
        { @Sendable in
          await survey(
            seeder, number: number, opening: opening, prepared, run: run,
            fingerprint: fingerprints[seeder.id], isPlan: isPlan, on: connection)
        }
      })
    let found = Dictionary(
      zip(seeders.map(\.id), surveys).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    // A seeder that runs after one that writes may find something to do.
    let planned = Set(prepared.plan.steps.map(\.id))
    var certain: [SeederID: Survey] = [:]
    for step in prepared.plan.steps {
      let earlier = (step.seeder.dependencies + step.runsAfter).filter(planned.contains)
      guard let survey = found[step.id] ?? nil, earlier.allSatisfy({ certain[$0] != nil }) else { continue }
      certain[step.id] = survey
    }
    return certain
  }

  /// The result for a seeder that has nothing to do.
  struct Survey: Sendable {
    let tables: SeedOutcome
    let events: [SeedEvent]
    let meter: SeederMeter
    let duration: Duration
  }

  /// The seeders wait for a table lock in their own transactions, where they do not delay each other.
  private static let surveyLockTimeout = "1s"

  /// - Returns: nil unless it is certain that the seeder has nothing to do.
  private func survey(
    _ seeder: any Seeder, number: Int, opening: TransactionOpening, _ prepared: Prepared, run: Run,
    fingerprint: Fingerprint?, isPlan: Bool, on connection: PostgresConnection
  ) async -> Survey? {
    let start = ContinuousClock.now
    let meter = SeederMeter(runStart: run.clockStart)
    meter.enter(.reading)
    let events = Lock<[SeedEvent]>([])
    let context = SeedContext(
      seeder: seeder.id, environment: plan.environment, connection: connection, startedAt: run.startedAt,
      fixtures: fixtures, attemptID: UUID(), fingerprint: fingerprint, allowsDeletes: options.allowsDeletes,
      recorder: isPlan ? ChangeRecorder() : nil,
      // The temporary tables of all seeders are in one transaction, so their names must not collide.
      firstStage: number * 10_000, seeders: plan.registered, opening: opening, catalog: prepared.catalog,
      mayOwnWholeTables: prepared.wholeOwners.contains(seeder.id.rawValue),
      sharding: prepared.sharding, isSurvey: true, meter: meter,
      onEvent: { event in events.withLock { $0.append(event) } })
    do {
      try await PostgresTraffic.$current.withValue(meter.traffic) { try await seeder.seed(in: context) }
      try context.checkBeforeCommit()
    } catch {
      return nil
    }
    guard SharedRoundTrips.member?.hasLeft == false, context.outcome.total.written == 0 else { return nil }
    context.noteEdits()
    meter.end()
    return Survey(
      tables: context.outcome, events: events.withLock(\.self), meter: meter, duration: .now - start)
  }
}

extension RegisteredSeeder {
  /// The seeder if it runs in a transaction.
  var transactional: (any Seeder)? {
    if case .transaction(let seeder) = work { seeder } else { nil }
  }
}
