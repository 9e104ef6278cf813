import CLibCrypto

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
    "rl:\(isPlain(user) ? user : "~" + digest(user)):\(kind.rawValue)"
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

  private static func digest(_ user: String) -> String {
    let bytes = Array(user.utf8)
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256(bytes, bytes.count, &digest)
    return Hexadecimal.text(digest)
  }
}

enum Hexadecimal {
  static func text(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
