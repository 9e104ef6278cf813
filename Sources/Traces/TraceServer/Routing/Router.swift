import HTTPServer

/// Finds the route of a request.
enum Router {
  enum Match: Sendable {
    case route(Route, values: [String])
    /// The path exists, but only with these methods.
    case otherMethods([HTTPMethod])
    case nothing
  }

  /// All routes.
  static let routes: [Route] =
    PageController.routes + HealthController.routes + MetricsController.routes + AccountController.routes
    + TokenController.routes + ModerationController.routes + TraceController.routes + SearchController.routes
    + CatalogController.routes

  static func match(_ method: HTTPMethod, _ segments: [String]) -> Match {
    let candidates = routes.compactMap { route in route.match(segments).map { (route: route, values: $0) } }
    // Prefer patterns with fewer parameters, so that /traces/search is not taken for a trace ID.
    guard let best = candidates.min(by: { $0.values.count < $1.values.count }) else { return .nothing }
    let here = candidates.filter { $0.route.pattern == best.route.pattern }
    if let (route, values) = here.first(where: { $0.route.method == method }) {
      return .route(route, values: values)
    }
    return .otherMethods(here.map(\.route.method))
  }

  /// The patterns without parameters, which are complete paths.
  private static let paths = Set(routes.map(\.pattern).filter { !$0.contains("{") })

  /// The pattern that matches a path, as a label for metrics. The path itself could be anything.
  static func label(path: String?) -> String {
    if let path, paths.contains(path) { return path }
    guard let path, let segments = try? HTTPRequest(.get, path).segments,
      let route = routes.filter({ $0.match(segments) != nil }).min(by: {
        $0.pattern.count { $0 == "{" } < $1.pattern.count { $0 == "{" }
      })
    else { return "none" }
    return route.pattern
  }
}

/// A route of the API and its access rule.
struct Route: Sendable {
  /// Who has access.
  enum Access: Sendable, Hashable {
    /// Everybody, without a rate limit: health checks and the API description.
    case unlimited
    /// Everybody. Without a token, the rate limit applies to the address.
    case everybody(Limited)
    /// Users with a token.
    case users(Limited)
    /// Moderators.
    case moderators(Limited)
    /// Users with a token. If the server does not require a token for search, everybody, limited as in
    /// ``everybody(_:)``.
    case searchers
  }

  /// The bucket of the rate limit that a request takes a token from.
  enum Limited: Sendable, Hashable {
    case read
    case write
  }

  let method: HTTPMethod
  /// The path in the notation of OpenAPI: `/api/v1/traces/{id}`. Also the label in metrics.
  let pattern: String
  let access: Access
  let handle: @Sendable (RequestContext) async throws -> HTTPResponse

  private let parts: [Substring]

  init(
    _ method: HTTPMethod, _ pattern: String, _ access: Access,
    _ handle: @escaping @Sendable (RequestContext) async throws -> HTTPResponse
  ) {
    self.method = method
    self.pattern = pattern
    self.access = access
    self.handle = handle
    parts = pattern.split(separator: "/")
  }

  /// The values of the path parameters; nil if the path does not match.
  func match(_ segments: [String]) -> [String]? {
    guard segments.count == parts.count else { return nil }
    var values: [String] = []
    for (part, segment) in zip(parts, segments) {
      if part.hasPrefix("{") {
        values.append(segment)
      } else if part != segment {
        return nil
      }
    }
    return values
  }
}
