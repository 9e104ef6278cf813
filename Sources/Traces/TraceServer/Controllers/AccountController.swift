import FoundationEssentials
import HTTPServer
import TraceStore

/// Users and their tokens.
enum AccountController {
  static let routes = [Route(.post, "/api/v1/auth/register", .everybody(.write)) { try await register($0) }]

  /// Nobody shows to own an address, so a known one gets no further token: neither a user's account nor a
  /// seed's can be taken over. That it is known cannot be hidden from whoever wants to register it.
  private static func register(_ context: RequestContext) async throws -> HTTPResponse {
    var fields = try JSONFields(context.request)
    let email = fields.parsed("email", expected: EmailAddress.rule) { EmailAddress($0) }
    let displayName = fields.optionalText("display_name", 1...200)
    try fields.finish()
    guard let email else { throw JSONFields.invalid([]) }
    let token = APIToken()
    let user = try await context.services.store.write { connection in
      try await Accounts.register(email, displayName: displayName, token: token, on: connection)
    }
    guard let user else {
      throw APIProblem(
        kind: .addressTaken, status: 409,
        detail: "the address is registered; its token was shown then and cannot be shown again")
    }
    return .json(
      ["user_id": .text(user.uuidString.lowercased()), "token": .text(token.value)], status: 201)
  }
}
