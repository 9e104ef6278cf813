import HTTPServer
import Synchronization

/// Runs for every request before the controller.
protocol Middleware: Sendable {
  /// Passes the request on to `next`, or throws an error that becomes the response.
  func respond(to context: inout RequestContext, next: Next) async throws -> HTTPResponse
}

/// The remaining middleware and the controller.
typealias Next = (inout RequestContext) async throws -> HTTPResponse

/// Runs the middleware in order, then the controller of the route.
struct Pipeline: Sendable {
  let services: Services
  let middleware: [any Middleware]

  /// Responds to a request. This is the only place where errors become problem documents.
  ///
  /// - Parameter isPrivate: whether it arrived at the private port.
  func respond(to request: HTTPRequest, isPrivate: Bool = false) async -> HTTPResponse {
    var context = RequestContext(request, services: services, isPrivate: isPrivate)
    var response: HTTPResponse
    do {
      response = try await run(&context, from: 0)
    } catch {
      let problem = APIProblem.describing(error)
      // A problem that the server itself reports is in the line of the request.
      if problem.status >= 500, !(error is APIProblem) {
        services.log(.failed(requestID: request.id, String(reflecting: error)))
      }
      response = problem.response(requestID: request.id)
    }
    for field in context.responseHeaders.fields { response.headers[field.name] = field.value }
    // A browser must not take a trace with markup for a page.
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
  }

  private func run(_ context: inout RequestContext, from index: Int) async throws -> HTTPResponse {
    if index < middleware.count {
      return try await middleware[index].respond(to: &context) { try await run(&$0, from: index + 1) }
    }
    guard let route = context.route else { throw APIProblem.noRoute }
    return try await route.handle(context)
  }
}

/// Finds the route of a request.
struct RoutingMiddleware: Middleware {
  /// - Throws: ``APIProblem`` with status 404 or 405.
  func respond(to context: inout RequestContext, next: Next) async throws -> HTTPResponse {
    switch Router.match(context.request.method, context.request.segments) {
    case .nothing: throw APIProblem.noRoute
    case .otherMethods(let methods):
      var names = methods.map(\.rawValue)
      if methods.contains(.get) { names.append(HTTPMethod.head.rawValue) }
      let allowed = names.sorted().joined(separator: ", ")
      throw APIProblem(
        kind: .methodNotAllowed, status: 405, detail: "allowed methods: \(allowed)",
        headers: ["Allow": allowed])
    case .route(let route, let values):
      guard route.isServed(toPrivatePort: context.isPrivate, options: context.services.options) else {
        throw APIProblem.noRoute
      }
      guard route.access == .unlimited || !context.services.isHeld.load(ordering: .relaxed) else {
        throw APIProblem(
          kind: .notReady, status: 503,
          detail: "the server is still seeding its database; GET /health/ready shows the progress",
          headers: ["Retry-After": "1"])
      }
      (context.route, context.values) = (route, values)
      return try await next(&context)
    }
  }
}

extension Route {
  /// The routes of the private port.
  private static let ofPrivatePort: Set<String> = ["/health", "/health/ready", "/metrics"]

  /// Whether a port has the route. With a private port, metrics are only there.
  fileprivate func isServed(toPrivatePort isPrivate: Bool, options: TraceServer.Options) -> Bool {
    isPrivate ? Self.ofPrivatePort.contains(pattern) : pattern != "/metrics" || options.adminPort == nil
  }
}

extension APIProblem {
  static var noRoute: APIProblem {
    APIProblem(kind: .noRoute, status: 404, detail: "no such path; GET /openapi.json lists all paths")
  }
}
