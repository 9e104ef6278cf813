import HTTPServer

/// A step that every request passes on its way to a controller.
protocol Middleware: Sendable {
  /// Hands the request on to `next`, or throws what keeps it from being answered.
  func respond(to context: inout RequestContext, next: Next) async throws -> HTTPResponse
}

/// The rest of the way.
typealias Next = (inout RequestContext) async throws -> HTTPResponse

/// The middleware in its order, and after it the controller.
struct Pipeline: Sendable {
  let services: Services
  let middleware: [any Middleware]

  /// Answers a request. This is the one place where errors become problems.
  func respond(to request: HTTPRequest) async -> HTTPResponse {
    var context = RequestContext(request, services: services)
    var response: HTTPResponse
    do {
      response = try await run(&context, from: 0)
    } catch {
      let problem = APIProblem.describing(error)
      if problem.status >= 500 { services.log(.failed(requestID: request.id, String(reflecting: error))) }
      response = problem.response(requestID: request.id)
    }
    for field in context.responseHeaders.fields { response.headers[field.name] = field.value }
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
        kind: .methodNotAllowed, status: 405, detail: "allowed here: \(allowed)", headers: ["Allow": allowed])
    case .route(let route, let values):
      (context.route, context.values) = (route, values)
      return try await next(&context)
    }
  }
}

extension APIProblem {
  static var noRoute: APIProblem {
    APIProblem(kind: .noRoute, status: 404, detail: "see /openapi.json for what is here")
  }
}
