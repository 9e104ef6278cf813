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
    do {
      path = rawPath.isEmpty ? "/" : try HTTPSyntax.text(rawPath)
      // `/` has none, `/a/` has "a" and an empty one: a trailing slash makes another path.
      segments =
        rawPath.count < 2
        ? []
        : try rawPath.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
          .map { try HTTPSyntax.percentDecoded($0, plusIsSpace: false) }
      query = try rest.dropFirst(rawPath.count + 1).split(separator: UInt8(ascii: "&")).map { pair in
        let name = pair.prefix { $0 != UInt8(ascii: "=") }
        return HTTPRequest.QueryItem(
          name: try HTTPSyntax.percentDecoded(name, plusIsSpace: true),
          value: try HTTPSyntax.percentDecoded(pair.dropFirst(name.count + 1), plusIsSpace: true))
      }
    } catch {
      return nil
    }
  }
}
