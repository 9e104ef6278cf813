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

/// What the service answers, and under which conditions.
struct Route: Sendable {
  /// Who may ask.
  enum Access: Sendable, Hashable {
    /// Everybody, at any rate: what watches the service, and its description.
    case unlimited
    /// Everybody; without a token the address is limited.
    case everybody(Limited)
    /// Who has a token.
    case users(Limited)
    /// Who has a token, and everybody where the server was told that search needs none: then an address
    /// without one is limited, as with ``everybody(_:)``.
    case searchers
  }

  /// Which of a user's two buckets a request takes from.
  enum Limited: Sendable, Hashable {
    case read
    case write
  }

  let method: HTTPMethod
  /// The path as the OpenAPI document writes it: `/api/v1/traces/{id}`. The label of the metrics, too.
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

  /// The parts of the path that stand in braces; nil if the path is another.
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
