/// An answer that the server gives by itself.
///
/// The detail is for the client; it holds nothing that the client sent.
struct Refusal: Error {
  let status: Int
  let detail: String

  init(_ status: Int, _ detail: String) {
    self.status = status
    self.detail = detail
  }

  static func bodyTooLarge(limit: Int) -> Self {
    Self(413, "The body may have at most \(limit) bytes.")
  }

  static func headerTooLarge(limit: Int) -> Self {
    Self(431, "Request line and header fields may have at most \(limit) bytes together.")
  }

  static let malformed = Self(400, "The request is not valid HTTP/1.1.")
  static let late = Self(408, "The request did not arrive in time.")
  static let unsendable = Self(500, "The server made an answer that cannot be sent.")
  static let timedOut = Self(503, "The request took too long and was abandoned.")
  static let stopping = Self(503, "The server is stopping.")

  /// One that the library makes, of which only the status is known.
  init(library status: Int, _ configuration: HTTPServer.Configuration) {
    switch status {
    case 413: self = .bodyTooLarge(limit: configuration.bodyLimit)
    case 414: self = Self(414, "The request line is too long.")
    case 431: self = .headerTooLarge(limit: configuration.headerLimit)
    case 505: self = Self(505, "The server speaks HTTP/1.1 and HTTP/1.0.")
    case 500...: self = Self(status, "The server could not read the request.")
    default: self = Self(status, Self.malformed.detail)
    }
  }
}
