/// A response to a request.
public struct HTTPResponse: Sendable, Hashable {
  /// The status, from 200 to 599. Any other value is sent as 500.
  public var status: Int
  /// The header fields. The server sets `Date`, `Content-Length` and `Transfer-Encoding`. It ignores the latter two
  /// here, and of `Connection` it uses only `close`. A field that cannot be sent, for example with a line break,
  /// turns the response into a 500.
  public var headers: HTTPHeaders
  /// The body; empty by default. Not sent in response to `HEAD`, or with status 204 or 304.
  public var body: [UInt8]

  /// Creates a response.
  public init(status: Int = 200, headers: HTTPHeaders = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Creates a response with a text body.
  public init(
    status: Int = 200, headers: HTTPHeaders = [:], text: String,
    contentType: String = "text/plain; charset=utf-8"
  ) {
    self.init(status: status, headers: headers, body: Array(text.utf8))
    self.headers["Content-Type"] = contentType
  }
}

extension HTTPResponse {
  /// Whether the server can send the response as it is.
  var isSendable: Bool {
    (200...599).contains(status)
      && headers.fields.allSatisfy { field in
        HTTPSyntax.isToken(field.name.utf8) && HTTPSyntax.isFieldValue(field.value.utf8)
      }
  }

  var closesConnection: Bool {
    headers.values("Connection").contains { HTTPHeaders.isSame($0, "close") }
  }
}
