import Basics

/// A request that has been received as a whole.
public struct HTTPRequest: Sendable {
  /// The method. A `HEAD` arrives as ``HTTPMethod/get``: the server leaves the body away.
  public var method: HTTPMethod
  /// The path as sent, percent-encoded, without the query: `/` at least, or `*`.
  public var path: String { target.path }
  /// The parts of the path between the slashes, decoded: none for `/`; `/a%2Fb/` has `a/b` and an
  /// empty one.
  public var segments: [String] { target.segments }
  /// The items of the query in their order, decoded, with `+` as a space.
  public var query: [QueryItem] { target.query }
  /// The header fields.
  public var headers: HTTPHeaders
  /// The body; empty if there is none.
  public var body: [UInt8]
  /// The address of the client, or of the proxy before it, as text: `127.0.0.1`, `::1`.
  public var remoteAddress: String
  /// Made up by the server, for logs: unique while the server runs, and hardly ever the same in another.
  public var id: String
  /// When its request line had arrived; of one that was made for a test, when it was made.
  public let start: ContinuousClock.Instant

  private let target: HTTPTarget

  /// An item of the query.
  public struct QueryItem: Sendable, Hashable {
    /// What stands before the first `=`.
    public let name: String
    /// What stands after it; empty if there is none.
    public let value: String
  }

  /// The target is invalid; the server would have responded with 400.
  public struct InvalidTarget: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String
  }

  /// Makes a request, for tests of what handles them.
  ///
  /// - Parameter target: path and query, percent-encoded, as in the request line.
  /// - Throws: ``InvalidTarget``.
  public init(
    _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
    remoteAddress: String = "127.0.0.1", id: String = "test"
  ) throws {
    guard let parsed = HTTPTarget(target.utf8) else {
      throw InvalidTarget(
        description:
          "'\(target)' is not a request target; expected a path such as /a%20b?c=d, percent-encoded")
    }
    self.init(
      method: method, target: parsed, headers: headers, body: body, remoteAddress: remoteAddress, id: id,
      start: .now)
  }

  init(
    method: HTTPMethod, target: HTTPTarget, headers: HTTPHeaders, body: [UInt8], remoteAddress: String,
    id: String, start: ContinuousClock.Instant
  ) {
    self.start = start
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    self.remoteAddress = remoteAddress
    self.id = id
  }

  /// The value of the first item of the query with that name, or nil.
  public func query(_ name: String) -> String? {
    query.first { $0.name == name }?.value
  }
}

/// A request method (RFC 9110, section 9), such as `GET`. Case matters.
public struct HTTPMethod: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
  /// The method as it stands in the request line.
  public let rawValue: String

  /// Makes a method from its name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Makes a method from its name.
  public init(stringLiteral value: String) { rawValue = value }

  /// `GET`
  public static let get: Self = "GET"
  /// `HEAD`; a handler never sees it, because the server answers it as ``get`` without the body.
  public static let head: Self = "HEAD"
  /// `POST`
  public static let post: Self = "POST"
  /// `PUT`
  public static let put: Self = "PUT"
  /// `PATCH`
  public static let patch: Self = "PATCH"
  /// `DELETE`
  public static let delete: Self = "DELETE"
  /// `OPTIONS`
  public static let options: Self = "OPTIONS"
}

extension HTTPMethod: CustomStringConvertible {
  /// The method as it stands in the request line.
  public var description: String { rawValue }
}

/// The target of a request line, taken apart (RFC 9112, section 3.2).
struct HTTPTarget: Sendable, Hashable {
  /// The path as sent.
  let path: String
  /// The parts between the slashes, decoded.
  let segments: [String]
  let query: [HTTPRequest.QueryItem]

  /// Nil unless the target is `*`, a path, or a whole URL, with valid percent-encoding and UTF-8.
  init?(_ target: some Sequence<UInt8>) {
    var rest = Array(target)[...]
    // Neither spaces nor control characters, and no fragment, which clients keep to themselves.
    guard rest.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "#") }) else { return nil }
    if rest.elementsEqual("*".utf8) {
      (path, segments, query) = ("*", [], [])
      return
    }
    if rest.first != UInt8(ascii: "/") {
      // The form that proxies are sent; every server has to understand it.
      guard let scheme = ["http://", "https://"].first(where: { rest.starts(with: $0.utf8) }) else {
        return nil
      }
      rest = rest.dropFirst(scheme.utf8.count)
      let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
      guard !authority.isEmpty else { return nil }
      rest = rest.dropFirst(authority.count)
    }
    let rawPath = rest.prefix { $0 != UInt8(ascii: "?") }
    guard let path = rawPath.isEmpty ? "/" : String(validating: rawPath, as: UTF8.self) else { return nil }
    self.path = path
    do {
      // `/` has none, `/a/` has "a" and an empty one: a trailing slash makes another path.
      segments =
        rawPath.count < 2
        ? []
        : try rawPath.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
          .map { try Self.decoded($0) }
      query = try rest.dropFirst(rawPath.count + 1).split(separator: UInt8(ascii: "&")).map { pair in
        let name = pair.prefix { $0 != UInt8(ascii: "=") }
        return HTTPRequest.QueryItem(
          name: try Self.decoded(name, plusIsSpace: true),
          value: try Self.decoded(pair.dropFirst(name.count + 1), plusIsSpace: true))
      }
    } catch {
      return nil
    }
  }

  private struct InvalidEncoding: Error {}

  private static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false) throws -> String {
    guard let text = PercentEncoding.decode(bytes, plusIsSpace: plusIsSpace) else { throw InvalidEncoding() }
    return text
  }
}
