import CLinux
import Glibc
import Synchronization
import Threads

/// A program that a test starts: never through a shell, ended by its own id only.
public final class ChildProcess: Sendable {
  /// How a program ended and what it said.
  public struct End: Sendable {
    /// The exit code; 128 plus the signal's number if a signal ended it.
    public let exitCode: Int32
    /// Standard output.
    public let output: String
    /// Standard error.
    public let errors: String
  }

  /// The program did not end in time. It was killed.
  public struct TimedOut: Error, Sendable, CustomStringConvertible {
    /// What it was and how long it ran.
    public let description: String
  }

  /// The process.
  public let id: Int32
  private let command: String
  private let ending: Task<End, Never>

  private init(id: Int32, command: String, output: Int32, errors: Int32) {
    self.id = id
    self.command = command
    ending = Task {
      async let outputText = Self.blocking { Self.readAll(output) }
      async let errorText = Self.blocking { Self.readAll(errors) }
      let status = await Self.blocking {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return status
      }
      let signal = status & 0x7F
      return End(
        exitCode: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: await outputText,
        errors: await errorText)
    }
  }

  /// Starts a program whose output goes to a terminal; ``End`` has none of it.
  ///
  /// - Throws: ``StartFailure``.
  package static func start(
    _ path: String, _ arguments: [String], environment: [String: String], on terminal: PseudoTerminal
  ) throws -> ChildProcess {
    defer { terminal.hangUp() }
    return try start(path, arguments, environment: environment, directory: "/", terminal: terminal.path)
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - path: the program.
  ///   - arguments: without the program's name.
  ///   - environment: all its variables; nothing is inherited.
  ///   - directory: where it starts.
  /// - Throws: ``StartFailure``.
  public static func start(
    _ path: String, _ arguments: [String], environment: [String: String], directory: String = "/"
  ) throws -> ChildProcess {
    try start(path, arguments, environment: environment, directory: directory, terminal: nil)
  }

  private static func start(
    _ path: String, _ arguments: [String], environment: [String: String], directory: String,
    terminal: String?
  ) throws -> ChildProcess {
    let output = try Pipe()
    let errors = try Pipe()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let terminal {
      posix_spawn_file_actions_addopen(&actions, 1, terminal, O_RDWR | O_NOCTTY, 0)
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    } else {
      posix_spawn_file_actions_adddup2(&actions, output.write, 1)
      posix_spawn_file_actions_adddup2(&actions, errors.write, 2)
    }
    // A child that held another's pipe open would keep us reading for ever.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    posix_spawn_file_actions_addchdir_np(&actions, directory)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv = ([path] + arguments).map { strdup($0) } + [nil]
    var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var id = pid_t()
    let status = posix_spawn(&id, path, &actions, &attributes, &argv, &envp)
    close(output.write)
    close(errors.write)
    guard status == 0 else {
      close(output.read)
      close(errors.read)
      throw StartFailure(description: "cannot start \(path): \(String(cString: strerror(status)))")
    }
    return ChildProcess(id: id, command: path, output: output.read, errors: errors.read)
  }

  /// A program could not be started.
  public struct StartFailure: Error, Sendable, CustomStringConvertible {
    /// Describes a failure.
    package init(description: String) { self.description = description }

    /// Which, and why.
    public let description: String
  }

  /// Sends a signal.
  public func signal(_ number: Int32) { Glibc.kill(id, number) }

  /// Ends it at once, as a power failure would.
  public func kill() { signal(SIGKILL) }

  /// Waits for its end.
  ///
  /// - Parameter timeout: by default ten minutes, which only a program that hangs needs, however busy the machine is.
  /// - Throws: ``TimedOut`` after `timeout`; the program is killed then.
  public func wait(timeout: Duration = .seconds(600)) async throws -> End {
    let limit = Task {
      try await Task.sleep(for: timeout)
      kill()
    }
    let end = await ending.value
    limit.cancel()
    if case .success = await limit.result {
      throw TimedOut(description: "\(command) ran longer than \(timeout)\n\(end.output)\n\(end.errors)")
    }
    return end
  }

  private struct Pipe {
    let read: Int32
    let write: Int32

    init() throws {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw StartFailure(description: "no pipe") }
      (read, write) = (ends[0], ends[1])
    }
  }

  private static func readAll(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    close(descriptor)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Runs what blocks on a thread of its own, not on the pool that the tests run on.
  private static func blocking<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      do {
        try DetachedThread.start { continuation.resume(returning: body()) }
      } catch {
        // No thread to be had: better late than never.
        continuation.resume(returning: body())
      }
    }
  }
}
