import Testing

@testable import RateLimiter

@Suite("The in-process limiter")
struct InProcessRateLimiterTests {
  private let clock = ManualClock()

  private func limiter(reads: Int = 60, writes: Int = 20, maximum: Int = 1000) throws -> InProcessRateLimiter
  {
    InProcessRateLimiter(
      policy: try RateLimitPolicy(readsPerMinute: reads, writesPerMinute: writes), maximumBuckets: maximum,
      clock: { [clock] in clock.now })
  }

  @Test(
    "allows exactly the burst, then denies with the time until the next token", arguments: [1, 7, 20, 60])
  func burst(limit: Int) async throws {
    let limiter = try limiter(reads: limit)
    for left in (0..<limit).reversed() {
      let decision = await limiter.take(user: "ann", kind: .read)
      #expect(decision == RateLimitDecision(isAllowed: true, limit: limit, remaining: left))
    }
    let denied = await limiter.take(user: "ann", kind: .read)
    #expect(!denied.isAllowed)
    #expect(denied.remaining == 0)
    #expect(denied.retryAfter == .microseconds(60_000_000 / limit))
  }

  @Test("refills tokens one by one, and not too early")
  func refill() async throws {
    let limiter = try limiter(writes: 20)
    #expect(await limiter.takeInTurn(25, user: "ann", kind: .write) == 20)
    clock.advance(by: .milliseconds(2999))
    let early = await limiter.take(user: "ann", kind: .write)
    #expect(early.retryAfter == .milliseconds(1))
    #expect(early.retryAfterSeconds == 1)
    clock.advance(by: .milliseconds(1))
    #expect(await limiter.takeInTurn(5, user: "ann", kind: .write) == 1)
    clock.advance(by: .seconds(10))
    #expect(await limiter.takeInTurn(5, user: "ann", kind: .write) == 3)
    clock.advance(by: .seconds(3600))
    #expect(await limiter.takeInTurn(50, user: "ann", kind: .write) == 20)
  }

  @Test("has separate buckets for users and kinds")
  func independent() async throws {
    let limiter = try limiter(reads: 3, writes: 2)
    #expect(await limiter.takeInTurn(9, user: "ann", kind: .read) == 3)
    #expect(await limiter.takeInTurn(9, user: "ann", kind: .write) == 2)
    #expect(await limiter.takeInTurn(9, user: "bob", kind: .read) == 3)
  }

  @Test("allows exactly the burst to fifty concurrent requests")
  func concurrent() async throws {
    #expect(try await limiter(reads: 20).takeAtOnce(50, user: "ann", kind: .read) == 20)
  }

  @Test("counts its decisions")
  func counters() async throws {
    let limiter = try limiter(reads: 3, writes: 1)
    _ = await limiter.takeInTurn(5, user: "ann", kind: .read)
    _ = await limiter.takeInTurn(3, user: "ann", kind: .write)
    var expected = RateLimitCounters()
    (expected.allowedReads, expected.deniedReads) = (3, 2)
    (expected.allowedWrites, expected.deniedWrites) = (1, 2)
    #expect(limiter.counters == expected)
  }

  @Test("drops full buckets")
  func dropsFull() async throws {
    let limiter = try limiter()
    for user in 0..<100 { _ = await limiter.take(user: "u\(user)", kind: .read) }
    #expect(limiter.bucketCount == 100)
    clock.advance(by: .seconds(61))
    _ = await limiter.take(user: "ann", kind: .read)
    #expect(limiter.bucketCount == 1)
  }

  @Test("never exceeds the maximum number of buckets, and drops the emptiest last")
  func bounded() async throws {
    let limiter = try limiter(reads: 5, maximum: 50)
    #expect(await limiter.takeInTurn(9, user: "ann", kind: .read) == 5)
    for user in 0..<5000 {
      _ = await limiter.take(user: "u\(user)", kind: .read)
      #expect(limiter.bucketCount <= 50)
    }
    #expect(await limiter.take(user: "ann", kind: .read).isAllowed == false)
  }

  @Test("works with a maximum of one bucket")
  func smallest() async throws {
    let limiter = try limiter(reads: 2, maximum: 0)
    #expect(await limiter.takeInTurn(5, user: "ann", kind: .read) == 2)
    #expect(await limiter.takeInTurn(5, user: "bob", kind: .read) == 2)
    #expect(limiter.bucketCount == 1)
  }
}

@Suite("A bucket")
struct TokenBucketTests {
  @Test("makes nobody wait longer than an empty bucket takes to fill, even if the clock changes")
  func clockWentBack() {
    let bucket = TokenBucket(perMinute: 20)
    var fullAt: Int64 = 3_600_000_000
    #expect(bucket.take(fullAt: &fullAt, now: 0).retryAfter == .seconds(3))
  }

  @Test(
    "refills at least the limit per minute, even if the interval is rounded", arguments: [7, 13, 999_999])
  func rounding(limit: Int) {
    let bucket = TokenBucket(perMinute: limit)
    var fullAt: Int64 = bucket.capacity
    #expect(bucket.take(fullAt: &fullAt, now: 60_000_000).remaining == limit - 1)
  }
}

@Suite("A rate limit policy")
struct RateLimitPolicyTests {
  @Test("has the documented defaults")
  func standard() throws {
    #expect(try RateLimitPolicy() == .standard)
    #expect(RateLimitPolicy.standard.limit(of: .read) == 60)
    #expect(RateLimitPolicy.standard.limit(of: .write) == 20)
  }

  @Test("rejects an invalid limit and names it", arguments: [0, -1, 1_000_001])
  func refused(value: Int) {
    let error = #expect(throws: RateLimitError.self) { try RateLimitPolicy(writesPerMinute: value) }
    #expect(error?.message == "invalid limit of writes per minute: found \(value), expected 1 to 1000000")
  }
}

@Suite("The name of a bucket")
struct BucketKeyTests {
  @Test("keeps plain identifiers readable")
  func plain() {
    let id = "0b6c2a5e-7e0b-4b0e-9d2f-5a1c3e4f6a7b"
    #expect(BucketKey.name(user: id, kind: .read) == "rl:\(id):read")
    #expect(BucketKey.name(user: "ann@example.org", kind: .write) == "rl:ann@example.org:write")
  }

  @Test("cannot be used to inject a colon, use up memory, or collide with another user")
  func hostile() throws {
    let keys = HostileUsers.all.map { BucketKey.name(user: $0, kind: .read) }
    for key in keys { #expect(key.wholeMatch(of: #/rl:~[0-9a-f]{64}:read/#) != nil, "\(key.prefix(200))") }
    #expect(Set(keys).count == keys.count)
    // The replacement of a hostile name is not a plain identifier itself.
    let first = try #require(keys.first)
    let replaced = String(first.dropFirst(3).dropLast(5))
    #expect(BucketKey.name(user: replaced, kind: .read) != first)
  }
}

enum HostileUsers {
  static let all = [
    "", "ann:read", "ann:write:", "a b", "a\r\nFLUSHALL\r\n", "\0", "*", "{ann}", "ünï", "👩‍👩‍👧‍👦", "../../etc",
    "~ann",
    "\u{202E}ann", String(repeating: "x", count: 65), String(repeating: "y", count: 1_000_000),
  ]
}
