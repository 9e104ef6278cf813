public import Embeddings
public import HTTPServer
public import Postgres
public import RateLimiter
public import SeedKit
import TraceStore

extension TraceServer {
  /// How a server behaves.
  public struct Options: Sendable {
    /// Where it listens and what it bears. A handler may take 10 seconds here.
    public var http: HTTPServer.Options
    /// The most connections to the database. 16 by default.
    public var poolSize = 16
    /// Whether the database keeps the statement of a search, which saves it from planning each: unless a pooler
    /// stands between, by default.
    public var preparedStatements = PreparedStatements.whenDirect
    /// Whether a search needs a token. True by default; otherwise one without is limited by its address.
    public var searchNeedsToken = true
    /// How many confirmations make a trace validated. 2 by default.
    public var validationThreshold = 2
    /// What a user may do in a minute.
    public var limits = RateLimitPolicy.standard
    /// The Redis that rate limits are shared by; nil, the default, keeps them in this process.
    public var redisURL: Secret<String>?
    /// What happens to requests while Redis does not answer. Allowed by default.
    public var onRedisFailure = RedisRateLimiter.FailurePolicy.allow
    /// How long an answer of Redis may take before a request is decided without it. 50 milliseconds by default.
    public var redisTimeout: Duration = .milliseconds(50)
    /// How the embedding worker inside behaves; nil for none. One by default.
    public var worker: EmbeddingWorker.Options? = EmbeddingWorker.Options()
    /// How long requests in flight may take when it stops. 10 seconds by default.
    public var stopGrace: Duration = .seconds(10)

    /// The defaults.
    public init() {
      http = HTTPServer.Options()
      http.handlerDeadline = .seconds(10)
    }

    /// Takes the settings.
    ///
    /// - Throws: `RateLimitError` for limits that cannot be used.
    public init(_ settings: Settings) throws {
      self.init()
      http.host = settings[.serverHost]
      http.port = settings[.serverPort]
      poolSize = settings[.serverPoolSize]
      preparedStatements = PreparedStatements(rawValue: settings[.serverPreparedStatements]) ?? .whenDirect
      searchNeedsToken = settings[.searchNeedsToken]
      validationThreshold = settings[.validationThreshold]
      limits = try RateLimitPolicy(
        readsPerMinute: settings[.rateLimitReads], writesPerMinute: settings[.rateLimitWrites])
      redisURL = settings[.redisURL]
      worker = settings[.embeddingWorker] ? EmbeddingWorker.Options(settings) : nil
      onRedisFailure =
        switch settings[.rateLimitOnFailure] {
        case "deny": .deny
        case "in-process": .inProcess
        default: .allow
        }
    }

    func limiter(log: @escaping @Sendable (ServerEvent) -> Void) throws -> any RateLimiter {
      guard let redisURL else { return InProcessRateLimiter(policy: limits) }
      return try RedisRateLimiter(
        url: redisURL.value, policy: limits, onFailure: onRedisFailure, connectTimeout: redisTimeout * 2,
        commandTimeout: redisTimeout, onEvent: { log(.redis($0)) })
    }
  }
}
