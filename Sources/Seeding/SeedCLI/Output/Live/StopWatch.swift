import Glibc
import Synchronization
import Threads

/// Detects that the process was stopped and continued (ctrl-Z, then `fg`), because the shell has written to the
/// terminal meanwhile.
final class StopWatch: Sendable {
  static let shared = StopWatch()

  private static let continued = Atomic<Bool>(false)

  private init() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in StopWatch.continued.store(true, ordering: .relaxed) }
    action.sa_flags = SA_RESTART
    sigaction(SIGCONT, &action, nil)
  }

  /// Whether the process was continued since the last call.
  func hasContinued() -> Bool { Self.continued.exchange(false, ordering: .relaxed) }
}

/// Calls a function periodically from a separate thread, because the cooperative thread pool may be busy with the work
/// whose progress is shown.
final class Ticker: Sendable {
  private let isStopped = Lock(false)

  /// Starts the thread. If that fails, no progress is shown, but seeding continues.
  ///
  /// - Parameters:
  ///   - milliseconds: the pause between two calls.
  ///   - body: the function. It is not called after ``stop()`` has returned.
  init(everyMilliseconds milliseconds: Int32, _ body: @escaping @Sendable () -> Void) {
    try? DetachedThread.start { [isStopped] in
      while true {
        _ = poll(nil, 0, milliseconds)
        let isDone = isStopped.withLock { isStopped in
          if !isStopped { body() }
          return isStopped
        }
        if isDone { return }
      }
    }
  }

  /// Stops the calls.
  func stop() { isStopped.withLock { $0 = true } }
}
