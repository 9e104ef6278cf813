import Glibc
import Synchronization
import Threads

/// Notices that the process was stopped and continues: ctrl-Z, then `fg`. The shell has written to the
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

  /// Whether it continued since this was last asked.
  func hasContinued() -> Bool { Self.continued.exchange(false, ordering: .relaxed) }
}

/// Calls a function again and again from a thread of its own: the cooperative pool may be busy with the
/// very work that is shown.
final class Ticker: Sendable {
  private let isStopped = Lock(false)

  /// Starts. Without a thread for it nothing is shown, which is no reason to stop seeding.
  ///
  /// - Parameters:
  ///   - milliseconds: the pause between two calls.
  ///   - body: not called anymore once ``stop()`` has returned.
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

  /// Stops.
  func stop() { isStopped.withLock { $0 = true } }
}
