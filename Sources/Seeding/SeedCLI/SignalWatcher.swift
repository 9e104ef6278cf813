import Dispatch
import Glibc
import Postgres
import Synchronization
import Threads

/// Turns SIGINT and SIGTERM into the cancellation of the running command.
///
/// The first signal cancels the command, which rolls back open transactions. A second signal ends the program at once,
/// which the server treats like a lost connection. The end of the grace period does the same, because some waits cannot
/// be cancelled, such as name resolution.
///
/// The signals are handled instead of blocked and awaited. An asynchronous `main` parks the main thread in
/// libdispatch's `sigsuspend`, which unblocks all signals, so the default action would end the program.
final class SignalWatcher: Sendable {
  private static let watched = [SIGINT, SIGTERM]
  /// Signals within this time count as one: `timeout` of coreutils signals the process and then its group.
  private static let echo = Duration.milliseconds(500)
  /// The pipe to which the handler writes. A handler may only use async-signal-safe functions.
  private static let writeEnd = Atomic<Int32>(-1)

  private static let received = Atomic<Int32>(0)
  private let readEnd: Int32

  /// The first signal that was received; nil if there was none.
  static var latest: Int32? {
    let value = received.load(ordering: .acquiring)
    return value == 0 ? nil : value
  }

  /// Installs the handlers.
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
    // A closed pipe must not kill the program in the middle of a run. The write fails instead.
    Glibc.signal(SIGPIPE, SIG_IGN)
  }

  /// Restores the default actions, for a program that replaces this one.
  static func restore() {
    for signal in watched + [SIGPIPE] { Glibc.signal(signal, SIG_DFL) }
  }

  /// Runs a program and cancels it at the first signal. Ends the process with the exit code, or 128 plus the signal's
  /// number.
  ///
  /// Call it on the main thread before anything else, because the concurrency runtime opens file descriptors, which
  /// must not take the numbers of the standard ones.
  ///
  /// - Parameters:
  ///   - grace: the time limit after the first signal; nil for no limit.
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

  /// Waits for signals on a separate thread.
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
      // Without the thread, signals cannot be handled, so restore their default actions.
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
