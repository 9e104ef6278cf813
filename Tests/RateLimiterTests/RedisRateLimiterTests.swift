import SeedTesting
import Testing
import TraceTesting

@testable import RateLimiter

@Suite("A Redis limiter")
struct RedisRateLimiterTests {
  @Test("allows exactly the burst, then denies with the time until the next token")
  func burst() async throws {
    try await RedisServer.with { server in
      let limiter = try RedisRateLimiter.forTest(server.url, reads: 5)
      for left in (0..<5).reversed() {
        let decision = await limiter.take(user: "ann", kind: .read)
        #expect(decision == RateLimitDecision(isAllowed: true, limit: 5, remaining: left))
      }
      let denied = await limiter.take(user: "ann", kind: .read)
      #expect(!denied.isAllowed)
      #expect(denied.remaining == 0)
      #expect(denied.retryAfter > .zero && denied.retryAfter <= .seconds(12))
      #expect(limiter.counters.allowedReads == 5)
      #expect(limiter.counters.deniedReads == 1)
      #expect(limiter.counters.failures == 0)
      #expect(limiter.counters.isRedisUp == true)
    }
  }

  @Test("refills tokens over time")
  func refill() async throws {
    try await RedisServer.with { server in
      let limiter = try RedisRateLimiter.forTest(server.url, reads: 1)
      #expect(await limiter.takeInTurn(3, user: "ann", kind: .read) == 1)
      // A token takes a minute, so the test changes the bucket instead of waiting.
      try await server.age("rl:ann:read", by: .seconds(61))
      #expect(await limiter.takeInTurn(3, user: "ann", kind: .read) == 1)
    }
  }

  @Test("makes nobody wait longer than a token takes, even if the server's clock changes")
  func clockWentBack() async throws {
    try await RedisServer.with { server in
      let limiter = try RedisRateLimiter.forTest(server.url, reads: 4)
      _ = await limiter.take(user: "ann", kind: .read)
      try await server.age("rl:ann:read", by: .seconds(-3600))
      let decision = await limiter.take(user: "ann", kind: .read)
      #expect(decision.retryAfter == .seconds(15))
    }
  }

  @Test("has separate buckets for users and kinds")
  func independent() async throws {
    try await RedisServer.with { server in
      let limiter = try RedisRateLimiter.forTest(server.tcpURL, reads: 3, writes: 2)
      #expect(await limiter.takeInTurn(5, user: "ann", kind: .read) == 3)
      #expect(await limiter.takeInTurn(5, user: "ann", kind: .write) == 2)
      #expect(await limiter.takeInTurn(5, user: "bob", kind: .read) == 3)
    }
  }

  @Test("allows exactly the burst to fifty concurrent requests, also through two servers")
  func concurrent() async throws {
    try await RedisServer.with { server in
      let limiters = try (0..<2).map { _ in try RedisRateLimiter.forTest(server.url, reads: 4) }
      #expect(await limiters[0].takeAtOnce(50, user: "ann", kind: .read) == 4)
      async let first = limiters[0].takeAtOnce(25, user: "bob", kind: .read)
      async let second = limiters[1].takeAtOnce(25, user: "bob", kind: .read)
      let allowed = await (first, second)
      #expect(allowed.0 + allowed.1 == 4)
    }
  }

  @Test("lets unused buckets expire")
  func timeToLive() async throws {
    try await RedisServer.with { server in
      let limiter = try RedisRateLimiter.forTest(server.url)
      _ = await limiter.take(user: "ann", kind: .write)
      let left = try await server.ask("TTL", "rl:ann:write")
      #expect((61...120).contains(try #require(Int(left))))
    }
  }

  @Test("has one bucket per hostile user name, and no other key")
  func hostile() async throws {
    try await RedisServer.with { server in
      let limiter = try RedisRateLimiter.forTest(server.url, reads: 2)
      for user in HostileUsers.all {
        #expect(await limiter.takeInTurn(3, user: user, kind: .read) == 2)
      }
      let keys = try await server.ask("KEYS", "*").split(separator: "\n")
      #expect(keys.count == HostileUsers.all.count)
      #expect(keys.allSatisfy { $0.wholeMatch(of: #/rl:~[0-9a-f]{64}:read/#) != nil })
    }
  }

  @Test("overwrites keys of another type")
  func foreignValue() async throws {
    try await RedisServer.with { server in
      let limiter = try RedisRateLimiter.forTest(server.url, reads: 2)
      try await server.ask("HSET", "rl:ann:read", "tokens", "1")
      try await server.ask("SET", "rl:bob:read", "nan")
      #expect(await limiter.takeInTurn(3, user: "ann", kind: .read) == 2)
      #expect(await limiter.takeInTurn(3, user: "bob", kind: .read) == 2)
      #expect(limiter.counters.failures == 0)
    }
  }

  @Test("makes the same decisions as the in-process limiter", arguments: [1, 4, 7])
  func sameArithmetic(limit: Int) async throws {
    try await RedisServer.with { server in
      let policy = try RateLimitPolicy(readsPerMinute: limit)
      let redis = try RedisRateLimiter.forTest(server.url, reads: limit)
      let clock = ManualClock()
      let process = InProcessRateLimiter(policy: policy, clock: { clock.now })
      for _ in 0..<limit {
        #expect(await redis.take(user: "ann", kind: .read) == process.take(user: "ann", kind: .read))
      }
    }
  }

  @Test("uses the database and the password of its connection string")
  func login() async throws {
    try await RedisServer.with(password: "canary") { server in
      let limiter = try RedisRateLimiter.forTest(server.url + "?db=3")
      _ = await limiter.take(user: "ann", kind: .read)
      #expect(limiter.counters.failures == 0)
      #expect(try await server.ask("-n", "3", "DBSIZE") == "1")
      #expect(try await server.ask("DBSIZE") == "0")
      try await server.ask(
        "ACL", "SETUSER", "limiter", "on", ">s@cret", "~rl:*", "+eval", "+evalsha", "+time", "+get", "+set")
      let named = server.tcpURL.replacing("redis://:canary@", with: "redis://limiter:s%40cret@")
      let least = try RedisRateLimiter.forTest(named, reads: 2)
      #expect(await least.takeInTurn(3, user: "bob", kind: .read) == 2)
      #expect(least.counters.failures == 0)
    }
  }

  @Test("serves thousands of concurrent requests")
  func pipelined() async throws {
    try await RedisServer.with { server in
      let limiter = try RedisRateLimiter.forTest(server.url, reads: 4)
      let allowed = await withTaskGroup(of: Int.self) { group in
        for user in 0..<50 {
          group.addTask { await limiter.takeAtOnce(60, user: "u\(user)", kind: .read) }
        }
        return await group.reduce(into: [Int]()) { $0.append($1) }
      }
      #expect(allowed == [Int](repeating: 4, count: 50))
      #expect(limiter.counters.failures == 0)
    }
  }
}

extension RedisServer {
  /// Changes a bucket as if this much time had passed.
  func age(_ key: String, by duration: Duration) async throws {
    let value = try await ask("GET", key)
    let fullAt = try #require(Int64(value)) - duration.components.seconds * 1_000_000
    try await ask("SET", key, String(fullAt), "KEEPTTL")
  }
}
