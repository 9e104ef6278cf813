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
  public let options: Options
  let startup: StartupSeeding
  let provider: any EmbeddingProvider
  let worker: WorkerRun?
  let store: Store
  let auth: AuthMiddleware
  let metrics = Metrics()
  let backlog = BacklogCache()
  let log: @Sendable (LogEvent) -> Void
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
    log: @escaping @Sendable (LogEvent) -> Void = { _ in }
  ) throws {
    self.options = options
    self.startup = startup
    self.provider = provider
    self.log = log
    var named = configuration
    named.applicationName = "trace-server"
    named.preparedStatements = options.preparedStatements
    let store = Store(configuration: named, poolSize: options.poolSize)
    self.store = store
    worker = options.worker.map { workerOptions in
      WorkerRun(
        EmbeddingWorker(
          provider: workerProvider ?? provider, configuration: configuration, options: workerOptions,
          onEvent: { log(.worker($0)) }))
    }
    auth = AuthMiddleware(
      limiter: try options.limiter(log: log), store: store, searchNeedsToken: options.searchNeedsToken)
    let (responder, metrics) = (Responder(), metrics)
    var settings = options.http
    settings.problem = { status, detail in
      APIProblem(kind: .http, status: status, detail: detail).body(requestID: nil)
    }
    settings.onRequest = { record in
      metrics.count(record)
      log(.request(record))
    }
    http = HTTPServer(configuration: settings) { await responder.respond(to: $0) }
    responder.attach(self)
  }

  /// Migrates and seeds as `startup` was told to, and listens: afterwards, or at once if it works in the
  /// background. Seeds that fail keep it from nothing.
  ///
  /// - Throws: `HTTPServerError` if it cannot listen; `CancellationError` if the task was cancelled before.
  public func start() async throws {
    await startup.run()
    try Task.checkCancellation()
    try http.start()
    worker?.start()
    log(.listening(host: options.http.host, port: http.port ?? 0))
  }

  /// The port that it listens on; nil before ``start()``.
  public var port: Int? { http.port }

  /// Stops: accepts nothing any more, finishes what is in flight, rolls back a seeder under way, and closes
  /// the connections to the database.
  public func stop() async {
    log(.stopping(grace: options.stopGrace))
    async let seeding: Void = startup.stop()
    async let working: Void? = worker?.stop()
    await http.stop(grace: options.stopGrace)
    await seeding
    await working
    await store.pool.close()
    log(.stopped)
  }

  /// Answers a request without a socket.
  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    do {
      switch Router.match(request.method, request.segments) {
      case .nothing:
        throw APIProblem(kind: .noRoute, status: 404, detail: "see /openapi.json for what is here")
      case .otherMethods(let methods):
        var names = methods.map(\.rawValue)
        if methods.contains(.get) { names.append(HTTPMethod.head.rawValue) }
        let allowed = names.sorted().joined(separator: ", ")
        throw APIProblem(
          kind: .methodNotAllowed, status: 405, detail: "allowed here: \(allowed)",
          headers: ["Allow": allowed])
      case .route(let route, let values):
        return try await respond(to: request, route, values)
      }
    } catch {
      let problem = APIProblem.describing(error)
      if problem.status >= 500 { log(.failed(requestID: request.id, "\(String(reflecting: error))")) }
      return problem.response(requestID: request.id)
    }
  }

  private func respond(
    to request: HTTPRequest, _ route: Route, _ values: [String]
  ) async throws -> HTTPResponse {
    let admission = try await auth.admit(request, to: route.access)
    do {
      var response = try await route.handle(
        self, RequestContext(request: request, values: values, user: admission.user))
      for field in admission.headers.fields { response.headers[field.name] = field.value }
      return response
    } catch {
      var problem = APIProblem.describing(error)
      if problem.status >= 500 { log(.failed(requestID: request.id, String(reflecting: error))) }
      for field in admission.headers.fields { problem.headers[field.name] = field.value }
      return problem.response(requestID: request.id)
    }
  }
}

/// Leads from the HTTP server to the service, which needs the HTTP server to be made first.
private final class Responder: Sendable {
  private struct Weak {
    weak var server: TraceServer?
  }

  private let server = Lock(Weak())

  func attach(_ server: TraceServer) { self.server.withLock { $0.server = server } }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard let server = server.withLock({ $0.server }) else {
      return HTTPResponse(status: 503, text: "the server is gone")
    }
    return await server.respond(to: request)
  }
}
