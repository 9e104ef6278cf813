import Basics

/// The arithmetic of a bucket: its size and its rate.
///
/// The state of a bucket is one number: the time at which it will be full again. The number of missing tokens is the
/// time until then divided by the time per token. A bucket without state is full. Whole microseconds keep this exact,
/// even in Lua, whose numbers are doubles. ``TokenBucketScript`` does the same in Redis.
struct TokenBucket: Sendable, Equatable {
  /// The number of tokens in a full bucket.
  let burst: Int
  /// Microseconds per token. Rounded down, so that a minute yields at least the limit.
  let interval: Int64

  init(perMinute: Int) {
    burst = perMinute
    interval = 60_000_000 / Int64(perMinute)
  }

  /// Microseconds that an empty bucket takes to fill.
  var capacity: Int64 { Int64(burst) * interval }

  /// Takes a token.
  ///
  /// - Parameters:
  ///   - fullAt: when the bucket is full again, in microseconds; moved forward if a token was taken.
  ///   - now: the time on the same clock.
  func take(fullAt: inout Int64, now: Int64) -> RateLimitDecision {
    // Clamped, so that no client waits longer than an empty bucket takes to fill, even if the clock was set back or the
    // limit was lowered.
    let missing = min(max(0, fullAt - now), capacity) + interval
    guard missing <= capacity else { return denied(retryAfter: missing - capacity) }
    fullAt = now + missing
    return allowed(remaining: Int((capacity - missing) / interval))
  }

  func allowed(remaining: Int) -> RateLimitDecision {
    RateLimitDecision(isAllowed: true, limit: burst, remaining: remaining)
  }

  /// - Parameter retryAfter: in microseconds.
  func denied(retryAfter: Int64) -> RateLimitDecision {
    RateLimitDecision(
      isAllowed: false, limit: burst, remaining: 0, retryAfter: .microseconds(retryAfter))
  }
}

/// The buckets of a policy, computed once.
struct TokenBuckets: Sendable {
  private let read: TokenBucket
  private let write: TokenBucket

  init(_ policy: RateLimitPolicy) {
    read = TokenBucket(perMinute: policy.readsPerMinute)
    write = TokenBucket(perMinute: policy.writesPerMinute)
  }

  subscript(kind: RateLimitKind) -> TokenBucket {
    switch kind {
    case .read: read
    case .write: write
    }
  }
}

/// The name of a bucket: `rl:{user}:{read|write}`.
enum BucketKey {
  /// Plain identifiers up to this length, such as UUIDs, stay readable.
  private static let longestPlainUser = 64

  /// Returns the name of a bucket.
  ///
  /// Anything but a short plain identifier is replaced by `~` and its SHA-256. So a user cannot inject a colon, use
  /// up memory with a long name, or collide with another user's name, because no plain identifier contains `~`.
  static func name(user: String, kind: RateLimitKind) -> String {
    "rl:\(isPlain(user) ? user : "~" + Digest.sha256Hex(Array(user.utf8))):\(kind.rawValue)"
  }

  private static func isPlain(_ user: String) -> Bool {
    let bytes = user.utf8
    guard !bytes.isEmpty, bytes.count <= longestPlainUser else { return false }
    return bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "@"):
        true
      default: false
      }
    }
  }
}
