import Migrations
import Postgres

extension SeedRunner {
  /// Runs the steps: each as soon as all that it depends on or follows is done, at most `jobs` at a time.
  func execute(
    _ plan: SeedPlan, in run: Run, pool: PostgresPool, fingerprints: [SeederID: Fingerprint],
    current: [SeederID: Fingerprint], unable: [SeederID: MigrationError] = [:]
  ) async throws -> [SeederReport] {
    var schedule = Schedule(plan)
    var meters: [SeederID: SeederMeter] = [:]
    for step in plan.steps {
      let meter = SeederMeter(
        runStart: run.clockStart, whole: run.traffic, onPhase: { onEvent(.phase(step.id, $0)) })
      meter.enter(.queued, after: "preparation")
      meters[step.id] = meter
    }
    func finish(_ report: SeederReport) {
      onEvent(.finished(report))
      for id in schedule.finish(report) { meters[id]?.enter(.queued, after: report.id.rawValue) }
    }
    for step in plan.steps {
      guard unable[step.id] == nil, let known = current[step.id], known == fingerprints[step.id] else {
        continue
      }
      finish(
        SeederReport(
          id: step.id, outcome: .unchanged, fingerprint: fingerprints[step.id],
          start: .now - run.clockStart, note: "the fingerprint is the one in the history"))
    }
    for step in plan.steps {
      guard let error = unable[step.id] else { continue }
      let report = SeederReport(
        id: step.id, outcome: .failed, fingerprint: fingerprints[step.id], start: .now - run.clockStart,
        failure: FailureReport(error))
      await recordUnsuccessful(report, run: run, pool: pool)
      finish(report)
    }
    try await withThrowingTaskGroup(of: SeederReport.self) { group in
      var running = 0
      while true {
        // The report of a skipped seeder can settle others, which come later in the plan.
        while let (seeder, cause) = schedule.nextToSkip() {
          let report = SeederReport(
            id: seeder.id, outcome: .skipped, fingerprint: fingerprints[seeder.id],
            start: .now - run.clockStart, note: "it depends on '\(cause.id)', which was \(cause.outcome.past)"
          )
          await recordUnsuccessful(report, run: run, pool: pool)
          finish(report)
        }
        while running < options.jobs, let seeder = schedule.nextToStart() {
          running += 1
          let fingerprint = fingerprints[seeder.id]
          let meter = meters[seeder.id] ?? SeederMeter()
          meter.begin(attempt: 1, after: "a free job")
          group.addTask {
            try await PostgresTraffic.$current.withValue(meter.traffic) {
              try await self.seed(seeder, run: run, pool: pool, fingerprint: fingerprint, meter: meter)
            }
          }
        }
        guard let report = try await group.next() else { break }
        running -= 1
        finish(report)
      }
    }
    return plan.steps.compactMap { schedule.reports[$0.id] }
  }
}

extension SeederReport.Outcome {
  fileprivate var past: String { self == .failed ? "not seeded" : "skipped" }
}
