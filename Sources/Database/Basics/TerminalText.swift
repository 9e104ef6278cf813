/// Makes text from outside (a file, a server, a name) safe for terminals and logs.
package enum TerminalText {
  /// Text as one line. Control characters and bidirectional controls are escaped, tabs and line breaks become
  /// blanks.
  package static func line(_ text: some StringProtocol) -> String {
    guard text.unicodeScalars.contains(where: isActive) else { return String(text) }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: result += " "
      case _ where !isActive(scalar): result.unicodeScalars.append(scalar)
      case 0..<0x100: result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  /// Like ``line(_:)``, for several lines.
  ///
  /// - Parameter limit: the maximum size of a line in bytes of UTF-8; nil, the default, for no limit.
  package static func lines(_ text: String, limit: Int? = nil) -> String {
    let isLong = limit.map { text.utf8.count > $0 } ?? false
    guard isLong || text.unicodeScalars.contains(where: { isActive($0) && $0 != "\n" }) else { return text }
    return text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { part in line(limit.map { cut(Substring(part), to: $0) } ?? String(part)) }.joined(
        separator: "\n")
  }

  /// The longest line of a log in bytes, before escaping. Text from outside may be longer, and is cut.
  package static let lineLimit = 4_000

  /// Cuts text that is longer than a number of bytes of UTF-8, and says how much is missing.
  package static func cut(_ text: some StringProtocol, to limit: Int) -> String {
    guard text.utf8.count > limit else { return String(text) }
    var left = limit
    let kept = text.unicodeScalars.prefix { scalar in
      left -= scalar.utf8.count
      return left >= 0
    }
    let start = String(String.UnicodeScalarView(kept))
    return "\(start)… (\(text.utf8.count - start.utf8.count) more bytes)"
  }

  /// A JSON document with escaped control characters, which can only occur in its strings.
  package static func json(_ document: String) -> String {
    func isEscaped(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 0x7F && isActive(scalar) }
    guard document.unicodeScalars.contains(where: isEscaped) else { return document }
    var result = ""
    for scalar in document.unicodeScalars {
      if isEscaped(scalar) {
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whether a terminal interprets a character or a reader takes it for a line break: C0 and C1 controls, line and
  /// paragraph separators, and the bidirectional controls of UAX #9.
  package static func isActive(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
