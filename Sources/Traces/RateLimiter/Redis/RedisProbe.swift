import Threads

/// Checks whether a Redis server is suitable for rate limits. Writes nothing.
public struct RedisProbe: Sendable {
  /// What a Redis server reports about itself.
  public struct Info: Sendable, Equatable {
    /// The version, such as `7.0.15`.
    public let version: String
    /// Whether it is a replica, which rejects the limiter's writes.
    public let isReplica: Bool
    /// Whether it is part of a cluster, which the limiter does not support.
    public let isCluster: Bool
    /// Whether it runs Lua scripts for this user.
    public let runsScripts: Bool
  }

  private let address: RedisAddress
  private let timeout: Duration

  /// Parses the connection string. Does not connect.
  ///
  /// - Parameters:
  ///   - url: a connection string as for ``RedisRateLimiter``.
  ///   - password: the password, if the string has none; nil by default.
  ///   - authorities: a PEM file of certificate authorities for TLS; nil, the default, uses the system's.
  ///   - timeout: the time limit of each step, at least one millisecond.
  /// - Throws: ``RateLimitError`` for a malformed string.
  public init(url: String, password: String? = nil, authorities: String? = nil, timeout: Duration) throws {
    address = try RedisAddress(url: url, password: password, authorities: authorities)
    self.timeout = max(timeout, .milliseconds(1))
  }

  /// Connects, authenticates and queries the server.
  ///
  /// - Throws: ``RedisFailure`` if the server cannot be reached, rejects the credentials, or sends an unexpected
  ///   reply.
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
