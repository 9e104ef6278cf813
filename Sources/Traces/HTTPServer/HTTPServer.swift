import Threads

/// A small server of HTTP/1.1, over libmicrohttpd.
///
/// ```swift
/// let server = HTTPServer { request in
///   HTTPResponse(text: "\(request.method) \(request.path)\n")
/// }
/// try server.start()
/// …
/// await server.stop(grace: .seconds(10))
/// ```
///
/// It starts once and runs until it is stopped, also if the last reference to it goes. Requests that
/// it refuses before a handler sees them (invalid, too large, too late) are answered with a problem of
/// RFC 9457; requests that libmicrohttpd itself cannot parse or store get a short page from the library. A handler gets a request when all of it has arrived, in a task of its own; a client
/// that goes away meanwhile does not cancel it.
public final class HTTPServer: Sendable {
  /// Answers a request. Its task is cancelled after ``Options/handlerDeadline``, and when the
  /// grace of ``stop(grace:)`` ends.
  ///
  /// It runs on the thread that reads its connection and others, except while it waits: what computes for long should
  /// do so in a task of its own.
  public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

  /// The settings.
  public let options: Options
  let handler: Handler

  private enum State {
    case new
    case started(Engine)
  }

  private let state = Lock(State.new)

  /// Makes a server, which listens from ``start()`` on.
  public init(options: Options = Options(), handler: @escaping Handler) {
    self.options = options
    self.handler = handler
  }

  /// Listens and answers. The soft limit of open files is raised if there are too few for the
  /// connections.
  ///
  /// - Throws: ``HTTPServerError``.
  public func start() throws(HTTPServerError) {
    try options.validate()
    try state.withLock { state throws(HTTPServerError) in
      guard case .new = state else {
        throw HTTPServerError(
          .alreadyStarted, "the HTTP server was already started",
          fix: "Create a new HTTPServer instead of restarting one.")
      }
      try ListeningSocket.provideDescriptors(connections: options.connectionLimit)
      let listener = try ListeningSocket(host: options.host, port: options.port)
      state = .started(try Engine(options: options, handler: handler, listener: listener))
    }
  }

  /// The port that is listened on, or was; nil before ``start()``.
  public var port: Int? { engine?.listener.port }

  private var engine: Engine? {
    state.withLock { state in
      guard case .started(let engine) = state else { return nil }
      return engine
    }
  }

  /// Stops: accepts nothing any more, lets requests in flight be finished, and closes the
  /// connections.
  ///
  /// A request is in flight when its request line has arrived. When it returns, the port is free
  /// and no handler is waited for. Several calls wait for the same stop; the shortest grace holds.
  /// Does nothing before ``start()``.
  ///
  /// - Parameter grace: how long to wait for handlers. Those that still run then are cancelled and
  ///   their clients get 503; a second is left to send that.
  public func stop(grace: Duration) async {
    await engine?.stop(by: Clock.now + Clock.milliseconds(grace))
  }

  /// Answers a request without a socket: this is the handler.
  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    await handler(request)
  }
}
