public import SeedKit

// The address, the limits and the access rules of trace-server.

extension AnySettingKey {
  /// The settings of trace-server, including rate limits.
  public static let traceServer: [AnySettingKey] = [
    .init(.serverHost), .init(.serverPort), .init(.serverPoolSize), .init(.serverPreparedStatements),
    .init(.searchNeedsToken), .init(.redisURL), .init(.rateLimitReads), .init(.rateLimitWrites),
    .init(.rateLimitOnFailure),
  ]
}

extension SettingKey where Value == String {
  /// The address to listen on. `127.0.0.1` by default; `0.0.0.0` or `::` accepts connections from other machines.
  public static let serverHost = SettingKey(
    "server.host", variables: "HOST", flag: "host", default: "127.0.0.1",
    expected: "an IP address, or localhost",
    summary: "Address that trace-server listens on")
  /// What happens to requests while Redis is unavailable. `allow` by default.
  public static let rateLimitOnFailure = SettingKey(
    "rateLimit.onFailure", variables: "RATE_LIMIT_ON_FAILURE", default: "allow",
    among: ["allow", "deny", "in-process"],
    summary: "What happens to requests while Redis is unavailable: allow, deny or in-process")
  /// Whether searches use a prepared statement. `auto` by default: only without a connection pooler.
  public static let serverPreparedStatements = SettingKey(
    "server.preparedStatements", variables: "SERVER_PREPARED_STATEMENTS", default: "auto",
    among: ["auto", "always", "never"],
    summary: "Whether searches use prepared statements: auto (unless there is a pooler), always or never"
  )
}

extension SettingKey where Value == Bool {
  /// Whether search requires a token. True by default. If false, searches without a token are limited by address.
  public static let searchNeedsToken = SettingKey(
    "server.searchNeedsToken", variables: "SEARCH_NEEDS_TOKEN", default: true,
    summary: "Whether search requires a token; if not, searches without one are limited by IP address")
}

extension SettingKey where Value == Int {
  /// The TCP port to listen on, 0 to 65535; 0 chooses a free one. 8080 by default.
  public static let serverPort = SettingKey(
    "server.port", variables: "PORT", flag: "port", default: 8080, in: 0...65_535,
    summary: "TCP port that trace-server listens on; 0 chooses a free one")
  /// The maximum number of database connections of the server, 1 to 500. 16 by default.
  public static let serverPoolSize = SettingKey(
    "server.poolSize", variables: "SERVER_POOL_SIZE", default: 16, in: 1...500,
    summary: "Maximum number of database connections of trace-server")
  /// Reads per user and minute, which is also the burst, 1 to 1,000,000. 60 by default.
  public static let rateLimitReads = SettingKey(
    "rateLimit.readsPerMinute", variables: "RATE_LIMIT_READ_PER_MINUTE", default: 60, in: 1...1_000_000,
    summary: "Reads per user per minute, searches included")
  /// Writes per user and minute, which is also the burst, 1 to 1,000,000. 20 by default.
  public static let rateLimitWrites = SettingKey(
    "rateLimit.writesPerMinute", variables: "RATE_LIMIT_WRITE_PER_MINUTE", default: 20, in: 1...1_000_000,
    summary: "Writes per user per minute")
}

extension SettingKey where Value == Secret<String>? {
  /// The URL of a Redis server that shares the rate limits between servers. If unset, each server has its own limits.
  public static let redisURL = SettingKey(
    "redis.url", variables: "REDIS_URL", expected: "redis://:password@host:port/database",
    summary: "Redis that shares the rate limits between servers; unset: each server has its own",
    check: { (text) throws(SettingValueError) in
      // The limiter checks the rest of the string.
      guard ["redis://", "unix://", "rediss://"].contains(where: text.hasPrefix) else {
        throw SettingValueError(found: "a connection string with another scheme (not shown)")
      }
    },
    mask: { text in text.prefix { $0 != ":" } + "://****" })
}

// Settings that apply to all traces.

extension AnySettingKey {
  /// The settings of all traces.
  public static let traces: [AnySettingKey] = [.init(.validationThreshold)]
}

extension SettingKey where Value == Int {
  /// The number of confirmations that validates a trace, 1 to 1000. 2 by default.
  public static let validationThreshold = SettingKey(
    "validationThreshold", variables: "VALIDATION_THRESHOLD", default: 2, in: 1...1000,
    summary: "Number of confirmations that validate a trace")
}
