import SeedTesting
import Testing
import TraceTesting

@testable import RateLimiter

@Suite("A Redis limiter over TLS")
struct RedisTLSTests {
  /// Starts a Redis with TLS and a password, and passes its port and the certificate to `body`.
  private func withServer(
    host: String = "localhost", _ body: (RedisServer, Int, TestCertificate) async throws -> Void
  ) async throws {
    try await TemporaryFolder.with { folder in
      let certificate = try await TestCertificate.make(in: folder, host: host)
      let port = Int(try FreePort.find())
      let settings = [
        "tls-port \(port)", "tls-cert-file \(certificate.path)", "tls-key-file \(certificate.keyPath)",
        "tls-ca-cert-file \(certificate.path)", "tls-auth-clients no",
      ]
      try await RedisServer.with(password: "canary", settings: settings) { server in
        try await body(server, port, certificate)
      }
    }
  }

  private func limiter(
    _ url: String, _ certificate: TestCertificate?, log: EventLog
  ) throws -> RedisRateLimiter {
    try RedisRateLimiter(
      url: url, password: "canary", authorities: certificate?.path,
      policy: RateLimitPolicy(readsPerMinute: 50, writesPerMinute: 2), connectTimeout: .seconds(10),
      commandTimeout: .seconds(10), retryInterval: .milliseconds(20), onEvent: { log.append($0) })
  }

  @Test("works as without TLS, also for many concurrent requests and after a restart")
  func works() async throws {
    try await withServer { server, port, certificate in
      let log = EventLog()
      let limiter = try limiter("rediss://localhost:\(port)", certificate, log: log)
      #expect(await limiter.takeAtOnce(300, user: "ann", kind: .read) == 50)
      #expect(await limiter.takeInTurn(5, user: "ann", kind: .write) == 2)
      #expect(limiter.counters.failures == 0 && log.events.isEmpty, "\(log.text)")
      try await server.kill()
      try await server.start()
      // The connection is replaced, and the buckets of the new server are full.
      #expect(await limiter.takeInTurn(1, user: "ann", kind: .write) == 1)
      let info = try await RedisProbe(
        url: "rediss://localhost:\(port)", password: "canary", authorities: certificate.path,
        timeout: .seconds(10)
      ).run()
      #expect(info.runsScripts)
    }
  }

  @Test("accepts only a certificate of a trusted authority for its host")
  func untrusted() async throws {
    try await withServer { _, port, certificate in
      for (url, authority) in [
        ("rediss://localhost:\(port)", nil), ("rediss://127.0.0.1:\(port)", certificate),
      ] as [(String, TestCertificate?)] {
        let log = EventLog()
        let limiter = try limiter(url, authority, log: log)
        #expect(await limiter.take(user: "ann", kind: .read).isAllowed)
        #expect(limiter.counters.failures == 1)
        #expect(
          log.text.contains("its certificate is rejected") && !log.text.contains("canary"), "\(log.text)")
      }
    }
  }

  @Test("reports a server without TLS, and a missing file of authorities")
  func notTLS() async throws {
    try await RedisServer.with(password: "canary") { server in
      let port = server.tcpURL.split(separator: ":").last ?? ""
      let log = EventLog()
      let limiter = try limiter("rediss://127.0.0.1:\(port)", nil, log: log)
      _ = await limiter.take(user: "ann", kind: .read)
      #expect(log.text.contains("cannot negotiate TLS"), "\(log.text)")
      let probe = try RedisProbe(
        url: "rediss://127.0.0.1:\(port)", authorities: "/nowhere.pem", timeout: .seconds(10))
      let error = await #expect(throws: RedisFailure.self) { try await probe.run() }
      #expect(error?.description.contains("/nowhere.pem") == true)
    }
  }
}
