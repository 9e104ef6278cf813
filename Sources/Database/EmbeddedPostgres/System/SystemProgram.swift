import Glibc
import Synchronization
import Threads

/// Runs programs of PostgreSQL and of the system, with `/` as working directory.
enum SystemProgram {
  /// How a program ended.
  enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)
    case timedOut

    init(waitStatus: Int32) {
      let signal = waitStatus & 0x7f
      self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signalled(signal)
    }

    var description: String {
      switch self {
      case .exited(let code): "exit status \(code)"
      case .signalled(let signal): "terminated by signal \(signal)"
      case .timedOut: "terminated after a timeout"
      }
    }
  }

  struct Result: Sendable {
    let status: ExitStatus
    /// Standard output and standard error combined, at most the last `outputLimit` bytes.
    let output: String
  }

  /// Runs a program to its end and captures its output.
  ///
  /// After the time limit or a cancellation, the program gets SIGTERM, and SIGKILL two seconds later.
  ///
  /// - Throws: ``EmbeddedPostgresError`` with code `systemFailure` if it cannot be started; `CancellationError`.
  static func run(
    _ command: [String], timeLimit: Duration = .seconds(60), outputLimit: Int = 65536
  ) async throws -> Result {
    let cancellation = Cancellation()
    let result = try await withTaskCancellationHandler {
      do {
        return try await DetachedThread.run {
          try runBlocking(
            command, until: .now + timeLimit, outputLimit: outputLimit, cancellation: cancellation)
        }
      } catch let error as ThreadError {
        throw failure(command, error.number)
      }
    } onCancel: {
      cancellation.isRequested.store(true, ordering: .relaxed)
    }
    try Task.checkCancellation()
    return result
  }

  private final class Cancellation: Sendable {
    let isRequested = Atomic(false)
  }

  private static func runBlocking(
    _ command: [String], until deadline: ContinuousClock.Instant, outputLimit: Int,
    cancellation: Cancellation
  ) throws -> Result {
    var pipeEnds: [Int32] = [-1, -1]
    guard pipe(&pipeEnds) == 0 else { throw failure(command, errno) }
    defer { close(pipeEnds[0]) }
    for end in pipeEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(pipeEnds[0], F_SETFL, O_NONBLOCK)
    let process: pid_t
    do {
      defer { close(pipeEnds[1]) }
      process = try spawn(command, output: pipeEnds[1], newSession: false)
    }
    var output: [UInt8] = []
    var waitStatus: Int32 = 0
    var stopAt: ContinuousClock.Instant?
    while true {
      drain(pipeEnds[0], into: &output, limit: outputLimit)
      let ended = waitpid(process, &waitStatus, WNOHANG)
      if ended == process || (ended < 0 && errno != EINTR) { break }
      let isDue = ContinuousClock.now > deadline || cancellation.isRequested.load(ordering: .relaxed)
      if isDue, stopAt == nil {
        stopAt = .now + .seconds(2)
        kill(process, SIGTERM)
      } else if let limit = stopAt, ContinuousClock.now > limit {
        kill(process, SIGKILL)
      }
      // Also the pause of this loop, because the end of the program may not show on the pipe.
      var descriptor = pollfd(fd: pipeEnds[0], events: Int16(POLLIN), revents: 0)
      if poll(&descriptor, 1, 5) > 0, descriptor.revents & Int16(POLLIN) == 0 { usleep(1000) }
    }
    drain(pipeEnds[0], into: &output, limit: outputLimit)
    return Result(
      status: stopAt == nil ? ExitStatus(waitStatus: waitStatus) : .timedOut,
      output: String(decoding: output, as: UTF8.self))
  }

  private static func drain(_ descriptor: Int32, into output: inout [UInt8], limit: Int) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      output += buffer[..<count]
      if output.count > limit { output.removeFirst(output.count - limit) }
    }
  }

  /// Starts a program that outlives this process: in its own session, so that Ctrl-C in the terminal does not reach
  /// it, with output to `output`.
  static func launch(_ command: [String], output: Int32) throws -> LaunchedProcess {
    try LaunchedProcess(id: spawn(command, output: output, newSession: true))
  }

  private static func spawn(_ command: [String], output: Int32, newSession: Bool) throws -> pid_t {
    do {
      return try Spawn.start(
        command, environment: environment, output: output, errors: output, newSession: newSession)
    } catch {
      throw failure(command, error.number)
    }
  }

  /// Nothing is inherited: `PG*` variables would change the behavior of PostgreSQL's programs, and secrets must not
  /// get into a server that outlives this process.
  private static let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "HOME=/"]

  private static func failure(_ command: [String], _ number: Int32) -> EmbeddedPostgresError {
    EmbeddedPostgresError(
      .systemFailure, "cannot start a program: \(String(cString: strerror(number)))", command: command,
      fix:
        "check that the program exists and is executable, and that the process limit (ulimit -u) is not exhausted"
    )
  }
}

/// A child process that is expected to outlive this process.
final class LaunchedProcess: Sendable {
  let id: pid_t
  private let ending = Lock<SystemProgram.ExitStatus?>(nil)

  /// How it ended; nil while it is running.
  var exitStatus: SystemProgram.ExitStatus? { ending.withLock { $0 } }

  fileprivate init(id: pid_t) throws {
    self.id = id
    // An ended child that is not reaped stays in the process table and looks alive.
    do {
      try DetachedThread.start { [self] in
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 {
          guard errno == EINTR else { break }
        }
        ending.withLock { [status] in $0 = .init(waitStatus: status) }
      }
    } catch {
      throw EmbeddedPostgresError(
        .systemFailure, "cannot create a thread to monitor a program: \(error)", fix: ThreadError.fix)
    }
  }
}
