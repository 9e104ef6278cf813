public import Embeddings
import FoundationEssentials
public import HTTPServer
public import Postgres
import RateLimiter
public import SeedKit
import Synchronization
import Threads

/// The HTTP service for searching and contributing traces.
///
/// ```swift
/// let server = try TraceServer(configuration: configuration, startup: seeding)
/// try await server.start()
/// …
/// await server.stop()
/// ```
public final class TraceServer: Sendable {
  /// The options of the server.
  public var options: Options { services.options }
  let services: Services
  let worker: WorkerRun?
  private let pipeline: Pipeline
  private let http: HTTPServer
  private let adminHTTP: HTTPServer?

  /// Creates a server. Opens no connection.
  ///
  /// - Parameters:
  ///   - configuration: the connection to the database.
  ///   - startup: the migrations and seeders to run first.
  ///   - provider: embeds queries. It must use the same model as the stored embeddings.
  ///   - workerProvider: embeds new traces with the same model, with longer timeouts; `provider` by default.
  ///   - options: the options; the defaults if omitted.
  ///   - log: called for each event, on any thread. It must not block.
  /// - Throws: `RateLimitError` for an invalid limit or Redis URL.
  public init(
    configuration: PostgresConfiguration, startup: StartupSeeding,
    provider: any EmbeddingProvider = LocalEmbeddingProvider(),
    workerProvider: (any EmbeddingProvider)? = nil, options: Options = Options(),
    log: @escaping @Sendable (ServerEvent) -> Void = { _ in }
  ) throws {
    var named = configuration
    named.applicationName = "trace-server"
    named.preparedStatements = options.preparedStatements
    let services = Services(
      options: options, startup: startup, provider: provider,
      store: Store(configuration: named, poolSize: options.poolSize, environment: startup.environment),
      limiter: try options.limiter(log: log), log: log)
    self.services = services
    worker = options.worker.map { workerOptions in
      var workerOptions = workerOptions
      workerOptions.environment = startup.environment
      return WorkerRun(
        EmbeddingWorker(
          provider: workerProvider ?? provider, configuration: configuration, options: workerOptions,
          onEvent: { log(.worker($0)) }))
    }
    let pipeline = Pipeline(
      services: services,
      middleware: [
        HostMiddleware(
          listeningOn: options.http.host, adminHost: options.adminHost,
          searchNeedsToken: options.searchNeedsToken),
        RoutingMiddleware(),
        AuthMiddleware(
          limiter: services.limiter, store: services.store, searchNeedsToken: options.searchNeedsToken,
          known: services.tokens),
      ])
    self.pipeline = pipeline
    var httpOptions = options.http
    httpOptions.problem = { status, detail in
      APIProblem(kind: .http, status: status, detail: detail).body(requestID: nil)
    }
    httpOptions.onRequest = { record in
      services.metrics.count(record)
      services.log(.request(record))
    }
    httpOptions.clientAddress = { ClientAddress.of($1, from: $0, trusting: options.trustedProxies) }
    http = HTTPServer(options: httpOptions) { await pipeline.respond(to: $0) }
    adminHTTP = options.adminHTTP.map { adminOptions in
      var adminOptions = adminOptions
      adminOptions.problem = httpOptions.problem
      adminOptions.clientAddress = httpOptions.clientAddress
      return HTTPServer(options: adminOptions) { await pipeline.respond(to: $0, isPrivate: true) }
    }
  }

  /// Starts to listen, and migrates and seeds the database according to `startup`.
  ///
  /// If start-up waits for seeding, the server answers only health checks meanwhile, and other requests get 503. Failed
  /// seeders do not prevent the server from starting.
  ///
  /// - Throws: `HTTPServerError` if it cannot listen; `CancellationError` if the task was cancelled during seeding.
  public func start() async throws {
    services.isHeld.store(true, ordering: .relaxed)
    try http.start()
    do {
      try adminHTTP?.start()
      services.log(.starting(host: options.http.host, port: http.port ?? 0))
      await services.startup.start()
      try Task.checkCancellation()
    } catch {
      await http.stop(grace: .zero)
      await adminHTTP?.stop(grace: .zero)
      throw error
    }
    services.isHeld.store(false, ordering: .relaxed)
    worker?.start()
    services.log(.listening(host: options.http.host, port: http.port ?? 0))
    if let port = adminPort { services.log(.private(host: options.adminHost, port: port)) }
  }

  /// The port that the server listens on; nil before ``start()``.
  public var port: Int? { http.port }

  /// The private port; nil before ``start()``, or if there is none.
  public var adminPort: Int? { adminHTTP?.port }

  /// Stops the server: accepts no more requests, finishes those in flight, rolls back a running seeder, and closes
  /// the database connections.
  public func stop() async {
    services.log(.stopping(grace: options.stopGrace))
    async let seeding: Void = services.startup.stop()
    async let working: Void? = worker?.stop()
    await http.stop(grace: options.stopGrace)
    await adminHTTP?.stop(grace: .zero)
    await seeding
    await working
    await services.store.pool.close()
    services.log(.stopped)
  }

  /// Responds to a request without a socket.
  ///
  /// - Parameter isPrivate: whether to respond as the private port does; false by default.
  public func respond(to request: HTTPRequest, isPrivate: Bool = false) async -> HTTPResponse {
    isPrivate ? await pipeline.respond(to: request, isPrivate: true) : await http.respond(to: request)
  }
}

/// The embedding worker inside a server.
final class WorkerRun: Sendable {
  let worker: EmbeddingWorker

  private struct State {
    var task: Task<Void, Never>?
    var isStopped = false
  }

  private let state = Lock(State())

  init(_ worker: EmbeddingWorker) { self.worker = worker }

  /// Starts the worker. Later calls have no effect.
  func start() {
    state.withLock { state in
      guard state.task == nil, !state.isStopped else { return }
      state.task = Task { [worker] in await worker.run() }
    }
  }

  /// Stops the worker and waits until it has ended.
  func stop() async {
    let task = state.withLock { state in
      state.isStopped = true
      return state.task
    }
    task?.cancel()
    await task?.value
  }
}
