import FoundationEssentials

/// Times in the fixtures of Rails.
enum RailsTime {
  /// A time with an offset in UTC, without the offset; nil for another text.
  static func utc(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    // The date and the time of day.
    guard bytes.count > 19, bytes[4] == UInt8(ascii: "-"), bytes[13] == UInt8(ascii: ":") else { return nil }
    let whole =
      String(decoding: bytes[..<10], as: UTF8.self) + "T" + String(decoding: bytes[11..<19], as: UTF8.self)
    let fraction = bytes[19...].prefix { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
    let rest = bytes[(19 + fraction.count)...].drop { $0 == UInt8(ascii: " ") }
    guard let offset = offset(String(decoding: rest, as: UTF8.self)),
      let date = try? Date(whole + offset, strategy: .iso8601)
    else { return nil }
    let shown = date.formatted(.iso8601).replacing("T", with: " ").dropLast()
    return shown + String(decoding: fraction, as: UTF8.self)
  }

  /// An offset as `+02:00`; nil for another text.
  private static func offset(_ text: String) -> String? {
    if ["Z", "UTC"].contains(text) { return "Z" }
    guard let sign = text.first, "+-".contains(sign) else { return nil }
    let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    let digits = parts.joined()
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    switch (parts.count, digits.count) {
    case (1, 1): return "\(sign)0\(digits):00"
    case (1, 2): return "\(sign)\(digits):00"
    case (1, 4), (2, 4): return "\(sign)\(digits.prefix(2)):\(digits.suffix(2))"
    case (2, 3): return "\(sign)0\(digits.prefix(1)):\(digits.suffix(2))"
    default: return nil
    }
  }
}
