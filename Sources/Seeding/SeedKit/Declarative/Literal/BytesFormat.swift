import Basics

/// How strings contain the bytes of a `bytea` column.
enum BytesFormat: String, Sendable, CaseIterable {
  /// RFC 4648, with padding. Blanks and line breaks are ignored.
  case base64
  /// Hexadecimal digits, with or without `\x`.
  case hexadecimal = "hex"

  var expected: String {
    switch self {
    case .base64: "bytes as base64"
    case .hexadecimal: "bytes as hexadecimal digits"
    }
  }

  /// The bytes as PostgreSQL reads them; nil for another format.
  func rewritten(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let digits: [UInt8]
    switch self {
    case .base64:
      guard let bytes = Self.decoded(text) else { return nil }
      digits = Array(Digest.hexadecimal(bytes).utf8)
    case .hexadecimal:
      digits = Array(text.starts(with: Self.prefix) ? text.dropFirst(2) : text)
      let areDigits = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
      guard areDigits, digits.count.isMultiple(of: 2) else { return nil }
    }
    return Self.prefix + digits
  }

  private static let prefix = Array("\\x".utf8)

  private static let values: [UInt8?] = {
    var values = [UInt8?](repeating: nil, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    var count = 0
    var padding = 0
    for byte in text {
      if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { continue }
      if byte == UInt8(ascii: "=") {
        padding += 1
      } else {
        guard padding == 0, let value = values[Int(byte)] else { return nil }
        bits = bits << 6 | UInt32(value)
      }
      count += 1
      guard count.isMultiple(of: 4) else { continue }
      switch padding {
      case 0: bytes += [UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF)]
      case 1: bytes += [UInt8(bits >> 10 & 0xFF), UInt8(bits >> 2 & 0xFF)]
      case 2: bytes.append(UInt8(bits >> 4 & 0xFF))
      default: return nil
      }
      bits = 0
    }
    return count.isMultiple(of: 4) ? bytes : nil
  }
}
