import FoundationEssentials
import HTTPServer
import SeedKit
import TraceStore

/// The tokens of a user: several per account, with names, expiry, rotation and revocation.
enum TokenController {
  static let routes = [
    Route(.get, "/api/v1/auth/tokens", .users(.read)) { try await list($0) },
    Route(.post, "/api/v1/auth/tokens", .users(.write)) { try await create($0) },
    Route(.post, "/api/v1/auth/tokens/rotate", .users(.write)) { try await rotate($0) },
    Route(.delete, "/api/v1/auth/tokens/{id}", .users(.write)) { try await revoke($0) },
  ]

  /// The allowed lifetimes in days.
  static let days = 1...3_650
  /// The length of a name in characters.
  static let name = 1...100

  private static func list(_ context: RequestContext) async throws -> HTTPResponse {
    let user = try context.requireUser()
    let tokens = try await context.services.store.read { try await StoredToken.all(of: user, on: $0) }
    let current = context.token?.id
    return .json([
      "user_id": .text(user.uuidString.lowercased()),
      "tokens": .array(
        tokens.map { token in
          [
            "id": .text(token.id), "name": .optional(token.name), "created_at": .date(token.createdAt),
            "last_used_at": token.lastUsedAt.map { .date($0) } ?? .null,
            "expires_at": token.expiresAt.map { .date($0) } ?? .null,
            "is_current": .bool(token.id == current),
          ]
        }),
    ])
  }

  private static func create(_ context: RequestContext) async throws -> HTTPResponse {
    try await add(context, replaces: false)
  }

  /// Creates a token and revokes the one of the request.
  private static func rotate(_ context: RequestContext) async throws -> HTTPResponse {
    let response = try await add(context, replaces: true)
    if let replaced = context.token?.digest { context.services.tokens.forget(replaced) }
    return response
  }

  private static func add(_ context: RequestContext, replaces: Bool) async throws -> HTTPResponse {
    let (user, own) = try context.requireToken()
    let (name, days) = try context.request.fields { fields in
      (
        fields.optionalString("name", length: TokenController.name, allowsBlank: false),
        fields.int("expires_in_days", TokenController.days, default: 0)
      )
    }
    let token = APIToken()
    let end = days == 0 ? nil : Date(timeIntervalSinceNow: Double(days) * 86_400)
    let change = try await context.services.store.write { connection in
      try await StoredToken.add(
        token, by: own, of: user, name: name, expiresAt: end, replaces: replaces, on: connection)
    }
    switch change {
    case .made: break
    case .unauthorized: throw APIProblem.invalidToken
    case .refused:
      throw APIProblem(
        kind: .tooManyTokens, status: 409,
        detail: "a user can have \(StoredToken.most) tokens; revoke one first")
    }
    return .json(
      [
        "id": .text(token.id), "token": .text(token.value), "name": .optional(name),
        "expires_at": end.map { .date($0) } ?? .null,
      ], status: 201)
  }

  private static func revoke(_ context: RequestContext) async throws -> HTTPResponse {
    let (user, own) = try context.requireToken()
    let unknown = APIProblem(kind: .noToken, status: 404, detail: "you have no token with this ID")
    guard let id = context.values.first, StoredToken.isID(id) else { throw unknown }
    let change = try await context.services.store.write { connection in
      try await StoredToken.revoke(id, by: own, of: user, on: connection)
    }
    switch change {
    case .made(let digest): context.services.tokens.forget(digest)
    case .unauthorized: throw APIProblem.invalidToken
    case .refused: throw unknown
    }
    return HTTPResponse(status: 204)
  }
}
