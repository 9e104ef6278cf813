import Basics
import HTTPServer
import TraceStore

/// A file of the web page, with its header fields.
struct PageFile: Sendable {
  private let headers: HTTPHeaders
  private let etag: String
  let body: [UInt8]

  /// Allows scripts, styles and requests of the same origin only, and no inline scripts, frames or forms. Even if the
  /// text of a trace got into the page as markup, it could not run.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private init(type: String, body: [UInt8]) {
    self.body = body
    etag = "\"\(Digest.sha256Hex(body).prefix(32))\""
    headers = HTTPHeaders([
      .init(name: "Content-Type", value: type), .init(name: "ETag", value: etag),
      // Cached, but revalidated each time, so that a new version of the program takes effect at once.
      .init(name: "Cache-Control", value: "no-cache"),
      .init(name: "Content-Security-Policy", value: Self.policy),
      .init(name: "X-Content-Type-Options", value: "nosniff"),
      .init(name: "Referrer-Policy", value: "no-referrer"),
      .init(name: "Cross-Origin-Opener-Policy", value: "same-origin"),
      .init(name: "Cross-Origin-Resource-Policy", value: "same-origin"),
    ])
  }

  /// The file with a name; nil if it does not exist.
  ///
  /// - Parameter searchNeedsToken: whether the page should ask for a token before the first search.
  static func named(_ name: String, searchNeedsToken: Bool) -> PageFile? {
    (searchNeedsToken ? withToken : withoutToken)[name]
  }

  /// A response with the file, or 304 if the client has it.
  func response(to request: HTTPRequest) -> HTTPResponse {
    let known = request.headers.values("If-None-Match").flatMap { $0.split(separator: ",") }
      .map { String($0).trimmed }
    // A weak comparison, as RFC 9110 requires for If-None-Match.
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
