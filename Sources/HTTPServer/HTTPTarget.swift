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
    guard let path = rawPath.isEmpty ? "/" : String(validating: rawPath, as: UTF8.self),
      let segments = Self.segments(rawPath),
      let query = Self.query(rest.dropFirst(rawPath.count + 1))
    else { return nil }
    self.path = path
    self.segments = segments
    self.query = query
  }

  /// `/` has none, `/a/` has "a" and an empty one: a trailing slash makes another path.
  private static func segments(_ path: ArraySlice<UInt8>) -> [String]? {
    guard path.count > 1 else { return [] }
    return decoded(
      path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    ) { HTTPSyntax.percentDecoded($0, plusIsSpace: false) }
  }

  private static func query(_ query: ArraySlice<UInt8>) -> [HTTPRequest.QueryItem]? {
    decoded(query.split(separator: UInt8(ascii: "&"))) { pair in
      let name = pair.prefix { $0 != UInt8(ascii: "=") }
      guard let decodedName = HTTPSyntax.percentDecoded(name, plusIsSpace: true),
        let value = HTTPSyntax.percentDecoded(pair.dropFirst(name.count + 1), plusIsSpace: true)
      else { return nil }
      return HTTPRequest.QueryItem(name: decodedName, value: value)
    }
  }

  private static func decoded<Part>(
    _ parts: [ArraySlice<UInt8>], _ decode: (ArraySlice<UInt8>) -> Part?
  ) -> [Part]? {
    var result: [Part] = []
    for part in parts {
      guard let part = decode(part) else { return nil }
      result.append(part)
    }
    return result
  }
}
