import FoundationEssentials
import HTTPServer
import RateLimiter
import TraceStore

/// Authenticates requests and applies the rate limits.
struct AuthMiddleware: Middleware {
  let limiter: any RateLimiter
  let store: Store
  /// Whether ``Route/Access/searchers`` require a token.
  let searchNeedsToken: Bool
  let known: KnownTokens

  /// - Throws: ``APIProblem`` with status 401, 403 or 429; errors of the database.
  func respond(to context: inout RequestContext, next: Next) async throws -> HTTPResponse {
    let limited: Route.Limited
    let needsToken: Bool
    switch context.route?.access {
    case .unlimited, nil: return try await next(&context)
    case .everybody(let kind): (limited, needsToken) = (kind, false)
    case .users(let kind), .moderators(let kind): (limited, needsToken) = (kind, true)
    case .searchers: (limited, needsToken) = (.read, searchNeedsToken)
    }
    let request = context.request
    do {
      (context.identity, context.token) = try await identity(of: request, for: limited) ?? (nil, nil)
      if context.identity == nil, needsToken {
        throw APIProblem.unauthorized("send the header Authorization: Bearer ct_…")
      }
    } catch let problem as APIProblem where problem.status == 401 {
      // Invalid tokens count against the address, like requests without a token, so that tokens cannot be guessed at
      // will.
      let address = Self.addressKey(request.remoteAddress)
      do {
        _ = try await take(address, .read)
      } catch let limit as APIProblem where limit.status == 429 {
        known.block(address, for: .seconds(limit.headers["Retry-After"].flatMap { Int($0) } ?? 1))
        throw limit
      }
      throw problem
    }
    let key =
      context.identity.map { $0.user.uuidString.lowercased() } ?? Self.addressKey(request.remoteAddress)
    context.responseHeaders = try await take(key, limited == .read ? .read : .write)
    if case .moderators = context.route?.access, context.identity?.isModerator != true {
      throw APIProblem(kind: .notModerator, status: 403, detail: "only moderators may do this")
    }
    return try await next(&context)
  }

  /// The owner of the token; nil for a request without a token. For a write, the token is verified again, because it
  /// may have been revoked through another server.
  private func identity(
    of request: HTTPRequest, for kind: Route.Limited
  ) async throws -> (Accounts.Identity, APIToken)? {
    let values = request.headers.values("Authorization")
    guard let value = values.first else { return nil }
    let invalid = APIProblem.invalidToken
    let parts = value.split(separator: " ", maxSplits: 1)
    guard values.count == 1, parts.count == 2, parts[0].lowercased() == "bearer",
      let token = APIToken(String(parts[1]).trimmed)
    else { throw invalid }
    let digest = token.digest
    switch known[digest] {
    case .owner(let owner) where kind == .read: return (owner, token)
    case .invalid: throw invalid
    case .unknown:
      // An address that has used up its limit with invalid tokens causes no further queries.
      let address = Self.addressKey(request.remoteAddress)
      if known.isBlocked(address) { _ = try await take(address, .read) }
    case .owner, .outdated: break
    }
    let owner = try await store.read { connection in
      let isOwn = try await store.environment.stamp(on: connection) == nil
      return try await Accounts.identity(of: token, records: isOwn, on: connection)
    }
    guard let owner else {
      known.rememberInvalid(digest)
      throw invalid
    }
    known.remember(owner, of: digest)
    return (owner, token)
  }

  private func take(_ user: String, _ kind: RateLimitKind) async throws -> HTTPHeaders {
    let decision = await limiter.take(user: user, kind: kind)
    var headers = HTTPHeaders([
      .init(name: "RateLimit-Limit", value: "\(decision.limit)"),
      .init(name: "RateLimit-Remaining", value: "\(decision.remaining)"),
    ])
    guard !decision.isUndecided else {
      throw APIProblem(
        kind: .limitsUnavailable, status: 503,
        detail: "rate limits are unavailable, and this server denies requests then",
        headers: ["Retry-After": "\(max(1, decision.retryAfterSeconds))"])
    }
    guard decision.isAllowed else {
      let seconds = max(1, decision.retryAfterSeconds)
      headers["RateLimit-Reset"] = "\(seconds)"
      headers["Retry-After"] = "\(seconds)"
      throw APIProblem(
        kind: .rateLimited, status: 429,
        detail: "the limit is \(decision.limit) \(kind.rawValue)s per minute; retry in \(seconds) s",
        headers: headers)
    }
    // The time until the bucket is full.
    let missing = decision.limit - decision.remaining
    headers["RateLimit-Reset"] = "\((missing * 60 + decision.limit - 1) / decision.limit)"
    return headers
  }

  /// For IPv6 the first 64 bits, because one subscriber usually has a whole /64 network.
  static func addressKey(_ address: String) -> String {
    guard address.contains(":"), !address.contains(".") else { return "address \(address)" }
    // The groups after `::` are zeros.
    let groups = address.split(separator: ":", omittingEmptySubsequences: false).prefix(4)
    let head = groups.prefix { !$0.isEmpty }
    return "network \(head.joined(separator: ":"))"
  }
}
