import Basics

/// The arithmetic of a bucket: how much it holds and how fast it refills.
///
/// What is kept of a bucket is one number: the moment at which it will be full again. The tokens that
/// are missing are the time until then, divided by the time that one token takes; an absent bucket is
/// a full one. Whole microseconds keep that exact, also in Lua, whose numbers are doubles.
/// ``TokenBucketScript`` does the same in Redis.
struct TokenBucket: Sendable, Equatable {
  /// How many tokens it holds.
  let burst: Int
  /// Microseconds until the next token. Rounded down, so that a minute brings at least the limit.
  let interval: Int64

  init(perMinute: Int) {
    burst = perMinute
    interval = 60_000_000 / Int64(perMinute)
  }

  /// Microseconds that an empty bucket takes to refill.
  var capacity: Int64 { Int64(burst) * interval }

  /// Takes a token.
  ///
  /// - Parameters:
  ///   - fullAt: when the bucket is full again, in microseconds; moved on if a token was there.
  ///   - now: the time on the same clock.
  func take(fullAt: inout Int64, now: Int64) -> RateLimitDecision {
    // Clamped: neither a clock that was set back nor a limit that was lowered makes anyone wait
    // longer than an empty bucket does.
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
  /// A plain identifier, such as a UUID, stays readable.
  private static let longestPlainUser = 64

  /// Names a bucket.
  ///
  /// Whatever is not a short plain identifier is replaced by `~` and its SHA-256: a user can neither
  /// leave the pattern by a colon, nor fill the memory by a long name, nor take on another's name,
  /// because no plain identifier has a `~`.
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
