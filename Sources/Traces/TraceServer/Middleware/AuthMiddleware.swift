import FoundationEssentials
import HTTPServer
import Postgres
import RateLimiter
import Threads
import TraceStore

/// Authenticates requests and applies the rate limits.
struct AuthMiddleware: Middleware {
  let limiter: any RateLimiter
  let store: Store
  /// Whether ``Route/Access/searchers`` require a token.
  let searchNeedsToken: Bool
  private let known = KnownTokens()

  init(limiter: any RateLimiter, store: Store, searchNeedsToken: Bool) {
    self.limiter = limiter
    self.store = store
    self.searchNeedsToken = searchNeedsToken
  }

  /// - Throws: ``APIProblem`` with status 401 or 429; errors of the database.
  func respond(to context: inout RequestContext, next: Next) async throws -> HTTPResponse {
    let limited: Route.Limited
    let needsToken: Bool
    switch context.route?.access {
    case .unlimited, nil: return try await next(&context)
    case .everybody(let kind): (limited, needsToken) = (kind, false)
    case .users(let kind): (limited, needsToken) = (kind, true)
    case .searchers: (limited, needsToken) = (.read, searchNeedsToken)
    }
    let request = context.request
    do {
      context.user = try await user(of: request)
      if context.user == nil, needsToken {
        throw APIProblem.unauthorized("send the header Authorization: Bearer ct_…")
      }
    } catch let problem as APIProblem where problem.status == 401 {
      // Invalid tokens count against the address, like requests without a token, so that tokens cannot be guessed at
      // will.
      _ = try await take(Self.addressKey(request.remoteAddress), .read)
      throw problem
    }
    let key = context.user.map { $0.uuidString.lowercased() } ?? Self.addressKey(request.remoteAddress)
    context.responseHeaders = try await take(key, limited == .read ? .read : .write)
    return try await next(&context)
  }

  /// The owner of the token; nil for a request without a token.
  private func user(of request: HTTPRequest) async throws -> UUID? {
    let values = request.headers.values("Authorization")
    guard let value = values.first else { return nil }
    let invalid = APIProblem.unauthorized("the token is invalid; register to get one")
    let parts = value.split(separator: " ", maxSplits: 1)
    guard values.count == 1, parts.count == 2, parts[0].lowercased() == "bearer",
      let token = APIToken(String(parts[1]).trimmed)
    else { throw invalid }
    let digest = token.digest
    if let user = known.user(of: digest) { return user }
    guard let user = try await store.read({ try await Accounts.user(of: token, on: $0) }) else {
      throw invalid
    }
    known.remember(user, of: digest)
    return user
  }

  private func take(_ user: String, _ kind: RateLimitKind) async throws -> HTTPHeaders {
    let decision = await limiter.take(user: user, kind: kind)
    var headers = HTTPHeaders([
      .init(name: "RateLimit-Limit", value: "\(decision.limit)"),
      .init(name: "RateLimit-Remaining", value: "\(decision.remaining)"),
    ])
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

/// A cache of recently verified tokens, so that not every request needs an additional query.
///
/// Entries expire after ten seconds, so a revoked token stops working within that time.
private final class KnownTokens: Sendable {
  private struct Entry {
    let user: UUID
    let end: ContinuousClock.Instant
  }

  private static let lifetime: Duration = .seconds(10)
  private static let most = 10_000

  private let entries = Lock<[[UInt8]: Entry]>([:])

  func user(of digest: [UInt8]) -> UUID? {
    entries.withLock { entries in
      guard let entry = entries[digest] else { return nil }
      guard entry.end > .now else {
        entries[digest] = nil
        return nil
      }
      return entry.user
    }
  }

  func remember(_ user: UUID, of digest: [UInt8]) {
    entries.withLock { entries in
      if entries.count >= Self.most {
        let now = ContinuousClock.now
        entries = entries.filter { $0.value.end > now }
        if entries.count >= Self.most { entries.removeAll() }
      }
      entries[digest] = Entry(user: user, end: .now + Self.lifetime)
    }
  }
}
