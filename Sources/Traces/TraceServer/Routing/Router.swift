import HTTPServer

/// Finds the route of a request.
enum Router {
  enum Match: Sendable {
    case route(Route, values: [String])
    /// The path is known; these are its methods.
    case otherMethods([HTTPMethod])
    case nothing
  }

  /// All there are.
  static let routes: [Route] =
    PageController.routes + HealthController.routes + MetricsController.routes + AccountController.routes
    + TraceController.routes + SearchController.routes + CatalogController.routes

  static func match(_ method: HTTPMethod, _ segments: [String]) -> Match {
    let candidates = routes.compactMap { route in route.match(segments).map { (route: route, values: $0) } }
    // A pattern without braces goes before one with them: /traces/search is the id of no trace.
    guard let best = candidates.min(by: { $0.values.count < $1.values.count }) else { return .nothing }
    let here = candidates.filter { $0.route.pattern == best.route.pattern }
    if let (route, values) = here.first(where: { $0.route.method == method }) {
      return .route(route, values: values)
    }
    return .otherMethods(here.map(\.route.method))
  }

  /// The patterns without braces, which are paths.
  private static let paths = Set(routes.map(\.pattern).filter { !$0.contains("{") })

  /// The pattern that a path leads to, for metrics: a path itself can be anything.
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
