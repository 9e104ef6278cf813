import CMicroHTTPD

/// An error response of the server itself. The detail never quotes the request.
struct Refusal: Error {
  let status: Int
  let detail: String

  init(_ status: Int, _ detail: String) {
    self.status = status
    self.detail = detail
  }

  static func bodyTooLarge(limit: Int) -> Self {
    Self(413, "The request body is larger than \(limit) bytes.")
  }

  static func headerTooLarge(limit: Int) -> Self {
    Self(431, "The request line and headers are larger than \(limit) bytes.")
  }

  static let malformed = Self(400, "The request is not valid HTTP/1.1.")
  static let late = Self(408, "The request did not arrive in time.")
  static let unsendable = Self(500, "The handler returned an invalid response.")
  static let timedOut = Self(503, "The request timed out.")
  static let closing = Self(
    503, "The connection was being closed when the request arrived. Nothing was done. Send the request again."
  )
  static let stopping = Self(503, "The server is shutting down.")

  /// A problem document (RFC 9457).
  var json: String {
    #"{"type":"about:blank","title":\#(Self.quoted(Self.title(status))),"status":\#(status),"#
      + #""detail":\#(Self.quoted(detail))}"#
  }

  static func title(_ status: Int) -> String {
    MHD_get_reason_phrase_for(UInt32(clamping: status)).map { String(cString: $0) } ?? "Unknown"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension HTTPResponse {
  /// The response as bytes, for sockets that are written directly because the library cannot send a response.
  var lastBytes: [UInt8] {
    var head = "HTTP/1.1 \(status) \(Refusal.title(status))\r\n"
    for field in headers.fields { head += "\(field.name): \(field.value)\r\n" }
    head += "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
    return Array(head.utf8) + body
  }
}
