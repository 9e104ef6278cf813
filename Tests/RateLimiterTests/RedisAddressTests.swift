import Testing

@testable import RateLimiter

@Suite("A Redis connection string")
struct RedisAddressTests {
  @Test(
    "is parsed",
    arguments: [
      ("redis://localhost", "localhost:6379", nil, nil, 0),
      ("redis://localhost/", "localhost:6379", nil, nil, 0),
      ("redis://redis:6380/2", "redis:6380", nil, nil, 2),
      ("REDIS://10.0.0.1:6379/15", "10.0.0.1:6379", nil, nil, 15),
      ("redis://:secret@host", "host:6379", nil, "secret", 0),
      ("redis://ann:s%40c%2Fr:et@host:1/3", "host:1", "ann", "s@c/r:et", 3),
      ("redis://ann:s@cret@host", "host:6379", "ann", "s@cret", 0),
      ("redis://[::1]:6380", "[::1]:6380", nil, nil, 0),
      ("unix:///run/redis/redis.sock", "/run/redis/redis.sock", nil, nil, 0),
      ("unix:/run/redis.sock?db=4", "/run/redis.sock", nil, nil, 4),
      ("unix://ann:secret@/run/a%20b.sock", "/run/a b.sock", "ann", "secret", 0),
    ] as [(String, String, String?, String?, Int)])
  func read(url: String, place: String, user: String?, password: String?, database: Int) throws {
    let address = try RedisAddress(url: url)
    #expect(address.description == place)
    #expect(address.user == user)
    #expect(address.password == password)
    #expect(address.database == database)
  }

  @Test(
    "that is malformed is rejected with a reason, and is not quoted",
    arguments: [
      ("", "no scheme"), ("localhost", "no scheme"), ("redis:canary", "followed by //"),
      ("http://:canary@host", "not redis, rediss or unix"), ("redis://", "the host is missing"),
      ("redis://:canary@", "the host is missing"), ("redis://canary@host", "no password"),
      ("redis://ann:@canary", "no password"), ("redis://:canary@host:port", "the port is not a number from"),
      ("redis://:canary@host:0", "the port is not a number from"),
      ("redis://:canary@host:65536", "the port is not a number from"),
      ("redis://:canary%2@host", "password is not percent-encoded"),
      ("redis://:canary%00@host", "password is not percent-encoded"),
      ("redis://:canary@host/x", "database is not a number"),
      ("redis://:canary@host/-1", "database is not a number"),
      ("redis://:can/ary@host", "the port is not a number from"),
      ("redis://:can?canary@host", "has no parameters"),
      ("redis://ho\r\nst", "invalid characters"), ("unix://canary", "does not start with /"),
      ("unix:///", "empty or longer"), ("unix:///x?canary=1", "only allowed parameter is db"),
      ("unix:///" + String(repeating: "x", count: 107), "longer than 107 bytes"),
    ])
  func malformed(url: String, reason: String) throws {
    let error = #expect(throws: RateLimitError.self) { try RedisAddress(url: url) }
    let message = try #require(error?.message)
    #expect(error?.code == .invalidConfiguration)
    #expect(message.contains(reason))
    #expect(!message.contains("canary"))
    #expect(message.contains("Expected redis://user:password@host:port/database"))
  }

  @Test("with rediss:// uses TLS")
  func tls() throws {
    let address = try RedisAddress(url: "rediss://:canary@host:7000/3")
    #expect(address.place == .tcp(host: "host", port: 7000, usesTLS: true))
    #expect(address.password == "canary" && address.database == 3)
    #expect(try RedisAddress(url: "redis://host").place == .tcp(host: "host", port: 6379, usesTLS: false))
  }

  @Test("takes a password from elsewhere, but not two")
  func separatePassword() throws {
    let address = try RedisAddress(url: "redis://host", password: "canary", authorities: "/ca.pem")
    #expect(address.password == "canary" && address.authorities == "/ca.pem")
    let error = #expect(throws: RateLimitError.self) {
      try RedisAddress(url: "redis://:canary@host", password: "canary", authorities: nil)
    }
    #expect(error?.message.contains("given twice") == true && error?.message.contains("canary") == false)
  }

  @Test("makes the limiter's initializer throw if it is malformed, as does a zero timeout")
  func limiter() {
    #expect(throws: RateLimitError.self) { try RedisRateLimiter(url: "redis://") }
    #expect(throws: RateLimitError.self) {
      try RedisRateLimiter(url: "redis://localhost", commandTimeout: .zero)
    }
  }
}
