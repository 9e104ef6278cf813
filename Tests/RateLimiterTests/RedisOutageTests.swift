import Glibc
import SeedTesting
import Testing
import TraceTesting

@testable import RateLimiter

@Suite("A limiter during Redis outages")
struct RedisOutageTests {
  @Test("allows requests while Redis is down, logs the outage once, and enforces limits afterwards")
  func restart() async throws {
    try await RedisServer.with { server in
      let log = EventLog()
      let limiter = try RedisRateLimiter.forTest(server.url, reads: 2, log: log)
      #expect(await limiter.takeInTurn(4, user: "ann", kind: .read) == 2)

      try await server.kill()
      #expect(await limiter.takeInTurn(40, user: "ann", kind: .read) == 40)
      #expect(await limiter.takeAtOnce(40, user: "ann", kind: .read) == 40)
      #expect(limiter.counters.failures == 80)
      #expect(limiter.counters.isRedisUp == false)
      #expect(log.events.count == 1)
      #expect(log.text.hasPrefix("Redis is unavailable for rate limits: cannot connect to Redis at /tmp/"))

      try await server.start()
      try await limiter.untilRedisIsUp()
      #expect(await limiter.takeInTurn(4, user: "ann", kind: .read) == 2)
      let failures = limiter.counters.failures
      guard case .available(_, failures)? = log.events.last, log.events.count == 2 else {
        Issue.record("\(log.events)")
        return
      }
    }
  }

  @Test("does not report a restart between two requests")
  func quietRestart() async throws {
    try await RedisServer.with { server in
      let log = EventLog()
      let limiter = try RedisRateLimiter.forTest(server.tcpURL, reads: 2, log: log)
      for _ in 0..<3 {
        #expect(await limiter.takeInTurn(3, user: "ann", kind: .read) == 2)
        try await server.kill()
        try await server.start()
      }
      // Idle clients, which Redis closes with its setting `timeout`.
      _ = await limiter.take(user: "ann", kind: .read)
      #expect(try await server.ask("CLIENT", "KILL", "TYPE", "normal") == "1")
      _ = await limiter.take(user: "ann", kind: .read)
      #expect(limiter.counters.failures == 0)
      #expect(log.events.isEmpty)
    }
  }

  @Test("sends its script again if it is missing from Redis's cache")
  func forgottenScript() async throws {
    try await RedisServer.with { server in
      let limiter = try RedisRateLimiter.forTest(server.url, reads: 4)
      _ = await limiter.take(user: "ann", kind: .read)
      try await server.ask("SCRIPT", "FLUSH")
      #expect(await limiter.takeAtOnce(50, user: "ann", kind: .read) == 3)
      #expect(limiter.counters.failures == 0)
    }
  }

  @Test("does not wait for a slow Redis, and recovers")
  func slow() async throws {
    try await RedisServer.with { server in
      let log = EventLog()
      let limiter = try RedisRateLimiter.forTest(
        server.url, reads: 2, commandTimeout: .milliseconds(50), log: log)
      try await limiter.untilRedisIsUp()
      let failures = limiter.counters.failures
      server.signal(SIGSTOP)
      #expect(await limiter.takeAtOnce(50, user: "ann", kind: .read) == 50)
      #expect(limiter.counters.failures == failures + 50)
      #expect(log.events.last?.description.hasSuffix("timed out after 0.05 seconds") == true)
      server.signal(SIGCONT)
      try await limiter.untilRedisIsUp()
    }
  }

  @Test("treats a server that became a replica as unavailable")
  func failover() async throws {
    try await RedisServer.with { server in
      let log = EventLog()
      let limiter = try RedisRateLimiter.forTest(server.url, reads: 2, log: log)
      #expect(await limiter.takeInTurn(3, user: "ann", kind: .read) == 2)
      try await server.ask("REPLICAOF", "127.0.0.1", "1")
      #expect(await limiter.takeInTurn(3, user: "bob", kind: .read) == 3)
      #expect(limiter.counters.failures == 3)
      #expect(log.text.contains("returned an error: READONLY"))
      try await server.ask("REPLICAOF", "NO", "ONE")
      try await limiter.untilRedisIsUp()
      #expect(await limiter.takeInTurn(3, user: "bob", kind: .read) == 2)
    }
  }

  @Test("reports a wrong password without showing it, and does not retry it on every request")
  func wrongPassword() async throws {
    try await RedisServer.with(password: "right") { server in
      let log = EventLog()
      let url = server.url.replacing(":right@", with: "canary-user:canary-password@")
      let limiter = try RedisRateLimiter.forTest(url, retryInterval: .seconds(3600), log: log)
      let before = try await server.connections()
      #expect(await limiter.takeInTurn(300, user: "ann", kind: .read) == 300)
      // The second connection is that of redis-cli.
      #expect(try await server.connections() == before + 2)
      #expect(log.events.count == 1)
      #expect(log.text.contains("rejected the user or password of the connection string (WRONGPASS)"))
      #expect(!log.text.contains("canary"))
    }
  }

  @Test("does not log the password if Redis quotes it")
  func quotedPassword() async throws {
    // Redis quotes the arguments of an unknown command.
    try await RedisServer.with(settings: ["rename-command AUTH \"\""]) { server in
      let log = EventLog()
      let limiter = try RedisRateLimiter.forTest(
        server.tcpURL.replacing("redis://", with: "redis://:canary@"), log: log)
      _ = await limiter.take(user: "ann", kind: .read)
      #expect(log.text.hasSuffix("rejected the user or password of the connection string (ERR)"))
      #expect(!log.text.contains("canary"))
    }
  }

  @Test("reports a missing password")
  func noPassword() async throws {
    try await RedisServer.with(password: "right") { server in
      let log = EventLog()
      let limiter = try RedisRateLimiter.forTest(server.url.replacing(":right@", with: ""), log: log)
      #expect(await limiter.take(user: "ann", kind: .read).isAllowed)
      #expect(log.text.contains("returned an error: NOAUTH"))
    }
  }

  @Test("keeps no failed connections")
  func descriptors() async throws {
    try await RedisServer.with(password: "right") { server in
      let limiter = try RedisRateLimiter.forTest(
        server.url.replacing(":right@", with: ":wrong@"), retryInterval: .milliseconds(1))
      try await eventually {
        _ = await limiter.take(user: "ann", kind: .read)
        return try await server.connections() > 10
      }
      let clients = try await server.ask("CLIENT", "LIST").split(separator: "\n")
      #expect(clients.count <= 2)
    }
  }

  @Test("reports a database that does not exist")
  func database() async throws {
    try await RedisServer.with { server in
      let log = EventLog()
      let limiter = try RedisRateLimiter.forTest(server.url + "?db=99", log: log)
      _ = await limiter.take(user: "ann", kind: .read)
      #expect(log.text.contains("rejected database 99"))
    }
  }

  @Test("denies without Redis if configured")
  func deny() async throws {
    let limiter = try RedisRateLimiter.forTest(
      "unix:///nowhere/redis.sock", writes: 2, onFailure: .deny, retryInterval: .seconds(3600))
    let decision = await limiter.take(user: "ann", kind: .write)
    #expect(!decision.isAllowed)
    #expect(decision.retryAfter == .seconds(3600))
    #expect(limiter.counters.deniedWrites == 1)
    #expect(limiter.counters.failures == 1)
  }

  @Test("uses in-process buckets without Redis if configured")
  func inProcess() async throws {
    let limiter = try RedisRateLimiter.forTest(
      "unix:///nowhere/redis.sock", reads: 3, onFailure: .inProcess, retryInterval: .seconds(3600))
    #expect(await limiter.takeAtOnce(50, user: "ann", kind: .read) == 3)
    #expect(limiter.counters.failures == 50)
    #expect(limiter.counters.deniedReads == 47)
  }
}

extension RedisRateLimiter {
  /// Sends requests for a new user until Redis decides.
  func untilRedisIsUp() async throws {
    try await eventually {
      _ = await take(user: "probe", kind: .read)
      return counters.isRedisUp == true
    }
  }
}

extension RedisServer {
  /// The number of connections so far, including the one that asks.
  func connections() async throws -> Int {
    let statistics = try await ask("INFO", "stats")
    let line = try #require(statistics.firstMatch(of: #/total_connections_received:(\d+)/#))
    return try #require(Int(line.output.1))
  }
}
