import Migrations
import Postgres

extension SeedRunner {
  /// Runs the steps, at most `jobs` at a time. A step starts when all steps that it depends on or follows are done.
  func execute(
    _ prepared: Prepared, in run: Run, pool: PostgresPool, fingerprints: [SeederID: Fingerprint],
    unable: [SeederID: MigrationError]
  ) async throws -> [SeederReport] {
    let plan = prepared.plan
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
    let known = plan.steps.filter { step in
      unable[step.id] == nil && fingerprints[step.id].map { $0 == prepared.fingerprints[step.id] } ?? false
    }
    if options.skipsCurrent {
      for step in known {
        finish(
          SeederReport(
            id: step.id, outcome: .unchanged, fingerprint: fingerprints[step.id],
            start: .now - run.clockStart, note: "the fingerprint matches the history"))
      }
    } else if !prepared.compared.isEmpty {
      for step in plan.steps {
        onEvent(.started(step.id))
        onEvent(.debug(step.id, "nothing was written to the server since its rows were compared"))
        finish(
          SeederReport(
            id: step.id, outcome: .unchanged, tables: prepared.compared[step.id] ?? SeedOutcome(),
            fingerprint: fingerprints[step.id], start: .now - run.clockStart))
      }
    } else {
      for report in try await survey(
        known, prepared, run: run, pool: pool, fingerprints: fingerprints)
      {
        finish(report)
      }
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
        // A skipped seeder can cause later seeders to be skipped.
        while let (seeder, cause) = schedule.nextToSkip() {
          let report = SeederReport(
            id: seeder.id, outcome: .skipped, fingerprint: fingerprints[seeder.id],
            start: .now - run.clockStart, note: "depends on '\(cause.id)', which was \(cause.outcome.past)"
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
              try await self.seed(
                seeder, prepared, run: run, pool: pool, fingerprint: fingerprint, meter: meter)
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

/// Decides which seeders of a plan may start and which are skipped, as their predecessors end.
///
/// The end of a seeder takes time in proportion to the seeders that wait for it.
struct Schedule {
  private(set) var reports: [SeederID: SeederReport] = [:]
  private let steps: [SeedPlan.Step]
  private let places: [SeederID: Int]
  /// For each step, the steps that depend on it. A failure skips these.
  private var dependents: [[Int]]
  private var followers: [[Int]]
  /// For each step, the number of earlier steps it still waits for.
  private var open: [Int]
  /// Whether a step was started, skipped or finished.
  private var isTaken: [Bool]
  private var ready: PlaceQueue
  private var doomed = PlaceQueue()

  init(_ plan: SeedPlan) {
    steps = plan.steps
    let steps = plan.steps
    let places = Dictionary(
      steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.places = places
    dependents = Array(repeating: [], count: steps.count)
    followers = dependents
    open = Array(repeating: 0, count: steps.count)
    isTaken = Array(repeating: false, count: steps.count)
    ready = PlaceQueue()
    for (place, step) in steps.enumerated() {
      let dependencies = Set(step.seeder.dependencies.compactMap { places[$0] })
      let followed = Set(step.runsAfter.compactMap { places[$0] }).subtracting(dependencies)
      for other in dependencies { dependents[other].append(place) }
      for other in followed { followers[other].append(place) }
      open[place] = dependencies.count + followed.count
      if open[place] == 0 { ready.insert(place) }
    }
  }

  /// Records the end of a seeder.
  ///
  /// - Returns: the seeders that no longer wait for any other.
  mutating func finish(_ report: SeederReport) -> [SeederID] {
    reports[report.id] = report
    guard let place = places[report.id] else { return [] }
    isTaken[place] = true
    if !report.isUsable {
      for dependent in dependents[place] where !isTaken[dependent] { doomed.insert(dependent) }
    }
    var freed: [SeederID] = []
    for next in dependents[place] + followers[place] {
      open[next] -= 1
      guard open[next] == 0, !isTaken[next] else { continue }
      ready.insert(next)
      freed.append(steps[next].id)
    }
    return freed
  }

  /// The first seeder of the plan that depends on a failed or skipped one, with that one's report.
  mutating func nextToSkip() -> (seeder: RegisteredSeeder, cause: SeederReport)? {
    while let place = doomed.popFirst() {
      guard !isTaken[place] else { continue }
      isTaken[place] = true
      let seeder = steps[place].seeder
      let ended = seeder.dependencies.compactMap { reports[$0] }
      guard let cause = ended.first(where: { !$0.isUsable }) else { continue }
      return (seeder, cause)
    }
    return nil
  }

  /// The first seeder of the plan that may start.
  mutating func nextToStart() -> RegisteredSeeder? {
    while let place = ready.popFirst() {
      guard !isTaken[place] else { continue }
      isTaken[place] = true
      return steps[place].seeder
    }
    return nil
  }
}

/// Positions in a plan as a priority queue (a binary heap), lowest first.
private struct PlaceQueue {
  private var heap: [Int] = []

  mutating func insert(_ place: Int) {
    heap.append(place)
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popFirst() -> Int? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
      guard let child = children.min(by: { heap[$0] < heap[$1] }), heap[child] < heap[parent] else { break }
      heap.swapAt(child, parent)
      parent = child
    }
    return first
  }
}

extension SeederReport {
  /// Whether dependents can run.
  fileprivate var isUsable: Bool { outcome == .seeded || outcome == .unchanged }
}
