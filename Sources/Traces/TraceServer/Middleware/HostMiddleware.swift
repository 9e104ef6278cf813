import HTTPServer

/// Rejects requests for other hosts on a server that only this machine can reach and that needs no token.
///
/// Otherwise any web page could read such a server: its owner lets the name of the page resolve to 127.0.0.1 (DNS
/// rebinding), so that the browser takes both for the same origin.
struct HostMiddleware: Middleware {
  /// Whether hosts are checked.
  let isActive: Bool
  /// Whether hosts are checked on the private port.
  let isActiveOnPrivatePort: Bool

  /// - Parameters:
  ///   - host: the address that the server listens on.
  ///   - adminHost: the address of the private port, which never needs a token.
  ///   - searchNeedsToken: whether search requires a token, which a foreign page does not have.
  init(listeningOn host: String, adminHost: String, searchNeedsToken: Bool) {
    isActive = !searchNeedsToken && Self.isLoopback(host)
    isActiveOnPrivatePort = Self.isLoopback(adminHost)
  }

  /// - Throws: ``APIProblem`` with status 421.
  func respond(to context: inout RequestContext, next: Next) async throws -> HTTPResponse {
    // Browsers always send a host. Without one, the request comes from an HTTP/1.0 client.
    if context.isPrivate ? isActiveOnPrivatePort : isActive, let host = context.request.headers["Host"],
      !Self.isLoopback(Self.name(in: host))
    {
      throw APIProblem(
        kind: .wrongHost, status: 421,
        detail: "this server is for this machine only; use localhost or 127.0.0.1 as its host")
    }
    return try await next(&context)
  }

  /// The host without its port and brackets; empty if anything else follows it.
  private static func name(in host: String) -> Substring {
    var name = host.prefix { $0 != ":" }
    var rest = host[name.endIndex...]
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      name = host[..<end].dropFirst()
      rest = host[end...].dropFirst()
    }
    let isPort = rest.first == ":" && rest.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
    return rest.isEmpty || isPort ? name : ""
  }

  /// Whether a name or an address always means this machine (RFC 6761, section 6.3).
  static func isLoopback(_ host: some StringProtocol) -> Bool {
    let name = host.lowercased()
    if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
