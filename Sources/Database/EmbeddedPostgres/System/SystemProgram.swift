import Basics
import Glibc
import Threads

/// Runs programs of PostgreSQL and of the system, with `/` as working directory.
enum SystemProgram {
  typealias ExitStatus = ProgramRun.ExitStatus

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
    let collected = Lock<[UInt8]>([])
    do {
      let status = try await ProgramRun.run(command, environment: environment, timeLimit: timeLimit) { part in
        collected.withLock { output in
          output += part
          if output.count > outputLimit { output.removeFirst(output.count - outputLimit) }
        }
      }
      return Result(status: status, output: String(decoding: collected.withLock { $0 }, as: UTF8.self))
    } catch let error as ThreadError {
      throw failure(command, error.number)
    } catch let error as Spawn.Failure {
      throw failure(command, error.number)
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
