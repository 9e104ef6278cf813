import Basics
import Glibc
import Threads

/// A program that a test starts, without a shell. Only its own process id is signaled.
public final class ChildProcess: Sendable {
  /// The exit code and output of a program.
  public struct End: Sendable {
    /// The exit code; 128 plus the signal number if a signal ended it.
    public let exitCode: Int32
    /// Standard output.
    public let output: String
    /// Standard error.
    public let errors: String
  }

  /// The program did not end in time and was killed.
  public struct TimedOut: Error, Sendable, CustomStringConvertible {
    /// The program and its running time.
    public let description: String
  }

  /// The process id.
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

  /// Starts a program in a terminal. ``End`` does not contain its output.
  ///
  /// - Throws: ``StartFailure``.
  package static func start(
    _ path: String, _ arguments: [String], environment: [String: String], on terminal: PseudoTerminal
  ) throws -> ChildProcess {
    defer { terminal.hangUp() }
    return try start(path, arguments, environment: environment, directory: "/", terminal: terminal.descriptor)
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - path: the program.
  ///   - arguments: the arguments, without the program's name.
  ///   - environment: all its variables. Nothing is inherited.
  ///   - directory: its working directory.
  /// - Throws: ``StartFailure``.
  public static func start(
    _ path: String, _ arguments: [String], environment: [String: String], directory: String = "/"
  ) throws -> ChildProcess {
    try start(path, arguments, environment: environment, directory: directory, terminal: nil)
  }

  private static func start(
    _ path: String, _ arguments: [String], environment: [String: String], directory: String,
    terminal: Int32?
  ) throws -> ChildProcess {
    let output = try Pipe()
    let errors = try Pipe()
    defer {
      close(output.write)
      close(errors.write)
    }
    do {
      let id = try Spawn.start(
        [path] + arguments, environment: environment.map { "\($0.key)=\($0.value)" }, directory: directory,
        output: terminal ?? output.write, errors: terminal ?? errors.write)
      return ChildProcess(id: id, command: path, output: output.read, errors: errors.read)
    } catch {
      close(output.read)
      close(errors.read)
      throw StartFailure(description: "cannot start \(path): \(String(cString: strerror(error.number)))")
    }
  }

  /// A program could not be started.
  public struct StartFailure: Error, Sendable, CustomStringConvertible {
    /// Describes a failure.
    package init(description: String) { self.description = description }

    /// The program and the reason.
    public let description: String
  }

  /// Sends a signal.
  public func signal(_ number: Int32) { Glibc.kill(id, number) }

  /// Kills it with SIGKILL, like a power failure.
  public func kill() { signal(SIGKILL) }

  /// Waits until it ends.
  ///
  /// - Parameter timeout: ten minutes by default, which even on a busy machine only a hanging program reaches.
  /// - Throws: ``TimedOut`` after `timeout`, after killing the program.
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
      guard pipe(&ends) == 0 else { throw StartFailure(description: "cannot create a pipe") }
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

  /// Runs blocking work on a separate thread instead of the pool that runs the tests.
  private static func blocking<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      do {
        try DetachedThread.start { continuation.resume(returning: body()) }
      } catch {
        // No thread can be created, so it runs here.
        continuation.resume(returning: body())
      }
    }
  }
}
