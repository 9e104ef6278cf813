package import FoundationEssentials
import Basics

/// Primary keys of seeded rows. They are the same on every machine and in every run.
///
/// When two runs insert the same row concurrently, it conflicts on the primary key, which is the only unique key that
/// a distributed table can have.
package enum DeterministicID {
  /// The UUID namespace of these IDs, chosen at random once.
  private static let namespace: [UInt8] = [
    0x6f, 0x1c, 0x4a, 0x0e, 0x5d, 0x2b, 0x4c, 0x77, 0x9a, 0x31, 0xe4, 0x08, 0x7b, 0xd2, 0x95, 0x6c,
  ]

  /// A version 5 UUID (RFC 9562, section 5.5) of the table's name and the natural key.
  package static func make(table: String, naturalKey: String) -> UUID {
    var bytes = Array(Digest.sha1(namespace + Array("\(table)\n\(naturalKey)".utf8)).prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x50
    bytes[8] = bytes[8] & 0x3F | 0x80
    return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
  }
}
