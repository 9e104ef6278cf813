import FoundationEssentials
import HTTPServer
import SeedKit
import TraceStore

/// Users and their tokens.
enum AccountController {
  static let routes = [Route(.post, "/api/v1/auth/register", .everybody(.write)) { try await register($0) }]

  /// Nobody shows to own an address, so a known one gets no further token: neither a user's account nor a
  /// seed's can be taken over. That it is known cannot be hidden from whoever wants to register it.
  private static func register(_ context: RequestContext) async throws -> HTTPResponse {
    let (email, displayName) = try context.request.fields { fields in
      let email = fields.string("email", expected: EmailAddress.rule, EmailAddress.init)
      let displayName = fields.optionalString("display_name", length: 1...200, allowsBlank: false)
      return email.map { ($0, displayName) }
    }
    let token = APIToken()
    let user = try await context.services.store.write { connection in
      try await Accounts.register(email, displayName: displayName, token: token, on: connection)
    }
    guard let user else {
      throw APIProblem(
        kind: .addressTaken, status: 409,
        detail: "this address already has a token, which was shown once and cannot be shown again")
    }
    return .json(
      ["user_id": .text(user.uuidString.lowercased()), "token": .text(token.value)], status: 201)
  }
}
