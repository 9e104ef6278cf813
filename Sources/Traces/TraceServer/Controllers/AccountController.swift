import FoundationEssentials
import HTTPServer
import SeedKit
import TraceStore

/// Registration of users and their tokens.
enum AccountController {
  static let routes = [Route(.post, "/api/v1/auth/register", .everybody(.write)) { try await register($0) }]

  /// Registration does not verify who owns an address. So a registered address gets no second token, which prevents
  /// taking over an existing account. That an address is registered cannot be hidden from someone who tries to
  /// register it.
  private static func register(_ context: RequestContext) async throws -> HTTPResponse {
    let (email, displayName) = try context.request.fields { fields in
      let email = fields.string("email", expected: EmailAddress.rule, EmailAddress.init)
      let displayName = fields.optional(
        "display_name", expected: DisplayName.rule, DisplayName.init)
      return email.map { ($0, displayName) }
    }
    let token = APIToken()
    let network = context.network
    let result = try await context.services.store.write { connection in
      try await Accounts.register(
        email, displayName: displayName, from: network, token: token, on: connection)
    }
    switch result {
    case .registered(let user):
      return .json(
        ["user_id": .text(user.uuidString.lowercased()), "token": .text(token.value)], status: 201)
    case .nameReserved:
      throw APIProblem.invalidFields([
        .init(field: "display_name", message: "found a reserved name; expected another one")
      ])
    case .addressTaken:
      throw APIProblem(
        kind: .addressTaken, status: 409,
        detail: "this address already has a token, which was shown once and cannot be shown again")
    }
  }
}
