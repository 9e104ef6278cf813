public import Embeddings
import FoundationEssentials
public import HTTPServer
public import Postgres
import RateLimiter
public import SeedKit
import Threads

/// The search service over a knowledge base of traces.
///
/// ```swift
/// let server = try TraceServer(configuration: configuration, startup: seeding)
/// try await server.start()
/// …
/// await server.stop()
/// ```
public final class TraceServer: Sendable {
  /// How it behaves.
  public var options: Options { services.options }
  let services: Services
  let worker: WorkerRun?
  private let pipeline: Pipeline
  private let http: HTTPServer

  /// Makes a server; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - configuration: the database.
  ///   - startup: what is done to it first.
  ///   - provider: what makes vectors of questions; it must be the one that made those of the traces.
  ///   - workerProvider: what makes vectors of new traces, of the same model but in no hurry; `provider`
  ///     unless given.
  ///   - options: the defaults unless given.
  ///   - log: called for each event, on any thread. It must not block.
  /// - Throws: `RateLimitError` for a limit or a Redis that cannot be used.
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
      store: Store(configuration: named, poolSize: options.poolSize), limiter: try options.limiter(log: log),
      log: log)
    self.services = services
    worker = options.worker.map { workerOptions in
      WorkerRun(
        EmbeddingWorker(
          provider: workerProvider ?? provider, configuration: configuration, options: workerOptions,
          onEvent: { log(.worker($0)) }))
    }
    let pipeline = Pipeline(
      services: services,
      middleware: [
        RoutingMiddleware(),
        AuthMiddleware(
          limiter: services.limiter, store: services.store, searchNeedsToken: options.searchNeedsToken),
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
    http = HTTPServer(options: httpOptions) { await pipeline.respond(to: $0) }
  }

  /// Migrates and seeds as `startup` was told to, and listens: afterwards, or at once if it works in the
  /// background. Seeds that fail keep it from nothing.
  ///
  /// - Throws: `HTTPServerError` if it cannot listen; `CancellationError` if the task was cancelled before.
  public func start() async throws {
    await services.startup.start()
    try Task.checkCancellation()
    try http.start()
    worker?.start()
    services.log(.listening(host: options.http.host, port: http.port ?? 0))
  }

  /// The port that it listens on; nil before ``start()``.
  public var port: Int? { http.port }

  /// Stops: accepts nothing any more, finishes what is in flight, rolls back a seeder under way, and closes
  /// the connections to the database.
  public func stop() async {
    services.log(.stopping(grace: options.stopGrace))
    async let seeding: Void = services.startup.stop()
    async let working: Void? = worker?.stop()
    await http.stop(grace: options.stopGrace)
    await seeding
    await working
    await services.store.pool.close()
    services.log(.stopped)
  }

  /// Answers a request without a socket.
  public func respond(to request: HTTPRequest) async -> HTTPResponse { await pipeline.respond(to: request) }
}

/// The embedding worker inside a server, from its start to its stop.
final class WorkerRun: Sendable {
  let worker: EmbeddingWorker

  private struct State {
    var task: Task<Void, Never>?
    var isStopped = false
  }

  private let state = Lock(State())

  init(_ worker: EmbeddingWorker) { self.worker = worker }

  /// Starts it, once.
  func start() {
    state.withLock { state in
      guard state.task == nil, !state.isStopped else { return }
      state.task = Task { [worker] in await worker.run() }
    }
  }

  /// Stops it and waits for its end.
  func stop() async {
    let task = state.withLock { state in
      state.isStopped = true
      return state.task
    }
    task?.cancel()
    await task?.value
  }
}
