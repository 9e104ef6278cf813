import Basics

/// ``TokenBucket/take(fullAt:now:)`` in Lua: atomic, and one round trip.
///
/// It uses the clock of the Redis server, because servers with different clocks would refill or empty each other's
/// buckets.
enum TokenBucketScript {
  /// Twice the time that any bucket takes to refill.
  static let secondsToLive = 120

  /// `KEYS[1]` is the bucket, `ARGV[1]` the burst, `ARGV[2]` the microseconds per token. Returns whether the request
  /// is allowed (1 or 0), the tokens left, and the microseconds until the next token.
  ///
  /// `pcall`, because a key of that name with another type must not exempt its user from the limit. It counts as a
  /// full bucket and is overwritten.
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

  /// The SHA-1 digest by which Redis identifies the script.
  static let digest = Digest.hexadecimal(Digest.sha1(Array(source.utf8)))

  /// How the script is called.
  enum Call {
    /// By its digest. A server that has not seen the script since it started replies NOSCRIPT.
    case digest
    /// With its source, which the server caches.
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

  /// Parses the script's reply; nil if it has an unexpected form.
  static func decision(_ reply: RedisReply, _ bucket: TokenBucket) -> RateLimitDecision? {
    guard case .array(let values) = reply, values.count == 3,
      case .integer(let isAllowed) = values[0], case .integer(let remaining) = values[1],
      case .integer(let retryAfter) = values[2]
    else { return nil }
    return isAllowed == 1 ? bucket.allowed(remaining: Int(remaining)) : bucket.denied(retryAfter: retryAfter)
  }
}
