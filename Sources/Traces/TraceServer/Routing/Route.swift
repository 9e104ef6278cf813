import HTTPServer

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
