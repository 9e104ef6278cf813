import FoundationEssentials
import HTTPServer
import RateLimiter
import SeedKit
import Testing
import TraceStore

@testable import TraceServer

@Suite("The address of a client", .serialized)
struct ClientAddressTests {
  @Test(
    "is the last one in X-Forwarded-For that is not a trusted proxy's, if a trusted proxy sent the request",
    arguments: [
      // The header does not count without a trusted proxy.
      ("192.0.2.1", ["203.0.113.5"], "192.0.2.1"), ("10.0.0.1", [], "10.0.0.1"),
      ("10.0.0.1", ["203.0.113.5"], "203.0.113.5"), ("::ffff:10.0.0.1", ["203.0.113.5"], "203.0.113.5"),
      // Entries that the client sent are left of the one that the proxy added.
      ("10.0.0.1", ["1.1.1.1, 203.0.113.5"], "203.0.113.5"),
      ("10.0.0.1", ["1.1.1.1", "203.0.113.5"], "203.0.113.5"),
      ("10.0.0.1", ["1.1.1.1, 203.0.113.5, 10.9.9.9,fd00::1"], "203.0.113.5"),
      ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
      // Ports, brackets, other notations, and nonsense.
      ("10.0.0.1", ["203.0.113.5:4711"], "203.0.113.5"), ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
      ("10.0.0.1", ["2001:DB8:0::1"], "2001:db8::1"), ("10.0.0.1", ["unknown"], "10.0.0.1"),
      ("10.0.0.1", ["203.0.113.5, unknown"], "10.0.0.1"), ("10.0.0.1", ["203.0.113.5, "], "203.0.113.5"),
      ("10.0.0.1", ["203.0.113.5\u{202E}"], "10.0.0.1"),
    ])
  func forwarded(peer: String, values: [String], expected: String) throws {
    let headers = HTTPHeaders(values.map { .init(name: "X-Forwarded-For", value: $0) })
    let proxies = try #require(IPNetwork.list("10.0.0.0/8, fd00::/8"))
    #expect(ClientAddress.of(headers, from: peer, trusting: proxies) == expected)
    #expect(ClientAddress.of(headers, from: peer, trusting: []) == peer)
  }

  @Test(
    "belongs to a network by its first bits",
    arguments: [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
      ("192.0.2.128/25", "192.0.2.127", false),
      ("192.0.2.128/25", "192.0.2.200", true), ("0.0.0.0/0", "203.0.113.1", true),
      ("0.0.0.0/0", "::1", false),
      ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
      ("2001:db8::/33", "2001:db8:7fff::1", true),
      ("2001:db8::/33", "2001:db8:8000::1", false), ("127.0.0.1", "::ffff:127.0.0.1", true),
      ("::1", "x", false),
    ])
  func networks(network: String, address: String, isInside: Bool) {
    #expect(IPNetwork(network)?.contains(address) == isInside)
  }

  @Test(
    "is not in a malformed network",
    arguments: [
      "", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "example.com",
    ])
  func malformed(network: String) { #expect(IPNetwork(network) == nil) }

  @Test("has a limit of its own behind a trusted proxy, and cannot be chosen by the client")
  func limits() async throws {
    try await Service.with(options: { options in
      options.limits = try RateLimitPolicy(readsPerMinute: 10, writesPerMinute: 5)
      options.trustedProxies = IPNetwork.list("10.0.0.0/8") ?? []
    }) { service in
      func status(_ forwarded: String, peer: String = "10.0.0.1") async throws -> Int {
        try await service.send(
          .get, "/api/v1/tags", [], address: peer, headers: ["X-Forwarded-For": forwarded]
        ).status
      }
      while try await status("1.1.1.1, 203.0.113.1") == 200 {}
      #expect(try await status("2.2.2.2, 203.0.113.1") == 429)
      #expect(try await status("1.1.1.1, 203.0.113.2") == 200)
      while try await status("203.0.113.3", peer: "192.0.2.1") == 200 {}
      #expect(try await status("203.0.113.4", peer: "192.0.2.1") == 429)
    }
  }
}
