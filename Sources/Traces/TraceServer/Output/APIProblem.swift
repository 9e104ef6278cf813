import HTTPServer
import SeedKit

/// Why a request is not answered as it was meant: a problem of RFC 9457.
///
/// Its `type` is a name that stays the same, so that a program can tell problems apart.
struct APIProblem: Error, Sendable {
  /// The kinds. The raw value ends the type's name.
  enum Kind: String, Sendable, CaseIterable {
    /// The server refused the request before anyone looked at its meaning.
    case http
    /// The body is not JSON.
    case malformedJSON = "malformed-json"
    /// Fields are missing or do not fit; `errors` names each.
    case invalidFields = "invalid-fields"
    /// The body is of another type.
    case unsupportedMediaType = "unsupported-media-type"
    /// There is nothing at this path.
    case noRoute = "no-route"
    /// The path takes other methods.
    case methodNotAllowed = "method-not-allowed"
    /// There is no such trace.
    case noTrace = "no-trace"
    /// A token is needed, or the one that was sent is none.
    case unauthorized
    /// The address is registered.
    case addressTaken = "address-taken"
    /// Nobody votes on a trace of their own.
    case ownTrace = "own-trace"
    /// Nobody votes twice on a trace.
    case votedBefore = "voted-before"
    /// Too many requests.
    case rateLimited = "rate-limited"
    /// The database does not answer.
    case databaseUnavailable = "database-unavailable"
    /// The embedding service does not answer.
    case embeddingUnavailable = "embedding-unavailable"
    /// The server is not ready yet.
    case notReady = "not-ready"
    /// A fault of the server.
    case internalFault = "internal"
  }

  /// A fault of one field.
  struct FieldError: Sendable, Hashable {
    /// The field, such as `tags[2]`; empty for the body as a whole.
    let field: String
    /// What was found, never with a value in it, and what was expected.
    let message: String
  }

  let kind: Kind
  let status: Int
  let detail: String
  var errors: [FieldError] = []
  var headers: HTTPHeaders = [:]

  /// What all names of types begin with.
  static let typePrefix = "urn:trace-server:problem:"
  static let contentType = "application/problem+json"

  /// Fields that are missing or do not fit.
  static func invalidFields(_ errors: [FieldError]) -> APIProblem {
    APIProblem(
      kind: .invalidFields, status: 422,
      detail: errors.count == 1 ? "one field is invalid" : "\(errors.count) fields are invalid",
      errors: errors
    )
  }

  /// The answer.
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
    if let requestID { members.append(.init(name: "request_id", value: .text(requestID))) }
    return JSONOutput.object(members).bytes()
  }
}

extension APIProblem.Kind {
  /// The same for every problem of the kind.
  var title: String {
    switch self {
    case .http: "Request failed"
    case .malformedJSON: "Malformed JSON"
    case .invalidFields: "Invalid fields"
    case .unsupportedMediaType: "Unsupported media type"
    case .noRoute: "Not found"
    case .methodNotAllowed: "Method not allowed"
    case .noTrace: "Trace not found"
    case .unauthorized: "Missing or invalid token"
    case .addressTaken: "Address already registered"
    case .ownTrace: "Vote on your own trace"
    case .votedBefore: "Already voted"
    case .rateLimited: "Too many requests"
    case .databaseUnavailable: "Database unavailable"
    case .embeddingUnavailable: "Embedding service unavailable"
    case .notReady: "Server not ready"
    case .internalFault: "Internal server error"
    }
  }
}
