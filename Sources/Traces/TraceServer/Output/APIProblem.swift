import HTTPServer
import SeedKit

/// An error response as a problem document (RFC 9457).
///
/// Its `type` is stable, so that clients can distinguish problems.
struct APIProblem: Error, Sendable {
  /// The kinds of problems. The raw value is the last part of `type`.
  enum Kind: String, Sendable, CaseIterable {
    /// The HTTP server rejected the request before it was routed.
    case http
    /// The body is not JSON.
    case malformedJSON = "malformed-json"
    /// Fields are missing or invalid. `errors` lists them.
    case invalidFields = "invalid-fields"
    /// The content type of the body is not supported.
    case unsupportedMediaType = "unsupported-media-type"
    /// The path does not exist.
    case noRoute = "no-route"
    /// The path exists, but not for this method.
    case methodNotAllowed = "method-not-allowed"
    /// The host of the request is not this server's.
    case wrongHost = "wrong-host"
    /// The trace does not exist.
    case noTrace = "no-trace"
    /// The token is missing or invalid.
    case unauthorized
    /// The token's owner is no moderator.
    case notModerator = "not-moderator"
    /// The user does not exist.
    case noUser = "no-user"
    /// The token does not exist.
    case noToken = "no-token"
    /// The user has too many tokens.
    case tooManyTokens = "too-many-tokens"
    /// The user has too many provisional traces.
    case tooManyProvisional = "too-many-provisional"
    /// The trace belongs to another user.
    case foreignTrace = "foreign-trace"
    /// The address is already registered.
    case addressTaken = "address-taken"
    /// Users cannot vote on their own traces.
    case ownTrace = "own-trace"
    /// Users cannot vote on a trace twice.
    case votedBefore = "voted-before"
    /// The trace has changed since the voter read it.
    case traceChanged = "trace-changed"
    /// A trace that says nearly the same exists. `existing` has its path.
    case nearDuplicate = "near-duplicate"
    /// The cursor belongs to another search.
    case cursorMismatch = "cursor-mismatch"
    /// The rate limit is exceeded.
    case rateLimited = "rate-limited"
    /// The database is unavailable.
    case databaseUnavailable = "database-unavailable"
    /// The embedding service is unavailable.
    case embeddingUnavailable = "embedding-unavailable"
    /// The server is not ready yet.
    case notReady = "not-ready"
    /// The database belongs to another environment.
    case otherEnvironment = "other-environment"
    /// Requests cannot be limited, and the server is set to deny them then.
    case limitsUnavailable = "limits-unavailable"
    /// An internal error of the server.
    case internalFault = "internal"
  }

  /// An error in one field.
  struct FieldError: Sendable, Hashable {
    /// The path of the field, such as `tags[2]`; empty for the whole body.
    let field: String
    /// What was found and what was expected. Never contains the value.
    let message: String
  }

  let kind: Kind
  let status: Int
  let detail: String
  var errors: [FieldError] = []
  /// The path of an existing resource that the request conflicts with.
  var existing: String?
  var headers: HTTPHeaders = [:]

  /// The common prefix of all types.
  static let typePrefix = "urn:trace-server:problem:"
  static let contentType = "application/problem+json"

  /// The maximum number of listed errors. A body can have tens of thousands of unknown fields.
  static let mostErrors = 20

  /// The problem for missing or invalid fields. Lists the first ``mostErrors``.
  static func invalidFields(_ errors: [FieldError]) -> APIProblem {
    let detail =
      switch errors.count {
      case 1: "one field is invalid"
      case ...mostErrors: "\(errors.count) fields are invalid"
      default: "more than \(mostErrors) fields are invalid; the first \(mostErrors) are listed"
      }
    return APIProblem(
      kind: .invalidFields, status: 422, detail: detail, errors: Array(errors.prefix(mostErrors)))
  }

  /// The response for this problem.
  func response(requestID: String?) -> HTTPResponse {
    var response = HTTPResponse(status: status, headers: headers, body: body(requestID: requestID))
    response.headers["Content-Type"] = Self.contentType
    response.headers["Cache-Control"] = "no-store"
    return response
  }

  func body(requestID: String?) -> [UInt8] {
    var members: [JSONOutput.Member] = [
      .init(name: "type", value: .text(Self.typePrefix + kind.rawValue)),
      .init(name: "title", value: .text(kind.title)), .init(name: "status", value: .int(status)),
      .init(name: "detail", value: .text(detail)),
    ]
    if !errors.isEmpty {
      members.append(
        .init(
          name: "errors",
          value: .array(errors.map { ["field": .text($0.field), "message": .text($0.message)] })))
    }
    if let existing { members.append(.init(name: "existing", value: .text(existing))) }
    if let requestID { members.append(.init(name: "request_id", value: .text(requestID))) }
    return JSONOutput.object(members).bytes()
  }
}

extension APIProblem.Kind {
  /// A title that is the same for every problem of this kind.
  var title: String {
    switch self {
    case .http: "Request failed"
    case .malformedJSON: "Malformed JSON"
    case .invalidFields: "Invalid fields"
    case .unsupportedMediaType: "Unsupported media type"
    case .noRoute: "Not found"
    case .methodNotAllowed: "Method not allowed"
    case .wrongHost: "Wrong host"
    case .noTrace: "Trace not found"
    case .unauthorized: "Missing or invalid token"
    case .notModerator: "Not a moderator"
    case .noUser: "User not found"
    case .noToken: "Token not found"
    case .tooManyTokens: "Too many tokens"
    case .tooManyProvisional: "Too many provisional traces"
    case .foreignTrace: "Trace of another user"
    case .addressTaken: "Address already registered"
    case .ownTrace: "Vote on your own trace"
    case .votedBefore: "Already voted"
    case .traceChanged: "The trace has changed"
    case .nearDuplicate: "Near-duplicate trace"
    case .cursorMismatch: "Cursor of another search"
    case .rateLimited: "Too many requests"
    case .databaseUnavailable: "Database unavailable"
    case .embeddingUnavailable: "Embedding service unavailable"
    case .notReady: "Server not ready"
    case .otherEnvironment: "Database of another environment"
    case .limitsUnavailable: "Rate limits unavailable"
    case .internalFault: "Internal server error"
    }
  }
}
