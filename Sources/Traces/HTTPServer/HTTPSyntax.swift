/// The parts of the grammar of HTTP that are checked here (RFC 9110, section 5; RFC 3986).
enum HTTPSyntax {
  /// A token: a method, a field's name.
  static func isToken(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy(isTokenByte)
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  /// A field's value: no control characters but the tab.
  static func isFieldValue(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == UInt8(ascii: "\t") }
  }

  /// A decimal number without sign. Nil if it is none; `Int.max` if it is too large for one.
  static func number(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
      return nil
    }
    return Int(text) ?? .max
  }

  /// What cannot be decoded.
  struct InvalidEncoding: Error {}

  /// - Throws: ``InvalidEncoding`` for bytes that are not UTF-8.
  static func text(_ bytes: some Sequence<UInt8>) throws(InvalidEncoding) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw InvalidEncoding() }
    return text
  }

  /// Decodes percent-encoding.
  ///
  /// - Throws: ``InvalidEncoding`` if a `%` is not followed by two hexadecimal digits, if the bytes are not UTF-8, or if
  ///   there is a NUL among them, which no name or text has.
  static func percentDecoded(
    _ bytes: ArraySlice<UInt8>, plusIsSpace: Bool
  ) throws(InvalidEncoding) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      switch bytes[index] {
      case UInt8(ascii: "%"):
        guard bytes.endIndex - index > 2, let high = hexadecimal(bytes[index + 1]),
          let low = hexadecimal(bytes[index + 2]), high << 4 | low != 0
        else { throw InvalidEncoding() }
        result.append(high << 4 | low)
        index += 2
      case UInt8(ascii: "+") where plusIsSpace: result.append(UInt8(ascii: " "))
      case let byte: result.append(byte)
      }
      index += 1
    }
    return try text(result)
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
