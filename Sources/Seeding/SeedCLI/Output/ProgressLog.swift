import Postgres
import SeedKit
import Threads

/// Prints the progress of a run where lines cannot be updated in place, such as a file or a CI log.
///
/// Long operations get a line at the start, every 5 seconds and at the end. Other seeders get a line every 10 seconds.
final class ProgressLog: Sendable {
  private struct State {
    var board = RunBoard(start: .now)
    /// When the last line about each seeder was printed.
    var printed: [SeederID: ContinuousClock.Instant] = [:]
    /// The seeders that a line described as running. Their end is printed as well.
    var mentioned: Set<SeederID> = []
    /// The seeders whose long operation reached 100 percent, which is printed only once.
    var complete: Set<SeederID> = []
    var ticker: Ticker?
    var isOver = false
  }

  private let console: Console
  private let state = Lock(State())
  private static let progressInterval = Duration.seconds(5)
  /// A shorter wait for another run is not printed.
  private static let patience = Duration.seconds(1)
  private static let interval = Duration.seconds(10)

  init(console: Console) { self.console = console }

  /// Records an event and prints the lines that are due.
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
      case .started(let id): state.printed[id] = now
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

  /// Stops printing.
  ///
  /// - Returns: the final state of the seeders.
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
        guard !state.isOver, let last = state.printed[id], now - last >= Self.interval else { return [] }
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
    state.printed[id] = now
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
    let isDue = state.printed[id].map { now - $0 >= progressInterval } ?? true
    if isFirst { state.complete.remove(id) }
    guard isFirst || isDue || (isDone && !state.complete.contains(id)) else { return [] }
    if isDone { state.complete.insert(id) }
    state.printed[id] = now
    return [.progress(id, meter)]
  }

  private func write(_ lines: [Line]) {
    let now = ContinuousClock.now
    for line in lines {
      switch line {
      case .working(let id, let phase, let duration):
        // The structured log already has events for the start and the end of each phase.
        console.tell(nil, text: "\(id): \(phase.activity), \(Text.duration(duration)) so far")
      case .waiting(let id, let duration):
        console.tell(
          LogEvent(.seederWaiting).with(.seeder, id.rawValue).with(.waitedMilliseconds, duration),
          text: "\(id): waiting for another run of this seeder, \(Text.duration(duration)) so far")
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
