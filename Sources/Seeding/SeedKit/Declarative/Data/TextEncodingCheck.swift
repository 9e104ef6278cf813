/// What PostgreSQL refuses in any text, found before it is sent.
enum TextEncodingCheck {
  /// What is wrong with a text, or nil.
  static func fault(in bytes: ArraySlice<UInt8>) -> String? {
    var hasHigh = false
    for byte in bytes {
      if byte == 0 { return "a NUL character" }
      if byte >= 0x80 { hasHigh = true }
    }
    guard hasHigh, String(validating: bytes, as: UTF8.self) == nil else { return nil }
    return "bytes that are not UTF-8"
  }

  /// The bytes without the byte order mark of UTF-8 that may precede them.
  static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }

  /// The encoding that the first bytes of a file betray, if it is not UTF-8.
  static func wideEncoding(of bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    guard bytes.count >= 2, bytes[0] == 0 || bytes[1] == 0 else { return nil }
    return "UTF-16 or UTF-32"
  }
}
