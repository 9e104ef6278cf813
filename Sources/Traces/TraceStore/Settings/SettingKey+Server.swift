public import SeedKit

// The address, the limits and the access rules of trace-server.

extension AnySettingKey {
  /// The settings of trace-server, including rate limits.
  public static let traceServer: [AnySettingKey] = [
    .init(.serverHost), .init(.serverPort), .init(.serverAdminHost), .init(.serverAdminPort),
    .init(.serverPoolSize), .init(.serverPreparedStatements),
    .init(.serverTrustedProxies), .init(.searchNeedsToken), .init(.redisURL), .init(.redisPasswordFile),
    .init(.redisCAFile), .init(.rateLimitReads), .init(.rateLimitWrites),
    .init(.rateLimitOnFailure),
  ]
}

extension SettingKey where Value == String {
  /// The address to listen on. `127.0.0.1` by default; `0.0.0.0` or `::` accepts connections from other machines.
  public static let serverHost = SettingKey(
    "server.host", variables: "HOST", flag: "host", default: "127.0.0.1",
    expected: "an IP address, or localhost",
    summary: "Address that trace-server listens on")
  /// The address of the private port. `127.0.0.1` by default.
  public static let serverAdminHost = SettingKey(
    "server.adminHost", variables: "ADMIN_HOST", default: "127.0.0.1",
    expected: "an IP address, or localhost",
    summary: "Address of the private port of trace-server")
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

extension SettingKey where Value == Int? {
  /// The TCP port for metrics and for the details of readiness, 0 to 65535; 0 chooses a free one. If unset, both are on
  /// the public port.
  public static let serverAdminPort = SettingKey(
    "server.adminPort", variables: "ADMIN_PORT", in: 0...65_535,
    summary: "TCP port for metrics and readiness details; unset: they are on the public port")
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
    "redis.url", variables: "REDIS_URL",
    expected: "redis://:password@host:port/database, or rediss:// for TLS",
    summary: "Redis that shares the rate limits between servers; unset: each server has its own",
    check: { (text) throws(SettingValueError) in
      // The limiter checks the rest of the string.
      guard ["redis://", "unix://", "rediss://"].contains(where: text.hasPrefix) else {
        throw SettingValueError(found: "a connection string with another scheme (not shown)")
      }
    },
    mask: { text in text.prefix { $0 != ":" } + "://****" })
}

extension SettingKey where Value == String? {
  /// The networks of proxies whose `X-Forwarded-For` is trusted, separated by commas. If unset, the header is ignored.
  public static let serverTrustedProxies = SettingKey(
    "server.trustedProxies", variables: "TRUSTED_PROXIES",
    expected: "addresses or networks separated by commas, such as 10.0.0.0/8",
    summary: "Networks of proxies whose X-Forwarded-For is trusted; unset: none",
    check: { (text) throws(SettingValueError) in
      guard IPNetwork.list(text)?.isEmpty == false else { throw SettingValueError() }
    })
  /// A file with the password of Redis, for a URL without one.
  public static let redisPasswordFile = SettingKey(
    "redis.passwordFile", variables: "REDIS_PASSWORD_FILE", expected: "a path",
    summary: "File with the password of Redis; unset: the password in REDIS_URL, if any")
  /// A PEM file of certificate authorities for `rediss://`. If unset, those of the system.
  public static let redisCAFile = SettingKey(
    "redis.caFile", variables: "REDIS_CA_FILE", expected: "a path",
    summary: "PEM file with the certificate authorities for rediss://; unset: the system's")
}

extension Settings {
  /// The password in the file of `REDIS_PASSWORD_FILE`, without the line break at its end.
  ///
  /// - Throws: `ConfigurationError` if the file cannot be read or is empty.
  public func redisPassword() throws -> Secret<String>? {
    guard let path = self[.redisPasswordFile] else { return nil }
    let bytes = (try? RegularFile.read(path, sizeLimit: 1 << 16, purpose: "a password")) ?? nil
    let text = bytes.flatMap { String(validating: $0, as: UTF8.self) }?.split(whereSeparator: \.isNewline)
    guard let text, text.count == 1 else {
      throw ConfigurationError(faults: [
        ConfigurationFault(
          place: source(of: .redisPasswordFile).description, key: SettingKey.redisPasswordFile.name,
          found: "'\(path)'", expected: "a readable file with the password in its only line", suggestion: nil)
      ])
    }
    return Secret(String(text[0]))
  }
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
