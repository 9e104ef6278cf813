import Dispatch
import Glibc
import Postgres
import Synchronization
import Threads

/// Turns SIGINT and SIGTERM into the cancellation of the running command.
///
/// The first signal cancels, so that open transactions are rolled back and the exit code tells. A
/// second one ends the program at once, which the server treats like a lost connection. So does a grace
/// period, for a program that waits for what nobody can cancel, such as a name server that does not answer.
///
/// The signals are caught, not blocked and waited for: an asynchronous `main` parks the main thread in
/// libdispatch's `sigsuspend`, which lets every signal through, and the default of these two would end the
/// program before anybody who waits heard of them.
final class SignalWatcher: Sendable {
  private static let watched = [SIGINT, SIGTERM]
  /// Signals within this time are one: `timeout` of the coreutils, for one, signals the program and then its group.
  private static let echo = Duration.milliseconds(500)
  /// Where the handler writes to; it may use nothing that is not safe in the midst of anything.
  private static let writeEnd = Atomic<Int32>(-1)

  private static let received = Atomic<Int32>(0)
  private let readEnd: Int32

  /// The signal that came, if one did.
  static var latest: Int32? {
    let value = received.load(ordering: .acquiring)
    return value == 0 ? nil : value
  }

  /// Takes the signals away from their default.
  init() {
    var ends: [Int32] = [-1, -1]
    _ = Glibc.pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    readEnd = ends[0]
    Self.writeEnd.store(ends[1], ordering: .releasing)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { signal in
      let before = errno
      var byte = UInt8(truncatingIfNeeded: signal)
      _ = write(SignalWatcher.writeEnd.load(ordering: .acquiring), &byte, 1)
      errno = before
    }
    action.sa_flags = SA_RESTART
    for signal in Self.watched { sigaction(signal, &action, nil) }
    // A reader that goes away must not end a run half way; the write fails instead.
    Glibc.signal(SIGPIPE, SIG_IGN)
  }

  /// Gives the signals back, for a program that takes this one's place.
  static func restore() {
    for signal in watched + [SIGPIPE] { Glibc.signal(signal, SIG_DFL) }
  }

  /// Runs a program, cancels it at the first signal, and ends the process with its exit code or the signal's.
  ///
  /// For the main thread before anything else has run: the concurrency runtime opens files of its own, which
  /// must not take the place of the standard ones.
  ///
  /// - Parameters:
  ///   - grace: how long the program may go on after the first signal; as long as it likes if nil.
  ///   - run: the program.
  static func endProcess(
    grace: Duration? = nil, after run: @escaping @Sendable () async -> ExitCode
  ) -> Never {
    let signals = SignalWatcher()
    let task = Task.detached { await run() }
    signals.start(grace: grace) { task.cancel() }
    Task.detached {
      let code = await task.value
      exit(latest.map { 128 + $0 } ?? code.rawValue)
    }
    dispatchMain()
  }

  /// Waits for signals on a thread of its own.
  func start(grace: Duration?, onFirst: @escaping @Sendable () -> Void) {
    do {
      try DetachedThread.start { [self] in
        guard let first = next(before: nil) else { return }
        let start = ContinuousClock.now
        Self.received.store(first, ordering: .releasing)
        onFirst()
        while let second = next(before: grace.map { start + $0 }) {
          if start + Self.echo < .now { _exit(128 + second) }
        }
        say("ended before cleanup was complete; the server rolls back open transactions")
        _exit(128 + first)
      }
    } catch {
      // Without a thread nobody can roll back in time; the signals do what they do to any program.
      Self.restore()
    }
  }

  /// The next signal; nil if none comes before the deadline.
  private func next(before deadline: ContinuousClock.Instant?) -> Int32? {
    while true {
      var end = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
      let left = deadline.map { max($0 - .now, .zero) }
      let ready = poll(&end, 1, left.map { Int32($0.milliseconds) } ?? -1)
      if ready == 0 { return nil }
      var byte: UInt8 = 0
      if ready > 0, read(readEnd, &byte, 1) == 1 { return Int32(byte) }
      guard errno == EINTR else { return nil }
    }
  }

  private func say(_ text: String) {
    let line = Array("error: \(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}
