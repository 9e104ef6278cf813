import Threads

/// A small HTTP/1.1 server based on libmicrohttpd.
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
/// A server starts once and runs until it is stopped, even if the last reference to it is released. The server
/// responds to requests that it rejects (invalid, too large, too late) with a problem document (RFC 9457). For
/// requests that libmicrohttpd itself cannot parse or store, the library sends a short page. A handler is called when
/// its request has been received completely, in a task of its own. The task is not cancelled if the client
/// disconnects.
public final class HTTPServer: Sendable {
  /// Responds to a request. Its task is cancelled after ``Options/handlerDeadline``, and when the grace of
  /// ``stop(grace:)`` ends.
  ///
  /// It runs on the thread that reads its connection and others, except while it is suspended. Move long computations
  /// to a task of their own.
  public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

  /// The options that the server was created with.
  public let options: Options
  let handler: Handler

  private enum State {
    case new
    case started(Engine)
  }

  private let state = Lock(State.new)

  /// Creates a server. It does not listen until ``start()``.
  public init(options: Options = Options(), handler: @escaping Handler) {
    self.options = options
    self.handler = handler
  }

  /// Starts to listen and to handle requests. Raises the soft limit of open files if it is too low for the
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

  /// The port that the server listens on, also after it has stopped; nil before ``start()``.
  public var port: Int? { engine?.listener.port }

  private var engine: Engine? {
    state.withLock { state in
      guard case .started(let engine) = state else { return nil }
      return engine
    }
  }

  /// Stops the server: accepts no more connections, lets requests in flight finish, and closes the connections.
  ///
  /// A request is in flight when its bytes have arrived. If its handler has been called, its response is sent. Requests
  /// that arrive while their connection is being closed get 503 without a call of the handler. When this method
  /// returns, the port is free and no client is waiting for a handler. Concurrent calls wait for the same stop, with the
  /// shortest grace. Does nothing before ``start()``.
  ///
  /// - Parameter grace: how long to wait for handlers. Handlers that are still running are then cancelled and their
  ///   clients get 503. The server takes up to one more second to send those responses.
  public func stop(grace: Duration) async {
    await engine?.stop(by: Clock.now + Clock.milliseconds(grace))
  }

  /// Responds to a request without a socket by calling the handler.
  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    var request = request
    if let address = options.clientAddress?(request.remoteAddress, request.headers) {
      request.remoteAddress = address
    }
    return await handler(request)
  }
}
