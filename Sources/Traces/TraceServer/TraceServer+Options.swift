public import Embeddings
public import HTTPServer
public import Postgres
public import RateLimiter
public import SeedKit
public import TraceStore

extension TraceServer {
  /// The options of a server.
  public struct Options: Sendable {
    /// The options of the HTTP server. The deadline of a handler is 10 seconds here.
    public var http: HTTPServer.Options
    /// The TCP port for metrics and for the details of readiness; 0 chooses a free one. Nil, the default, serves both
    /// on the public port, without the text of errors.
    public var adminPort: Int?
    /// The address of that port. `127.0.0.1` by default.
    public var adminHost = "127.0.0.1"
    /// The maximum number of database connections. 16 by default.
    public var poolSize = 16
    /// Whether searches use a prepared statement, which avoids planning each search. By default only without a
    /// connection pooler.
    public var preparedStatements = PreparedStatements.whenDirect
    /// Whether search requires a token. True by default. If false, searches without a token are limited by address.
    public var searchNeedsToken = true
    /// The number of confirmations that validates a trace. 2 by default.
    public var validationThreshold = 2
    /// The rate limits per user and minute.
    public var limits = RateLimitPolicy.standard
    /// The URL of the Redis server for shared rate limits; nil, the default, keeps them in this process.
    public var redisURL: Secret<String>?
    /// The password of Redis, if the URL has none.
    public var redisPassword: Secret<String>?
    /// A PEM file of certificate authorities for `rediss://`; nil, the default, uses the system's.
    public var redisAuthorities: String?
    /// The networks of proxies whose `X-Forwarded-For` is trusted. None by default.
    public var trustedProxies: [IPNetwork] = []
    /// What happens to requests while Redis is unavailable. They are allowed by default.
    public var onRedisFailure = RedisRateLimiter.FailurePolicy.allow
    /// The time limit for a response of Redis, after which a request is decided without it. 50 milliseconds by
    /// default.
    public var redisTimeout: Duration = .milliseconds(50)
    /// The options of the built-in embedding worker; nil runs none. By default it runs with the default options.
    public var worker: EmbeddingWorker.Options? = EmbeddingWorker.Options()
    /// How long requests in flight may take after a stop is requested. 10 seconds by default.
    public var stopGrace: Duration = .seconds(10)

    /// Creates options with the defaults.
    public init() {
      http = HTTPServer.Options()
      http.handlerDeadline = .seconds(10)
    }

    /// Creates options from the settings.
    ///
    /// - Throws: `RateLimitError` for an invalid limit.
    public init(_ settings: Settings) throws {
      self.init()
      http.host = settings[.serverHost]
      http.port = settings[.serverPort]
      adminHost = settings[.serverAdminHost]
      adminPort = settings[.serverAdminPort]
      poolSize = settings[.serverPoolSize]
      preparedStatements = PreparedStatements(rawValue: settings[.serverPreparedStatements]) ?? .whenDirect
      searchNeedsToken = settings[.searchNeedsToken]
      validationThreshold = settings[.validationThreshold]
      limits = try RateLimitPolicy(
        readsPerMinute: settings[.rateLimitReads], writesPerMinute: settings[.rateLimitWrites])
      redisURL = settings[.redisURL]
      redisPassword = try settings.redisPassword()
      redisAuthorities = settings[.redisCAFile]
      trustedProxies = settings[.serverTrustedProxies].flatMap { IPNetwork.list($0) } ?? []
      worker = settings[.embeddingWorker] ? EmbeddingWorker.Options(settings) : nil
      onRedisFailure =
        switch settings[.rateLimitOnFailure] {
        case "deny": .deny
        case "in-process": .inProcess
        default: .allow
        }
    }

    /// Whether requests are denied while Redis is unavailable.
    var deniesWithoutRedis: Bool { redisURL != nil && onRedisFailure == .deny }

    /// The options of the HTTP server of the private port.
    var adminHTTP: HTTPServer.Options? {
      guard let adminPort else { return nil }
      var options = HTTPServer.Options()
      options.host = adminHost
      options.port = adminPort
      options.handlerDeadline = http.handlerDeadline
      options.connectionLimit = 50
      options.threads = 1
      return options
    }

    func limiter(log: @escaping @Sendable (ServerEvent) -> Void) throws -> any RateLimiter {
      guard let redisURL else { return InProcessRateLimiter(policy: limits) }
      return try RedisRateLimiter(
        url: redisURL.value, password: redisPassword?.value, authorities: redisAuthorities, policy: limits,
        onFailure: onRedisFailure, connectTimeout: redisTimeout * 2,
        commandTimeout: redisTimeout, onEvent: { log(.redis($0)) })
    }
  }
}
