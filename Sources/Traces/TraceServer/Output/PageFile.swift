import Basics
import HTTPServer
import TraceStore

/// A file of the page, with the header fields that it is sent with.
struct PageFile: Sendable {
  private let headers: HTTPHeaders
  private let etag: String
  let body: [UInt8]

  /// Scripts, styles and answers from here only; nothing inline, nothing framed, no form that is sent. What
  /// a trace holds could not be run even if it came to stand in the page as more than text.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private init(type: String, body: [UInt8]) {
    self.body = body
    etag = "\"\(Digest.sha256Hex(body).prefix(32))\""
    headers = HTTPHeaders([
      .init(name: "Content-Type", value: type), .init(name: "ETag", value: etag),
      // Kept, but asked after each time: a new version of the program has a new page at once.
      .init(name: "Cache-Control", value: "no-cache"),
      .init(name: "Content-Security-Policy", value: Self.policy),
      .init(name: "X-Content-Type-Options", value: "nosniff"),
      .init(name: "Referrer-Policy", value: "no-referrer"),
      .init(name: "Cross-Origin-Opener-Policy", value: "same-origin"),
      .init(name: "Cross-Origin-Resource-Policy", value: "same-origin"),
    ])
  }

  /// The file with a name; nil if there is none.
  ///
  /// - Parameter searchNeedsToken: what the page is told, so that it asks for a token before the first search
  ///   is refused.
  static func named(_ name: String, searchNeedsToken: Bool) -> PageFile? {
    (searchNeedsToken ? withToken : withoutToken)[name]
  }

  /// The file, or that the client has it (304).
  func response(to request: HTTPRequest) -> HTTPResponse {
    let known = request.headers.values("If-None-Match").flatMap { $0.split(separator: ",") }
      .map { String($0).trimmed }
    // Compared weakly, as RFC 9110 has it for this field.
    let isKnown = known.contains { $0 == "*" || $0 == etag || $0 == "W/" + etag }
    return HTTPResponse(status: isKnown ? 304 : 200, headers: headers, body: isKnown ? [] : body)
  }

  private static let withToken = files()
  private static let withoutToken = files {
    $0.replacing(#"data-search="token""#, with: #"data-search="open""#)
  }

  private static func files(index change: (String) -> String = { $0 }) -> [String: PageFile] {
    Dictionary(
      uniqueKeysWithValues: Resources.files(in: "Page").map { name, bytes in
        let isIndex = name == "index.html"
        let body = isIndex ? Array(change(String(decoding: bytes, as: UTF8.self)).utf8) : bytes
        return (name, PageFile(type: type(of: name), body: body))
      })
  }

  private static func type(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "js": "text/javascript; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "text/html; charset=utf-8"
    }
  }
}
