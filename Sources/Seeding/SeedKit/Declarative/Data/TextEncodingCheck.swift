/// Finds text that PostgreSQL would reject, before it is sent.
enum TextEncodingCheck {
  /// The fault of a text; nil if there is none.
  static func fault(in bytes: ArraySlice<UInt8>) -> String? {
    var hasHigh = false
    for byte in bytes {
      if byte == 0 { return "a NUL character" }
      if byte >= 0x80 { hasHigh = true }
    }
    guard hasHigh, String(validating: bytes, as: UTF8.self) == nil else { return nil }
    return notUTF8
  }

  /// What is expected instead of a fault.
  static func expected(insteadOf fault: String) -> String {
    fault == notUTF8 ? "UTF-8 text, or " + DeclarativeSeeder.setting("\"encoding\"") : "UTF-8 text"
  }

  private static let notUTF8 = "bytes that are not UTF-8"

  /// The bytes without a UTF-8 byte order mark.
  static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }

  /// The encoding that the first bytes of a file indicate, if it is not UTF-8.
  static func wideEncoding(of bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    guard bytes.count >= 2, bytes[0] == 0 || bytes[1] == 0 else { return nil }
    return "UTF-16 or UTF-32"
  }
}
