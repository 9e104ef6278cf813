import Glibc
import Synchronization

/// Turns SIGINT and SIGTERM into the cancellation of the running command.
///
/// The first signal cancels, so that open transactions are rolled back and the exit code tells; a
/// second one ends the program at once, which the server treats like a lost connection.
final class SignalWatcher: Sendable {
  private let received = Atomic<Int32>(0)

  /// The signal that came, if one did.
  var signal: Int32? {
    let value = received.load(ordering: .acquiring)
    return value == 0 ? nil : value
  }

  /// Takes the signals away from their default, for all threads that start from now on.
  init() {
    var signals = Self.watched
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    // A reader that goes away must not end a run half way; the write fails instead.
    Glibc.signal(SIGPIPE, SIG_IGN)
  }

  /// Gives the signals back, for a program that takes this one's place.
  static func restore() {
    var signals = watched
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    Glibc.signal(SIGPIPE, SIG_DFL)
  }

  /// Waits for signals on a thread of its own.
  func start(onFirst: @escaping @Sendable () -> Void) {
    let action = Unmanaged.passRetained(
      Action { [self] signal in
        if received.exchange(signal, ordering: .acquiringAndReleasing) != 0 { _exit(128 + signal) }
        onFirst()
      })
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let action = Unmanaged<Action>.fromOpaque(argument).takeRetainedValue()
        var signals = SignalWatcher.watched
        while true {
          var signal: Int32 = 0
          if sigwait(&signals, &signal) == 0 { action.run(signal) }
        }
      }, action.toOpaque())
    if status == 0 { pthread_detach(thread) } else { action.release() }
  }

  private static var watched: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    return signals
  }

  private final class Action: Sendable {
    let run: @Sendable (Int32) -> Void
    init(_ run: @escaping @Sendable (Int32) -> Void) { self.run = run }
  }
}
