extension JSONReader {
  /// Skips whitespace and, in JSON5, comments.
  mutating func skipBlanks() throws(Failure) {
    while let byte = next {
      switch byte {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      case _ where !isJSON5: return
      case UInt8(ascii: "/"): try skipComment()
      case 0x0B, 0x0C: index += 1
      case 0x80...:
        guard let scalar = scalar(at: index), Self.isWideBlank(scalar) else { return }
        index += UTF8.width(scalar)
      default: return
      }
    }
  }

  /// JSON5's whitespace beyond ASCII.
  private static func isWideBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{FEFF}", "\u{2028}", "\u{2029}": true
    default: scalar.properties.generalCategory == .spaceSeparator
    }
  }

  private mutating func skipComment() throws(Failure) {
    let start = index
    switch peek(1) {
    case UInt8(ascii: "/"):
      while index < bytes.count, lineTerminatorLength(at: index) == 0 { index += 1 }
    case UInt8(ascii: "*"):
      index += 2
      while !(next == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
        guard index < bytes.count else {
          throw error(found: "an unclosed comment", expected: "'*/'", at: start)
        }
        index += 1
      }
      index += 2
    default: throw error(expected: "a comment, which starts with '//' or '/*'")
    }
  }

  /// The length of a line terminator in bytes; 0 if there is none at the offset.
  func lineTerminatorLength(at offset: Int) -> Int {
    switch bytes[offset] {
    case 0x0A: return 1
    case 0x0D: return offset + 1 < bytes.count && bytes[offset + 1] == 0x0A ? 2 : 1
    case 0xE2:
      // U+2028 and U+2029, which are line terminators in JSON5.
      let isSeparator =
        offset + 2 < bytes.count && bytes[offset + 1] == 0x80
        && (bytes[offset + 2] == 0xA8 || bytes[offset + 2] == 0xA9)
      return isSeparator ? 3 : 0
    default: return 0
    }
  }
}
