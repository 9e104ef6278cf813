import Glibc
import SeedKit
import Synchronization

/// Shows how far long work is: on a terminal a line that is written over, elsewhere a line now and then.
final class ProgressBar: Sendable {
  private struct State {
    var activity = ""
    var start = ContinuousClock.now
    var lastShown: ContinuousClock.Instant?
    var isLineOpen = false
    /// Whether the end was shown, which happens once although the last moments may take long.
    var isComplete = false
  }

  private let console: Console
  private let state = Mutex(State())
  private static let width = 30
  /// How often the line on a terminal is written anew, and how often a log gets a line.
  private static let terminalInterval = Duration.milliseconds(100)
  private static let logInterval = Duration.seconds(5)

  init(console: Console) { self.console = console }

  func show(_ progress: SeedProgress, of subject: String) {
    guard !console.isQuiet else { return }
    let isTerminal = isatty(STDERR_FILENO) != 0
    state.withLock { state in
      let now = ContinuousClock.now
      if state.activity != progress.activity + subject {
        state = State(activity: progress.activity + subject, start: now, isLineOpen: state.isLineOpen)
      }
      let isDone = progress.completed >= progress.total
      let interval = isTerminal ? Self.terminalInterval : Self.logInterval
      if let last = state.lastShown, now - last < interval, !isDone || state.isComplete { return }
      state.isComplete = isDone
      state.lastShown = now
      let text = Self.text(progress, of: subject, elapsed: now - state.start, hasBar: isTerminal)
      if isTerminal {
        console.overwrite(text)
        state.isLineOpen = true
      } else {
        console.progress(text)
      }
    }
  }

  /// Removes the line, so that others can be written.
  func clear() {
    state.withLock { state in
      if state.isLineOpen { console.overwrite("") }
      state.isLineOpen = false
    }
  }

  /// `capacity-traces: loading [######----] 60000 of 100000 rows, 25400 rows/s, 2 s left`
  static func text(_ progress: SeedProgress, of subject: String, elapsed: Duration, hasBar: Bool) -> String {
    var text = "\(subject): \(progress.activity) "
    guard progress.total > 0 else { return text + "(\(Text.duration(elapsed)))" }
    if hasBar {
      let filled = min(width, width * progress.completed / progress.total)
      text +=
        "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "] "
    }
    text += "\(progress.completed) of \(progress.total) \(progress.unit)"
    let seconds = elapsed / .seconds(1)
    guard progress.completed > 0, seconds > 0 else { return text }
    let rate = Double(progress.completed) / seconds
    text += ", \(Int(rate)) \(progress.unit)/s"
    let left = Double(progress.total - progress.completed) / rate
    return left > 0 ? text + ", \(Text.duration(.seconds(left))) left" : text
  }
}
