import CLinux
import Glibc
import Synchronization
import Threads

/// A program started with an argument array, never through a shell.
///
/// Every child starts in `/`, with no signal blocked or ignored, with standard input from
/// `/dev/null`, and with none of our other descriptors: a pipe that it held on to would make the
/// caller's `seed-runner | cat` wait for the server's end.
enum ChildProcess {
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
      case .signalled(let signal): "ended by signal \(signal)"
      case .timedOut: "ended because it took too long"
      }
    }
  }

  struct Result: Sendable {
    let status: ExitStatus
    /// Standard output and standard error together, at most `outputLimit` bytes from the end.
    let output: String
  }

  /// Runs a program to its end and captures what it prints.
  ///
  /// When the time is up or the task is cancelled the program gets SIGTERM, two seconds later SIGKILL.
  ///
  /// - Throws: ``EmbeddedPostgresError`` with code `systemFailure` if it cannot be started,
  ///   `CancellationError`.
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
      // Also the clock of this loop: the end of the program need not show on the pipe.
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

  /// Starts a program that is to outlive us: in a session of its own, so that Ctrl-C at our
  /// terminal does not reach it, printing to `output`.
  static func launch(_ command: [String], output: Int32) throws -> LaunchedProcess {
    try LaunchedProcess(id: spawn(command, output: output, newSession: true))
  }

  private static func spawn(_ command: [String], output: Int32, newSession: Bool) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    posix_spawn_file_actions_addchdir_np(&actions, "/")

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let session = newSession ? Int32(clinux_posix_spawn_setsid) : 0
    posix_spawnattr_setflags(
      &attributes, Int16(Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | session))

    var arguments = command.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var process = pid_t()
    let status = posix_spawn(
      &process, command.first ?? "", &actions, &attributes, &arguments, &variables)
    guard status == 0 else { throw failure(command, status) }
    return process
  }

  /// Nothing of the caller's: `PG*` variables would change what PostgreSQL's programs do, and
  /// secrets have no place in a server that outlives us.
  private static let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "HOME=/"]

  private static func failure(_ command: [String], _ number: Int32) -> EmbeddedPostgresError {
    EmbeddedPostgresError(
      .systemFailure, "cannot start a program: \(SystemError.text(number))", command: command,
      remedy: "check that the program exists, can be run, and that the system has processes left")
  }
}

/// A child that is expected to outlive this process.
final class LaunchedProcess: Sendable {
  let id: pid_t
  private let ending = Lock<ChildProcess.ExitStatus?>(nil)

  /// How it ended; nil while it runs.
  var exitStatus: ChildProcess.ExitStatus? { ending.withLock { $0 } }

  fileprivate init(id: pid_t) throws {
    self.id = id
    // Unless someone waits for it, an ended child stays in the process table and looks alive.
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
        .systemFailure, "no thread to watch a program: \(error)", remedy: ThreadError.remedy)
    }
  }
}
