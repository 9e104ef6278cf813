import Threads

/// Looks whether a Redis is fit for rate limits. Writes nothing.
public struct RedisProbe: Sendable {
  /// What a Redis says of itself.
  public struct Info: Sendable, Equatable {
    /// The version, such as `7.0.15`.
    public let version: String
    /// Whether it is a replica, which refuses the writes of the limiter.
    public let isReplica: Bool
    /// Whether it is part of a cluster, which the limiter cannot use.
    public let isCluster: Bool
    /// Whether it carries out a Lua script for us.
    public let runsScripts: Bool
  }

  private let address: RedisAddress
  private let timeout: Duration

  /// Reads the connection string; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - url: as ``RedisRateLimiter`` takes it.
  ///   - timeout: of each step, at least a millisecond.
  /// - Throws: ``RateLimitError`` for a malformed string.
  public init(url: String, timeout: Duration) throws {
    address = try RedisAddress(url: url)
    self.timeout = max(timeout, .milliseconds(1))
  }

  /// Connects, logs in and asks.
  ///
  /// - Throws: ``RedisFailure`` if it cannot be reached, refuses the login or answers something else.
  public func run() async throws -> Info {
    try await DetachedThread.run { [self] in try look() }
  }

  private func look() throws -> Info {
    let connection = try RedisConnection(address, connectTimeout: timeout, commandTimeout: timeout)
    guard case .text(let info) = try connection.ask(["INFO"]) else {
      throw RedisFailure(message: "Redis at \(address) rejected the command INFO")
    }
    func value(_ name: String) -> String? {
      info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("\(name):") }
        .map { String($0.dropFirst(name.count + 1)) }
    }
    let script = try connection.ask(["EVAL", "return 1", "0"])
    return Info(
      version: RedisFailure.printable(value("redis_version") ?? "unknown"),
      isReplica: value("role") == "slave",
      isCluster: value("cluster_enabled") == "1", runsScripts: script == .integer(1))
  }
}
