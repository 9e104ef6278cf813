import HTTPServer
import Postgres
import RateLimiter
import SeedKit
import SeedTesting
import Testing
import Threads
import TraceTesting

@testable import TraceServer

@Suite("Rate limits", .serialized)
struct LimitTests {
  private func check(_ service: Service) async throws {
    let (one, other) = (
      try await service.register("a@example.com"), try await service.register("b@example.com")
    )
    func search(_ token: String) async throws -> Service.Answer {
      try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token)
    }
    let start = ContinuousClock.now
    var answer = try await search(one)
    var allowed = 0
    while answer.status == 200 {
      allowed += 1
      #expect(answer.response.headers["RateLimit-Limit"] == "10")
      #expect(answer.response.headers["RateLimit-Remaining"].flatMap { Int($0) } ?? 10 < 10)
      answer = try await search(one)
    }
    let denied = answer
    #expect(denied.status == 429 && denied.problem == "rate-limited")
    // The burst, and a token for every six seconds that a busy machine took.
    let refilled = Int((ContinuousClock.now - start).components.seconds) / 6
    #expect((10...10 + refilled).contains(allowed), "\(allowed)")
    let wait = try #require(denied.response.headers["Retry-After"].flatMap { Int($0) })
    #expect((1...6).contains(wait))
    #expect(try await search(other).status == 200)
    // Writes and the address have separate buckets.
    _ = try await service.contribute("One", token: one)
    #expect(try await service.get("/api/v1/tags").status == 200)
    for _ in 0..<30 { #expect(try await service.get("/health").status == 200) }
    let page = String(decoding: try await service.get("/metrics").response.body, as: UTF8.self)
    #expect(page.contains("commontrace_rate_limit_decisions_total{kind=\"read\",decision=\"denied\"} 1\n"))
    #expect(
      page.contains(
        "commontrace_rate_limit_decisions_total{kind=\"read\",decision=\"allowed\"} \(allowed + 2)\n"))
  }

  private static func small(_ options: inout TraceServer.Options) throws {
    options.limits = try RateLimitPolicy(readsPerMinute: 10, writesPerMinute: 5)
  }

  @Test("allow exactly the burst, then return 429, separately for each user")
  func inProcess() async throws {
    try await Service.with(options: Self.small, check)
  }

  @Test("work the same with Redis, under its keys")
  func redis() async throws {
    try await RedisServer.with { redis in
      try await Service.with(
        options: { options in
          try Self.small(&options)
          options.redisURL = Secret(redis.url)
          // Long timeouts, because a busy machine is not an outage.
          options.redisTimeout = .seconds(20)
        },
        { service in
          try await check(service)
          let keys = try await redis.ask("KEYS", "rl:*")
          #expect(keys.split(separator: "\n").count == 5, "\(keys)")
        })
    }
  }

  @Test("during a Redis outage allow requests, count them and log once; afterwards they are enforced again")
  func outage() async throws {
    try await RedisServer.with { redis in
      try await Service.with(
        options: { options in
          try Self.small(&options)
          options.redisURL = Secret(redis.url)
          // Long timeouts, because a busy machine is not an outage.
          options.redisTimeout = .seconds(20)
        },
        { service in
          let token = try await service.register("a@example.com")
          try await redis.kill()
          for _ in 0..<25 {
            #expect(
              try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token).status == 200)
          }
          let page = String(decoding: try await service.get("/metrics").response.body, as: UTF8.self)
          #expect(page.contains("commontrace_rate_limit_redis_up 0\n"))
          try await redis.start()
          while true {
            let answer = try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token)
            if answer.status == 429 { break }
            try await Task.sleep(for: .milliseconds(10))
          }
          let lines = service.log.withLock { $0.filter { $0.contains("Redis") } }
          #expect(lines.count == 2, "\(lines)")
        })
    }
  }

  @Test("that cannot be kept because of Redis return 503 if they must be, and readiness says so")
  func denied() async throws {
    try await RedisServer.with { redis in
      try await Service.with(
        options: { options in
          options.redisURL = Secret(redis.url)
          options.redisTimeout = .seconds(20)
          options.onRedisFailure = .deny
        },
        { service in
          #expect(try await service.get("/api/v1/tags").status == 200)
          #expect(try await service.get("/health/ready").text("rate_limits") == "ok")
          try await redis.kill()
          for _ in 0..<3 {
            let answer = try await service.get("/api/v1/tags")
            #expect(answer.status == 503 && answer.problem == "limits-unavailable")
            #expect(answer.response.headers["Retry-After"] == "1")
          }
          let ready = try await service.get("/health/ready")
          #expect(ready.status == 503 && ready.text("rate_limits") == "unavailable")
          #expect(ready.text("database") == "ok")
          try await redis.start()
          while try await service.get("/api/v1/tags").status != 200 {
            try await Task.sleep(for: .milliseconds(10))
          }
          #expect(try await service.get("/health/ready").status == 200)
        })
    }
  }

  @Test("without a token apply to the address, also for invalid tokens and registrations")
  func addresses() async throws {
    try await Service.with(options: Self.small) { service in
      // The limit is so low that no token is refilled, even on a slow machine.
      var statuses: [Int] = []
      repeat {
        statuses.append(try await service.get("/api/v1/tags", token: "ct_wrong", from: "10.0.0.1").status)
      } while statuses.last == 401
      #expect(statuses.count > 10 && statuses.last == 429)
      #expect(try await service.get("/api/v1/tags", from: "10.0.0.2").status == 200)
      statuses = []
      repeat {
        let body = #"{"email": "a\#(statuses.count)@example.com"}"#
        statuses.append(try await service.post("/api/v1/auth/register", body, from: "10.0.0.3").status)
      } while statuses.last == 201
      #expect(statuses.count > 5 && statuses.last == 429)
    }
  }

  @Test(
    "apply to the first half of an IPv6 address, which is one subscriber's",
    arguments: [
      ("192.0.2.1", "address 192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "network 2001:db8:1:2"),
      ("2001:db8:1:2::9", "network 2001:db8:1:2"), ("2001:db8::9", "network 2001:db8"), ("::1", "network "),
      ("::ffff:192.0.2.1", "address ::ffff:192.0.2.1"),
    ])
  func networks(address: String, key: String) { #expect(AuthMiddleware.addressKey(address) == key) }
}
