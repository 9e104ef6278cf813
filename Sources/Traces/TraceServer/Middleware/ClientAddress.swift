import HTTPServer
import TraceStore

/// Finds the address of a client behind proxies.
enum ClientAddress {
  /// The address of the client of a request that `peer` sent.
  ///
  /// It is the last address in `X-Forwarded-For` that is not a trusted proxy's. Clients can send this header too, so
  /// only the addresses that trusted proxies have added count: if the request comes from anyone else, the header is
  /// ignored.
  static func of(_ headers: HTTPHeaders, from peer: String, trusting proxies: [IPNetwork]) -> String {
    func isTrusted(_ address: String) -> Bool { proxies.contains { $0.contains(address) } }
    var address = peer
    guard !proxies.isEmpty, isTrusted(address) else { return address }
    let entries = headers.values("X-Forwarded-For").flatMap { $0.split(separator: ",") }
    for entry in entries.reversed().map({ String($0).trimmed }) where !entry.isEmpty {
      guard let next = IPNetwork.canonical(host(in: entry)) else { return address }
      address = next
      guard isTrusted(address) else { return address }
    }
    return address
  }

  /// The address without a port, which some proxies add: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
  private static func host(in entry: String) -> String {
    if entry.hasPrefix("[") { return String(entry.dropFirst().prefix { $0 != "]" }) }
    return entry.count { $0 == ":" } == 1 ? String(entry.prefix { $0 != ":" }) : entry
  }
}
