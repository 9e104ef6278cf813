import Postgres
import SeedKit
import Threads

/// Tells now and then what a run is doing, where nothing can be written over: a line for long work at its
/// beginning, every five seconds and at its end; every ten seconds a line for any other seeder.
final class ProgressLog: Sendable {
  private struct State {
    var board = RunBoard(start: .now)
    /// When each seeder was last told of.
    var told: [SeederID: ContinuousClock.Instant] = [:]
    /// Those of which a line said that they are still at work: their end is told too.
    var mentioned: Set<SeederID> = []
    /// Long work whose end was told, although its last moments may take long.
    var complete: Set<SeederID> = []
    var ticker: Ticker?
    var isOver = false
  }

  private let console: Console
  private let state = Lock(State())
  private static let progressInterval = Duration.seconds(5)
  /// Who waits no longer is not worth a line.
  private static let patience = Duration.seconds(1)
  private static let interval = Duration.seconds(10)

  init(console: Console) { self.console = console }

  /// Takes an event in.
  func apply(_ event: SeedEvent) {
    let now = ContinuousClock.now
    let lines = state.withLock { state -> [Line] in
      guard !state.isOver else { return [] }
      var isNew = false
      if case .progress(let id, _) = event { isNew = !state.board.isRunning(id) }
      state.board.apply(event, at: now)
      if state.ticker == nil {
        state.ticker = Ticker(everyMilliseconds: 500) { [weak self] in self?.look() }
      }
      switch event {
      case .started(let id): state.told[id] = now
      case .progress(let id, _): return Self.progress(of: id, in: &state, isNew: isNew, at: now)
      case .waiting(let id, let waited) where waited >= Self.patience && state.mentioned.insert(id).inserted:
        return Self.line(id, &state, at: now)
      case .finished(let report) where state.mentioned.contains(report.id): return [.ended(report)]
      default: break
      }
      return []
    }
    write(lines)
  }

  /// Stops telling.
  ///
  /// - Returns: the last state.
  @discardableResult
  func finish() -> RunBoard {
    let (ticker, board) = state.withLock { state in
      state.isOver = true
      return (state.ticker, state.board)
    }
    ticker?.stop()
    return board
  }

  private enum Line {
    case working(SeederID, SeedPhase, Duration)
    case waiting(SeederID, Duration)
    case progress(SeederID, ProgressMeter)
    case ended(SeederReport)
  }

  private func look() {
    let now = ContinuousClock.now
    let lines = state.withLock { state in
      state.board.running.flatMap { id -> [Line] in
        guard !state.isOver, let last = state.told[id], now - last >= Self.interval else { return [] }
        return Self.line(id, &state, at: now)
      }
    }
    write(lines)
  }

  private static func line(_ id: SeederID, _ state: inout State, at now: ContinuousClock.Instant) -> [Line] {
    guard case .running(let since, let activity) = state.board.state(of: id)
    else {
      return []
    }
    state.told[id] = now
    state.mentioned.insert(id)
    return switch activity {
    case .working(let phase): [.working(id, phase, now - since)]
    case .pausing: [.working(id, .pausing, now - since)]
    case .waiting: [.waiting(id, now - since)]
    case .progress(let meter): [.progress(id, meter)]
    }
  }

  private static func progress(
    of id: SeederID, in state: inout State, isNew: Bool, at now: ContinuousClock.Instant
  ) -> [Line] {
    guard case .running(_, .progress(let meter)) = state.board.state(of: id)
    else {
      return []
    }
    let isFirst = isNew || meter.start == now
    let isDone = meter.share == 1
    let isDue = state.told[id].map { now - $0 >= progressInterval } ?? true
    if isFirst { state.complete.remove(id) }
    guard isFirst || isDue || (isDone && !state.complete.contains(id)) else { return [] }
    if isDone { state.complete.insert(id) }
    state.told[id] = now
    return [.progress(id, meter)]
  }

  private func write(_ lines: [Line]) {
    let now = ContinuousClock.now
    for line in lines {
      switch line {
      case .working(let id, let phase, let duration):
        // The structured log has an event for the beginning and one for the end.
        console.tell(nil, text: "\(id): \(phase.activity), \(Text.duration(duration)) so far")
      case .waiting(let id, let duration):
        console.tell(
          LogEvent(.seederWaiting).with(.seeder, id.rawValue).with(.waitedMilliseconds, duration),
          text: "\(id): waiting for another run of this seeder, for \(Text.duration(duration)) so far")
      case .progress(let id, let meter):
        let progress = meter.progress
        console.tell(
          LogEvent(.seederProgress).with(.seeder, id.rawValue).with(.activity, progress.activity)
            .with(.completed, progress.completed).with(.total, progress.total > 0 ? progress.total : nil)
            .with(.unit, progress.unit).with(.ratePerSecond, meter.rate(at: now).map { .number($0) })
            .with(.durationMilliseconds, now - meter.start)
            .with(.leftMilliseconds, meter.left(at: now).map { .number($0.milliseconds) }),
          text: "\(id): \(meter.text(at: now))")
      case .ended(let report):
        console.tell(nil, text: "\(report.id): \(report.outcome) after \(Text.duration(report.duration))")
      }
    }
  }
}
