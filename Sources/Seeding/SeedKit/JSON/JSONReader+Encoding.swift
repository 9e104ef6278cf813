extension JSONReader {
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private static let saveAsUTF8 = "Save the file as UTF-8"

  /// Rejects input that is not UTF-8. JSON must not begin with a byte order mark (RFC 8259, section 8.1). JSON5,
  /// which is written by hand, may.
  mutating func checkEncoding() throws(Failure) {
    if part == nil { try checkMark() }
    var offset = index
    while offset < bytes.count {
      guard bytes[offset] >= 0x80 else {
        offset += 1
        continue
      }
      offset += try sequenceLength(at: offset)
    }
  }

  private mutating func checkMark() throws(Failure) {
    if let name = wideEncoding {
      throw error(found: name, expected: "a UTF-8 file", fix: Self.saveAsUTF8, at: 0)
    }
    if bytes.starts(with: Self.byteOrderMark) {
      guard isJSON5 else {
        throw error(
          found: "a byte order mark", expected: "JSON from the first byte",
          fix: "Save the file as UTF-8 without a byte order mark (BOM)", at: 0)
      }
      index = 3
    }
  }

  /// Detects UTF-16 and UTF-32 by byte order marks, or by the NULs next to ASCII characters.
  private var wideEncoding: String? {
    func starts(_ prefix: UInt8...) -> Bool { bytes.starts(with: prefix) }
    if starts(0xFF, 0xFE, 0, 0) || starts(0, 0, 0xFE, 0xFF) { return "UTF-32" }
    if starts(0xFF, 0xFE) || starts(0xFE, 0xFF) { return "UTF-16" }
    guard bytes.count >= 2 else { return nil }
    switch (bytes[0] == 0, bytes[1] == 0, bytes.count > 2 && bytes[2] == 0, bytes.count > 3 && bytes[3] == 0)
    {
    case (true, true, true, false) where bytes.count > 3: return "UTF-32 (big-endian)"
    case (false, true, true, true): return "UTF-32 (little-endian)"
    case (true, false, _, _): return "UTF-16 (big-endian)"
    case (false, true, _, _): return "UTF-16 (little-endian)"
    default: return nil
    }
  }

  /// The length of a non-ASCII scalar in bytes.
  ///
  /// The bounds of the second byte are those of table 3-7 of the Unicode Standard. They exclude overlong encodings,
  /// surrogates and values beyond U+10FFFF.
  private func sequenceLength(at offset: Int) throws(Failure) -> Int {
    let lead = bytes[offset]
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch lead {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xE1...0xEF: (3, 0x80...0xBF)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      case 0x80...0xBF: throw invalid(offset, "an unexpected continuation byte")
      case 0xC0, 0xC1: throw invalid(offset, "an overlong encoding")
      default: throw invalid(offset, "an invalid byte")
      }
    for distance in 1..<length {
      guard offset + distance < bytes.count, bytes[offset + distance] & 0xC0 == 0x80 else {
        throw invalid(offset, "a truncated character")
      }
      guard distance > 1 || second.contains(bytes[offset + 1]) else {
        switch lead {
        case 0xE0, 0xF0: throw invalid(offset, "an overlong encoding")
        case 0xED: throw invalid(offset, "half of a surrogate pair")
        default: throw invalid(offset, "a character beyond U+10FFFF")
        }
      }
    }
    return length
  }

  private func invalid(_ offset: Int, _ reason: String) -> JSONParseError {
    let byte = String(bytes[offset], radix: 16, uppercase: true)
    return error(
      found: "byte 0x\(byte) at offset \(offset), which is invalid in UTF-8: \(reason)",
      expected: "a UTF-8 file",
      fix: Self.saveAsUTF8, at: offset)
  }
}
