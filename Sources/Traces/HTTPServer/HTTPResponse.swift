/// A response to a request.
public struct HTTPResponse: Sendable, Hashable {
  /// The status, from 200 to 599. Anything else is sent as 500.
  public var status: Int
  /// The header fields. `Date`, `Content-Length` and `Transfer-Encoding` are the server's business:
  /// the latter two are ignored here, and of `Connection` only `close` is heeded. A field that
  /// cannot be sent (a line break in it, for one) turns the response into 500.
  public var headers: HTTPHeaders
  /// The body; empty by default. Not sent to `HEAD`, with 204 and with 304.
  public var body: [UInt8]

  /// Makes a response.
  public init(status: Int = 200, headers: HTTPHeaders = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Makes a response with a text as its body.
  public init(
    status: Int = 200, headers: HTTPHeaders = [:], text: String,
    contentType: String = "text/plain; charset=utf-8"
  ) {
    self.init(status: status, headers: headers, body: Array(text.utf8))
    self.headers["Content-Type"] = contentType
  }
}

extension HTTPResponse {
  /// Whether the server can send it as it is.
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
