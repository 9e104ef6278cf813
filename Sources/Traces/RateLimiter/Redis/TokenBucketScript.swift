import Basics

/// ``TokenBucket/take(fullAt:now:)`` in Lua: one round trip, and no two clients in between.
///
/// The time is the server's: hosts whose clocks differ would refill, or empty, each other's buckets.
enum TokenBucketScript {
  /// Twice what any bucket takes to refill.
  static let secondsToLive = 120

  /// `KEYS[1]` the bucket; `ARGV[1]` the burst; `ARGV[2]` microseconds per token. Answers with
  /// allowed (1 or 0), the tokens left, and the microseconds until there is one.
  ///
  /// `pcall`, because a key of our name with something else in it must not free its user from the
  /// limit: it counts as a full bucket and is overwritten.
  static let source = """
    local time = redis.call('TIME')
    local now = time[1] * 1000000 + time[2]
    local interval = tonumber(ARGV[2])
    local capacity = tonumber(ARGV[1]) * interval
    local full = tonumber(redis.pcall('GET', KEYS[1])) or 0
    local missing = math.min(math.max(0, full - now), capacity) + interval
    if missing > capacity then return {0, 0, missing - capacity} end
    redis.call('SET', KEYS[1], string.format('%.0f', now + missing), 'EX', \(secondsToLive))
    return {1, math.floor((capacity - missing) / interval), 0}
    """

  /// The name by which Redis knows the script.
  static let digest = Digest.hexadecimal(Digest.sha1(Array(source.utf8)))

  /// How the script is called.
  enum Call {
    /// By its digest; refused with NOSCRIPT by a server that has not seen it since its start.
    case digest
    /// With its text, which the server remembers.
    case source
  }

  static func command(_ call: Call, key: String, bucket: TokenBucket) -> [String] {
    let script =
      switch call {
      case .digest: ["EVALSHA", digest]
      case .source: ["EVAL", source]
      }
    return script + ["1", key, String(bucket.burst), String(bucket.interval)]
  }

  /// Reads the script's answer; nil if it is none of its.
  static func decision(_ reply: RedisReply, _ bucket: TokenBucket) -> RateLimitDecision? {
    guard case .array(let values) = reply, values.count == 3,
      case .integer(let isAllowed) = values[0], case .integer(let remaining) = values[1],
      case .integer(let retryAfter) = values[2]
    else { return nil }
    return isAllowed == 1 ? bucket.allowed(remaining: Int(remaining)) : bucket.denied(retryAfter: retryAfter)
  }
}
