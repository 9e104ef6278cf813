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

  /// What the page must know about the server before its first request.
  struct Facts: Hashable, Sendable {
    /// Whether the page should ask for a token before the first search.
    var searchNeedsToken: Bool
    /// Whether the embedding model finds traces that say the same in other words. The local model does not.
    var findsMeaning = false
  }

  /// The file with a name; nil if it does not exist.
  static func named(_ name: String, _ facts: Facts) -> PageFile? {
    (name == indexName ? indexes[facts] : nil) ?? others[name]
  }

  /// A response with the file, or 304 if the client has it.
  func response(to request: HTTPRequest) -> HTTPResponse {
    let known = request.headers.values("If-None-Match").flatMap { $0.split(separator: ",") }
      .map { String($0).trimmed }
    // A weak comparison, as RFC 9110 requires for If-None-Match.
    let isKnown = known.contains { $0 == "*" || $0 == etag || $0 == "W/" + etag }
    return HTTPResponse(status: isKnown ? 304 : 200, headers: headers, body: isKnown ? [] : body)
  }

  private static let indexName = "index.html"

  /// The index for each combination of facts.
  private static let indexes: [Facts: PageFile] = {
    let text = String(decoding: Resources.file("Page/\(indexName)") ?? [], as: UTF8.self)
    let all = [false, true].flatMap { token in
      [false, true].map { Facts(searchNeedsToken: token, findsMeaning: $0) }
    }
    return Dictionary(
      uniqueKeysWithValues: all.map { facts in
        let body =
          text
          .replacing(
            #"data-search="token""#, with: #"data-search="\#(facts.searchNeedsToken ? "token" : "open")""#
          )
          .replacing(
            #"data-ranking="words""#, with: #"data-ranking="\#(facts.findsMeaning ? "meaning" : "words")""#)
        return (facts, PageFile(type: type(of: indexName), body: Array(body.utf8)))
      })
  }()

  private static let others = Dictionary(
    uniqueKeysWithValues: Resources.files(in: "Page").filter { $0.0 != indexName }
      .map { name, bytes in (name, PageFile(type: type(of: name), body: bytes)) })

  private static func type(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "js": "text/javascript; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "text/html; charset=utf-8"
    }
  }
}
