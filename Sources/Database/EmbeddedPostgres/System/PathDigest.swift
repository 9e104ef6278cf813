import CLibCrypto

/// A short name for a path: the first 48 bits of its SHA-256.
enum PathDigest {
  static func short(_ path: String) -> String {
    let bytes = Array(path.utf8)
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256(bytes, bytes.count, &digest)
    return digest.prefix(6).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
