import Glibc
import SeedTesting
import Threads

/// A private Redis server for a test, without persistence. Uses Debian's package.
public final class RedisServer: Sendable {
  /// The URL over its Unix socket, including the password.
  public let url: String
  /// The URL over TCP, including the password.
  public let tcpURL: String

  private let folder: String
  private let password: String?
  private let process = Lock<ChildProcess?>(nil)

  /// Starts a server, passes it to `body`, and stops it.
  ///
  /// - Parameters:
  ///   - password: the required password; none by default.
  ///   - settings: additional lines of the configuration file.
  ///   - body: receives the server.
  /// - Throws: what `body` throws; ``ChildProcess/StartFailure``.
  public static func with<Result>(
    password: String? = nil, settings: [String] = [], _ body: (RedisServer) async throws -> Result
  ) async throws -> Result {
    try await TemporaryFolder.with { folder in
      let server = try RedisServer(folder: folder, password: password, settings: settings)
      do {
        try await server.start()
        let result = try await body(server)
        try await server.kill()
        return result
      } catch {
        try? await server.kill()
        throw error
      }
    }
  }

  private init(folder: TemporaryFolder, password: String?, settings: [String]) throws {
    let port = try FreePort.find()
    self.folder = folder.path
    self.password = password
    let login = password.map { ":\($0)@" } ?? ""
    url = "unix://\(login)\(folder.path)/redis.sock"
    tcpURL = "redis://\(login)127.0.0.1:\(port)"
    try folder.write(
      """
      bind 127.0.0.1
      port \(port)
      unixsocket \(folder.path)/redis.sock
      dir \(folder.path)
      save ""
      \(password.map { "requirepass \($0)" } ?? "")
      \(settings.joined(separator: "\n"))
      """, to: "redis.conf")
  }

  /// Restarts the server after ``kill()``. Its data is lost.
  ///
  /// - Throws: ``ChildProcess/StartFailure`` if it does not respond within 30 seconds.
  public func start() async throws {
    let process = try ChildProcess.start(
      "/usr/bin/redis-server", ["\(folder)/redis.conf"], environment: ["PATH": "/usr/bin:/bin"])
    self.process.withLock { $0 = process }
    let deadline = ContinuousClock.now + .seconds(30)
    while try await ask("PING") != "PONG" {
      guard ContinuousClock.now < deadline else {
        process.kill()
        let end = try await process.wait(timeout: .seconds(10))
        throw ChildProcess.StartFailure(description: "redis-server: \(end.output)\n\(end.errors)")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Kills the server, as a power failure would.
  ///
  /// - Throws: ``ChildProcess/TimedOut``.
  public func kill() async throws {
    let process = process.withLock { process in
      defer { process = nil }
      return process
    }
    process?.kill()
    _ = try await process?.wait(timeout: .seconds(20))
  }

  /// Sends a signal to the process. SIGSTOP makes it hang, SIGCONT lets it continue.
  public func signal(_ number: Int32) {
    process.withLock { $0?.signal(number) }
  }

  /// Returns the output of redis-cli for a command, without the final line break.
  ///
  /// - Throws: ``ChildProcess/StartFailure``; ``ChildProcess/TimedOut``.
  @discardableResult
  public func ask(_ words: String...) async throws -> String {
    var environment = ["PATH": "/usr/bin:/bin"]
    environment["REDISCLI_AUTH"] = password
    let end = try await ChildProcess.start(
      "/usr/bin/redis-cli", ["-s", "\(folder)/redis.sock"] + words, environment: environment
    ).wait(timeout: .seconds(20))
    return end.output.hasSuffix("\n") ? String(end.output.dropLast()) : end.output
  }
}
