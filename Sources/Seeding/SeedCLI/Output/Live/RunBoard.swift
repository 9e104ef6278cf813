import Migrations
import SeedKit

/// The state of every seeder during a run.
struct RunBoard: Sendable {
  /// The activity of a running seeder.
  enum Activity: Sendable {
    /// A phase of its work.
    case working(SeedPhase)
    /// Waiting for another run of the same seeder.
    case waiting
    /// Pausing before the retry of a transient error.
    case pausing(cause: String, until: ContinuousClock.Instant)
    /// A long operation that reports progress.
    case progress(ProgressMeter)
  }

  /// The state of a seeder.
  enum State: Sendable {
    case pending
    case running(since: ContinuousClock.Instant, Activity)
    case ended(SeederReport)
  }

  struct Row: Sendable {
    let id: SeederID
    var state = State.pending
    /// The position in the order in which seeders ended.
    var order = 0
  }

  /// The seeders, in the order of the plan.
  private(set) var rows: [Row] = []
  private var places: [SeederID: Int] = [:]
  /// When the run began.
  let start: ContinuousClock.Instant
  /// Whether the run is being stopped.
  var isStopping = false
  private var endedCount = 0

  init(start: ContinuousClock.Instant) { self.start = start }

  /// Records an event.
  mutating func apply(_ event: SeedEvent, at time: ContinuousClock.Instant) {
    switch event {
    case .loaded(let id, _): change(id) { _ in }
    case .started(let id): change(id) { $0.state = .running(since: time, .working(.locking)) }
    case .phase(let id, let phase):
      // A queued seeder is not running yet.
      guard isRunning(id) else { return }
      setActivity(.working(phase), of: id, at: time)
    case .waiting(let id, _): setActivity(.waiting, of: id, at: time)
    case .retrying(let record):
      guard let id = SeederID(rawValue: record.subject), places[id] != nil else { return }
      let pause = Duration.milliseconds(record.pauseMilliseconds)
      setActivity(.pausing(cause: record.cause, until: time + pause), of: id, at: time)
    case .progress(let id, let progress):
      var meter = ProgressMeter(progress, at: time)
      if case .running(_, .progress(let known)) = state(of: id) {
        meter = known
        meter.update(progress, at: time)
      }
      setActivity(.progress(meter), of: id, at: time)
    case .finished(let report):
      endedCount += 1
      change(report.id) { [endedCount] in
        $0.state = .ended(report)
        $0.order = endedCount
      }
    case .migrating, .seeding, .migrated, .note, .debug, .historyNotWritten, .startup, .startupFailed,
      .startupGoesOn:
      break
    }
  }

  private mutating func change(_ id: SeederID, _ body: (inout Row) -> Void) {
    if let index = places[id] {
      body(&rows[index])
    } else {
      var row = Row(id: id)
      body(&row)
      places[id] = rows.count
      rows.append(row)
    }
  }

  /// The state of a seeder; nil if it is unknown.
  func state(of id: SeederID) -> State? { places[id].map { rows[$0].state } }

  /// Whether a seeder is running.
  func isRunning(_ id: SeederID) -> Bool {
    if case .running = state(of: id) { true } else { false }
  }

  private mutating func setActivity(_ activity: Activity, of id: SeederID, at time: ContinuousClock.Instant) {
    change(id) { row in
      if case .running(let since, _) = row.state {
        row.state = .running(since: since, activity)
      } else {
        row.state = .running(since: time, activity)
      }
    }
  }

  /// The running seeders.
  var running: [SeederID] {
    rows.compactMap { if case .running = $0.state { $0.id } else { nil } }
  }

  /// The reports of the seeders that have ended.
  var reports: [SeederReport] {
    rows.compactMap { if case .ended(let report) = $0.state { report } else { nil } }
  }
}
