import Glibc
import Synchronization
import Threads

/// Runs other programs to their end.
package enum ProgramRun {
  /// How a program ended.
  package enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
    /// It exited with this status.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32)
    /// It reached the time limit and was ended.
    case timedOut

    /// Decodes a status of `waitpid`.
    package init(waitStatus: Int32) {
      let signal = waitStatus & 0x7f
      self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signalled(signal)
    }

    /// `exit status 1`, `terminated by signal 9`
    package var description: String {
      switch self {
      case .exited(let code): "exit status \(code)"
      case .signalled(let signal): "terminated by signal \(signal)"
      case .timedOut: "terminated after a timeout"
      }
    }
  }

  private final class Cancellation: Sendable {
    let isRequested = Atomic(false)
  }

  /// Runs a program.
  ///
  /// After the time limit or a cancellation, the program gets SIGTERM, and SIGKILL two seconds later.
  ///
  /// - Parameters:
  ///   - command: the path of the program, or its name in `PATH`, and its arguments.
  ///   - environment: all its variables, as `NAME=value`.
  ///   - directory: its working directory.
  ///   - errors: its standard error; nil for the same as its standard output.
  ///   - endsChildren: whether programs that it started end with it. It then has its own session, so Ctrl-C in the
  ///     terminal does not reach it.
  ///   - timeLimit: when it is ended.
  ///   - output: receives its standard output in parts, on another thread. If it throws, the program is ended.
  /// - Throws: ``Spawn/Failure``; ``ThreadError``; the error of `output`; `CancellationError`.
  package static func run(
    _ command: [String], environment: [String], directory: String = "/", errors: Int32? = nil,
    endsChildren: Bool = false, timeLimit: Duration,
    output: @escaping @Sendable (ArraySlice<UInt8>) throws -> Void
  ) async throws -> ExitStatus {
    let cancellation = Cancellation()
    let status = try await withTaskCancellationHandler {
      try await DetachedThread.run {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Spawn.Failure(number: errno) }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        let process: pid_t
        do {
          defer { close(writing) }
          process = try Spawn.start(
            command, environment: environment, directory: directory, output: writing,
            errors: errors ?? writing,
            newSession: endsChildren)
        }
        return try wait(
          for: process, signaling: endsChildren ? -process : process, reading: reading,
          until: .now + timeLimit, cancellation, output)
      }
    } onCancel: {
      cancellation.isRequested.store(true, ordering: .relaxed)
    }
    try Task.checkCancellation()
    return status
  }

  private static func wait(
    for process: pid_t, signaling group: pid_t, reading: Int32, until deadline: ContinuousClock.Instant,
    _ cancellation: Cancellation, _ output: (ArraySlice<UInt8>) throws -> Void
  ) throws -> ExitStatus {
    var waitStatus: Int32 = 0
    var stopAt: ContinuousClock.Instant?
    var failure: (any Error)?
    func drain() {
      do {
        if failure == nil { try read(reading, output) }
      } catch {
        failure = error
      }
    }
    while true {
      drain()
      let ended = waitpid(process, &waitStatus, WNOHANG)
      if ended == process || (ended < 0 && errno != EINTR) { break }
      let isDue =
        failure != nil || ContinuousClock.now > deadline || cancellation.isRequested.load(ordering: .relaxed)
      if isDue, stopAt == nil {
        stopAt = .now + .seconds(2)
        kill(group, SIGTERM)
      } else if let limit = stopAt, ContinuousClock.now > limit {
        kill(group, SIGKILL)
      }
      // Also the pause of this loop, because the end of the program may not show on the pipe.
      var descriptor = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
      if poll(&descriptor, 1, 5) > 0, descriptor.revents & Int16(POLLIN) == 0 { usleep(1000) }
    }
    if stopAt == nil { drain() }
    // Ends what the program left running.
    if group < 0 { kill(group, SIGKILL) }
    if let failure { throw failure }
    return stopAt == nil ? ExitStatus(waitStatus: waitStatus) : .timedOut
  }

  private static func read(_ descriptor: Int32, _ output: (ArraySlice<UInt8>) throws -> Void) throws {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      try output(buffer[..<count])
    }
  }
}
