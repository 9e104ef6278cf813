import CLibCrypto

/// Digests computed by libcrypto.
package enum Digest {
  /// SHA-256.
  package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256(bytes, bytes.count, &digest)
    return digest
  }

  /// SHA-256 in lowercase hexadecimal.
  package static func sha256Hex(_ bytes: [UInt8]) -> String { hexadecimal(sha256(bytes)) }

  /// A short id for a text: the first 48 bits of its SHA-256, in hexadecimal.
  package static func short(_ text: String) -> String { hexadecimal(sha256(Array(text.utf8)).prefix(6)) }

  /// Bytes in lowercase hexadecimal.
  package static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// SHA-1, only for version 5 UUIDs. Not for security.
  package static func sha1(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
    SHA1(bytes, bytes.count, &digest)
    return digest
  }
}

/// The SHA-256 of bytes that are added in chunks.
package struct SHA256Digest: ~Copyable {
  private let context = EVP_MD_CTX_new()

  /// Creates a digest of no bytes.
  package init() { EVP_DigestInit_ex(context, EVP_sha256(), nil) }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds bytes.
  package mutating func update(_ bytes: [UInt8]) { EVP_DigestUpdate(context, bytes, bytes.count) }

  /// The digest in lowercase hexadecimal. Must be called only once.
  package mutating func hexadecimal() -> String {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    EVP_DigestFinal_ex(context, &digest, nil)
    return Digest.hexadecimal(digest)
  }
}
