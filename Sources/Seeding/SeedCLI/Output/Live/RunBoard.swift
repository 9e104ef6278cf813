import Migrations
import SeedKit

/// What is known of a run while it goes on: every seeder with its state.
struct RunBoard: Sendable {
  /// What a seeder does.
  enum Activity: Sendable {
    /// Its own work, or what comes before and after it.
    case working(SeedPhase)
    /// Another run has the same seeder.
    case waiting
    /// A pause after a fault that can pass.
    case pausing(cause: String, until: ContinuousClock.Instant)
    /// Long work.
    case progress(ProgressMeter)
  }

  /// Where a seeder is.
  enum State: Sendable {
    case pending
    case running(since: ContinuousClock.Instant, Activity)
    case ended(SeederReport)
  }

  struct Row: Sendable {
    let id: SeederID
    var state = State.pending
    /// When it ended, counted: the later ones are the more interesting.
    var order = 0
  }

  /// The seeders, in the order of the plan.
  private(set) var rows: [Row] = []
  private var places: [SeederID: Int] = [:]
  /// When the run began.
  let start: ContinuousClock.Instant
  /// Whether somebody asked it to stop.
  var isStopping = false
  private var endedCount = 0

  init(start: ContinuousClock.Instant) { self.start = start }

  /// Takes an event in.
  mutating func apply(_ event: SeedEvent, at time: ContinuousClock.Instant) {
    switch event {
    case .loaded(let id, _): change(id) { _ in }
    case .started(let id): change(id) { $0.state = .running(since: time, .working(.locking)) }
    case .phase(let id, let phase):
      // Before it is taken up it is nobody's work.
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

  /// Where a seeder is; nil for one that nothing is known of.
  func state(of id: SeederID) -> State? { places[id].map { rows[$0].state } }

  /// Whether a seeder is at work.
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

  /// The seeders that are at work.
  var running: [SeederID] {
    rows.compactMap { if case .running = $0.state { $0.id } else { nil } }
  }

  /// What became of those that have ended.
  var reports: [SeederReport] {
    rows.compactMap { if case .ended(let report) = $0.state { report } else { nil } }
  }
}
