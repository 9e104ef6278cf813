import Glibc
import Synchronization

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
