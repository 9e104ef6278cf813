import SeedKit
import Threads

/// The live lines of a run, on a terminal.
final class LiveDisplay: Sendable {
  private let screen: Screen
  private let terminal: Terminal
  private let board: Lock<RunBoard>
  private let drawing = Lock(Drawing.due)

  private enum Drawing {
    case due
    case under(Ticker)
    case over
  }

  /// What is over sooner shows no live lines at all, which would only flicker.
  private static let patience = Duration.milliseconds(200)
  private static let interval: Int32 = 100

  init(screen: Screen, terminal: Terminal) {
    self.screen = screen
    self.terminal = terminal
    board = Lock(RunBoard(start: .now))
  }

  /// Takes an event in. The lines follow within a tenth of a second.
  func apply(_ event: SeedEvent) {
    board.withLock { $0.apply(event, at: .now) }
    drawing.withLock { drawing in
      guard case .due = drawing else { return }
      drawing = .under(Ticker(everyMilliseconds: Self.interval) { [weak self] in self?.draw() })
    }
  }

  /// Says that the run is being stopped.
  func stopping() { board.withLock { $0.isStopping = true } }

  private func draw() {
    let now = ContinuousClock.now
    let board = board.withLock { $0 }
    guard now - board.start >= Self.patience else { return }
    if StopWatch.shared.hasContinued() { screen.forget() }
    let size = screen.size
    screen.draw(
      board.lines(columns: size.columns, rows: size.rows, on: terminal, at: now), on: terminal)
  }

  /// Takes the lines away for good.
  ///
  /// - Returns: the last state.
  @discardableResult
  func finish() -> RunBoard {
    drawing.withLock { drawing in
      if case .under(let ticker) = drawing { ticker.stop() }
      drawing = .over
    }
    screen.erase()
    return board.withLock { $0 }
  }
}
