import Embeddings
import FoundationEssentials
import HTTPServer
import RateLimiter
import SeedKit
import Synchronization
import TraceStore

/// A request, and the values that the middleware adds for the controller.
struct RequestContext: Sendable {
  let request: HTTPRequest
  let services: Services
  /// Whether the request arrived at the private port, whose clients may see details.
  let isPrivate: Bool
  /// Set by ``RoutingMiddleware``.
  var route: Route?
  /// The path segments that match the parameters of the route's pattern.
  var values: [String] = []
  /// The owner of the request's token; nil without a token. Set by ``AuthMiddleware``.
  var identity: Accounts.Identity?
  /// The token of the request, if it is valid.
  var token: APIToken?
  /// Headers that are added to the response, including error responses.
  var responseHeaders: HTTPHeaders = [:]

  init(_ request: HTTPRequest, services: Services, isPrivate: Bool) {
    self.request = request
    self.services = services
    self.isPrivate = isPrivate
  }

  /// The user, on a route that requires a token.
  ///
  /// - Throws: ``APIProblem`` with status 401.
  func requireUser() throws(APIProblem) -> UUID {
    guard let identity else { throw .unauthorized("send the header Authorization: Bearer ct_…") }
    return identity.user
  }

  /// The user and the token of the request, on a route that requires one.
  ///
  /// - Throws: ``APIProblem`` with status 401.
  func requireToken() throws(APIProblem) -> (user: UUID, token: APIToken) {
    let user = try requireUser()
    guard let token else { throw .invalidToken }
    return (user, token)
  }

  /// The network of the client.
  var network: ClientNetwork { ClientNetwork(AuthMiddleware.addressKey(request.remoteAddress)) }

  /// The trace ID in the path. A malformed ID is treated as unknown.
  ///
  /// - Throws: ``APIProblem`` with status 404.
  func traceID() throws(APIProblem) -> UUID { try id(or: .noTrace) }

  /// The user ID in the path. A malformed ID is treated as unknown.
  ///
  /// - Throws: ``APIProblem`` with status 404.
  func userID() throws(APIProblem) -> UUID { try id(or: .noUser) }

  private func id(or problem: APIProblem) throws(APIProblem) -> UUID {
    guard let text = values.first, text.utf8.count == 36, let id = UUID(uuidString: text) else {
      throw problem
    }
    return id
  }

  /// An integer query parameter; the default if it is missing.
  ///
  /// - Throws: ``APIProblem`` with status 422 if it is invalid or repeated.
  func int(_ name: String, _ range: ClosedRange<Int>, default value: Int) throws(APIProblem) -> Int {
    let values = request.query.filter { $0.name == name }.map(\.value)
    guard let text = values.first else { return value }
    guard values.count == 1, let number = Int(text), range.contains(number) else {
      throw .invalidFields([
        .init(
          field: name,
          message:
            "expected one whole number from \(range.lowerBound) to \(range.upperBound)")
      ])
    }
    return number
  }
}

extension APIProblem {
  static var noTrace: APIProblem {
    APIProblem(kind: .noTrace, status: 404, detail: "no trace has this ID")
  }

  static var noUser: APIProblem {
    APIProblem(
      kind: .noUser, status: 404, detail: "no user has this ID, or it is a seed or cannot be changed")
  }

  static var invalidToken: APIProblem { .unauthorized("the token is invalid; register to get one") }

  static func unauthorized(_ detail: String) -> APIProblem {
    APIProblem(
      kind: .unauthorized, status: 401, detail: detail,
      headers: ["WWW-Authenticate": "Bearer realm=\"trace-server\""])
  }
}

/// The dependencies of middleware and controllers.
final class Services: Sendable {
  let options: TraceServer.Options
  let startup: StartupSeeding
  let provider: any EmbeddingProvider
  let store: Store
  let limiter: any RateLimiter
  let tokens = KnownTokens()
  let metrics = Metrics()
  let backlog = BacklogCache()
  let log: @Sendable (ServerEvent) -> Void
  /// Whether requests wait for start-up seeding: only health checks are answered.
  let isHeld = Atomic(false)

  init(
    options: TraceServer.Options, startup: StartupSeeding, provider: any EmbeddingProvider, store: Store,
    limiter: any RateLimiter, log: @escaping @Sendable (ServerEvent) -> Void
  ) {
    self.options = options
    self.startup = startup
    self.provider = provider
    self.store = store
    self.limiter = limiter
    self.log = log
  }
}
