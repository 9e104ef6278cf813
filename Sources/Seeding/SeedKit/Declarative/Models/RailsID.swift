import Basics
import CZlib

/// The ids that Rails computes of the labels of fixtures.
enum RailsID {
  /// `ActiveRecord::FixtureSet::MAX_ID`
  private static let maximum: UInt64 = 1 << 30 - 1
  /// The UUID namespace of object identifiers (RFC 9562), which `ActiveRecord::FixtureSet.identify` uses.
  private static let namespace: [UInt8] = [
    0x6b, 0xa7, 0xb8, 0x12, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
  ]

  /// The id of a label.
  ///
  /// - Parameters:
  ///   - type: the type of the column, as SQL.
  ///   - part: the position of the column in a primary key of several columns.
  static func make(_ label: String, type: String, part: UInt64 = 0) -> JSONValue {
    let bytes = Array(label.utf8)
    guard type == "uuid" else {
      let id = UInt64(crc32(0, bytes, UInt32(bytes.count))) % maximum
      return .number("\((id << part) % maximum)")
    }
    var digest = Array(Digest.sha1(namespace + bytes).prefix(16))
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    let text = Digest.hexadecimal(digest)
    var parts: [Substring] = []
    var rest = text[...]
    for length in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return .string(parts.joined(separator: "-"))
  }
}
