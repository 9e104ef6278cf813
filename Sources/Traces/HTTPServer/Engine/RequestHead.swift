/// A request line and header fields that have passed all checks.
struct RequestHead {
  let method: HTTPMethod
  let target: HTTPTarget
  let headers: HTTPHeaders
  /// Nil if the body is chunked.
  let contentLength: Int?
  /// Whether the client may send another request on this connection.
  let keepsAlive: Bool

  /// Whether the connection is closed after the response, because ``ChunkedReader`` has read from it.
  var endsConnection: Bool { contentLength == nil && ChunkedReader.isNeeded }

  /// The library accepts two different lengths, and a field name followed by a space. This initializer rejects
  /// whatever a proxy could read differently (RFC 9112, sections 3.2, 6.3 and 11.2).
  init(
    method: String, rawTarget: [UInt8], version: String, headers: HTTPHeaders, size: Int,
    options: HTTPServer.Options
  ) throws(Refusal) {
    guard size <= options.headerLimit else {
      throw .headerTooLarge(limit: options.headerLimit)
    }
    guard HTTPSyntax.isToken(method.utf8) else {
      throw Refusal(400, "The request line does not start with a method.")
    }
    guard let target = HTTPTarget(rawTarget) else {
      throw Refusal(400, "The request target is not a path in percent-encoded UTF-8.")
    }
    guard
      headers.fields.allSatisfy({
        HTTPSyntax.isToken($0.name.utf8) && HTTPSyntax.isFieldValue($0.value.utf8)
      })
    else { throw Refusal(400, "A header has an invalid name, or a control character in its value.") }

    let isOld = version == "HTTP/1.0"
    let hosts = headers.values("Host").count
    guard hosts == 1 || (hosts == 0 && isOld) else {
      throw Refusal(400, "An HTTP/1.1 request requires exactly one Host header.")
    }
    contentLength = try Self.contentLength(headers, isOld: isOld, options)
    let options = headers.values("Connection").flatMap { $0.split(separator: ",") }
      .map { String($0.trimmingPrefix(while: Self.isSpace)).prefix { !Self.isSpace($0) } }
    keepsAlive =
      !options.contains { HTTPHeaders.isSame(String($0), "close") }
      && (!isOld || options.contains { HTTPHeaders.isSame(String($0), "keep-alive") })
    self.method = HTTPMethod(rawValue: method)
    self.target = target
    // Trim the values only now, because the library frames the body by the untrimmed values.
    self.headers = HTTPHeaders(
      headers.fields.map { HTTPHeaders.Field(name: $0.name, value: Self.trimmed($0.value)) })
  }

  private static func trimmed(_ value: String) -> String {
    guard let last = value.last, isSpace(last) else { return value }
    return String(value[...(value.lastIndex { !isSpace($0) } ?? value.startIndex)])
  }

  private static func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }

  static let malformedLength = Refusal(400, "Content-Length is repeated or is not a number.")

  private static func contentLength(
    _ headers: HTTPHeaders, isOld: Bool, _ options: HTTPServer.Options
  ) throws(Refusal) -> Int? {
    let codings = headers.values("Transfer-Encoding")
    let lengths = headers.values("Content-Length")
    guard codings.isEmpty || lengths.isEmpty else {
      throw Refusal(400, "A request cannot have both Content-Length and Transfer-Encoding.")
    }
    guard codings.isEmpty else {
      guard codings.count == 1, !isOld else {
        throw Refusal(400, "Transfer-Encoding is repeated, or was sent with HTTP/1.0.")
      }
      guard HTTPHeaders.isSame(codings[0], "chunked") else {
        throw Refusal(501, "The only supported transfer coding is chunked.")
      }
      return nil
    }
    guard let text = lengths.first else { return 0 }
    guard lengths.count == 1, let length = HTTPSyntax.number(text) else {
      throw Self.malformedLength
    }
    guard length <= options.bodyLimit else { throw .bodyTooLarge(limit: options.bodyLimit) }
    return length
  }
}
