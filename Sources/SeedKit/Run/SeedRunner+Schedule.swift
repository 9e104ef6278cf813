import Postgres

extension SeedRunner {
  /// Runs the steps: each as soon as all that it depends on or follows is done, at most `jobs` at a time.
  func execute(
    _ run: Run, pool: PostgresPool, fingerprints: [SeederID: Fingerprint],
    current: [SeederID: Fingerprint]
  ) async throws -> [SeederReport] {
    var reports: [SeederID: SeederReport] = [:]
    var waiting = plan.steps
    var meters: [SeederID: SeederMeter] = [:]
    for step in plan.steps {
      meters[step.id] = SeederMeter(runStart: run.clockStart, whole: run.traffic)
      meters[step.id]?.enter(.queued, after: "preparation")
    }
    var preceded: Set<SeederID> = []
    func isPreceded(_ seeder: any Seeder) -> Bool {
      seeder.dependencies.allSatisfy { reports[$0] != nil }
        && !seeder.follows.contains { id in plan.steps.contains { $0.id == id } && reports[id] == nil }
    }
    func finish(_ report: SeederReport) {
      reports[report.id] = report
      onEvent(.finished(report))
      for step in waiting where isPreceded(step.seeder) && preceded.insert(step.id).inserted {
        meters[step.id]?.enter(.queued, after: report.id.rawValue)
      }
    }
    for step in plan.steps {
      guard let known = current[step.id], known == fingerprints[step.id] else { continue }
      finish(
        SeederReport(
          id: step.id, outcome: .unchanged, fingerprint: fingerprints[step.id],
          start: .now - run.clockStart, note: "the fingerprint is the one in the history"))
      waiting.removeAll { $0.id == step.id }
    }
    try await withThrowingTaskGroup(of: SeederReport.self) { group in
      var running = 0
      while true {
        // Reports of skipped seeders can settle others, which come later in the plan.
        for step in waiting {
          let dependencies = step.seeder.dependencies.map { (id: $0, report: reports[$0]) }
          if let cause = dependencies.first(where: { $0.report?.isUsable == false }) {
            waiting.removeAll { $0.id == step.id }
            let outcome = cause.report?.outcome ?? .failed
            let report = SeederReport(
              id: step.id, outcome: .skipped, fingerprint: fingerprints[step.id],
              start: .now - run.clockStart, note: "it depends on '\(cause.id)', which was \(outcome.past)")
            await recordUnsuccessful(report, run: run, pool: pool)
            finish(report)
          } else if isPreceded(step.seeder), running < options.jobs {
            waiting.removeAll { $0.id == step.id }
            running += 1
            let fingerprint = fingerprints[step.id]
            let meter = meters[step.id] ?? SeederMeter()
            meter.begin(attempt: 1, after: "a free job")
            group.addTask {
              try await PostgresTraffic.$current.withValue(meter.traffic) {
                try await self.seed(
                  step.seeder, run: run, pool: pool, fingerprint: fingerprint, meter: meter)
              }
            }
          }
        }
        guard let report = try await group.next() else { break }
        running -= 1
        finish(report)
      }
    }
    return plan.steps.compactMap { reports[$0.id] }
  }
}

extension SeederReport {
  /// Whether others can build on its rows.
  fileprivate var isUsable: Bool { outcome == .seeded || outcome == .unchanged }
}

extension SeederReport.Outcome {
  fileprivate var past: String { self == .failed ? "not seeded" : "skipped" }
}
