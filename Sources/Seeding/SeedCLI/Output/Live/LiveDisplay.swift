import SeedKit
import Threads

/// Draws the live lines of a run on a terminal.
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

  /// A shorter run shows no live lines, which would only flicker.
  private static let patience = Duration.milliseconds(200)
  private static let interval: Int32 = 100

  init(screen: Screen, terminal: Terminal) {
    self.screen = screen
    self.terminal = terminal
    board = Lock(RunBoard(start: .now))
  }

  /// Records an event. The lines are redrawn within 100 ms.
  func apply(_ event: SeedEvent) {
    board.withLock { $0.apply(event, at: .now) }
    drawing.withLock { drawing in
      guard case .due = drawing else { return }
      drawing = .under(Ticker(everyMilliseconds: Self.interval) { [weak self] in self?.draw() })
    }
  }

  /// Shows that the run is being stopped.
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

  /// Removes the live lines and stops drawing.
  ///
  /// - Returns: the final state of the seeders.
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
