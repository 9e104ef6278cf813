import Basics
import SeedKit

/// Measures, truncates, pads and wraps text for a terminal.
enum DisplayText {
  /// Wide characters other than emoji: East Asian Wide and Fullwidth of UAX #11. Unassigned gaps are included.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF,
    0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
    0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]

  /// The width in columns of text without control characters.
  static func width(of text: some StringProtocol) -> Int {
    // Most text is ASCII, and frames are drawn ten times a second.
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + width(of: $1) }
  }

  /// The width in columns of a character, which is that of its widest scalar.
  static func width(of character: Character) -> Int {
    var widest = 0
    for scalar in character.unicodeScalars {
      // This variation selector requests the emoji form, which is two columns wide.
      if scalar.value == 0xFE0F { return 2 }
      widest = max(widest, width(of: scalar))
    }
    return widest
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // Hangul vowels and final consonants combine with the preceding character.
    if (0x1160...0x11FF).contains(scalar.value) { return 0 }
    if scalar.properties.isEmojiPresentation { return 2 }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// The text as one line that cannot control a terminal.
  static func line(_ text: some StringProtocol) -> String { TerminalText.line(text) }

  /// The text as several lines that cannot control a terminal.
  ///
  /// - Parameter limit: the maximum size of a line in bytes; nil for no limit.
  static func lines(_ text: String, limit: Int? = nil) -> String { TerminalText.lines(text, limit: limit) }

  /// Truncates a line to a width, with an ellipsis if it is shortened.
  static func truncated(_ text: String, to limit: Int, ellipsis: String = "…") -> String {
    guard width(of: text) > limit else { return text }
    let room = limit - width(of: ellipsis)
    guard room >= 0 else { return String(repeating: ".", count: max(0, limit)) }
    var result = ""
    var used = 0
    for character in text {
      used += width(of: character)
      if used > room { break }
      result.append(character)
    }
    return result + ellipsis
  }

  /// Pads text with spaces to a width, on the right, or on the left if `isRight`.
  static func padded(_ text: String, to columns: Int, isRight: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, columns - width(of: text)))
    return isRight ? blanks + text : text + blanks
  }

  /// Wraps text to lines of at most `columns` between words, preferably after a comma near the end of the line. A
  /// longer word gets its own line.
  static func wrapped(_ text: String, to columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let size = width(of: word)
      if !line.isEmpty, used + 1 + size > columns {
        let (full, rest) = split(line)
        lines.append(full)
        line = rest + word
        used = width(of: line)
      } else {
        used += size + (line.isEmpty ? 0 : 1)
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return lines + [line]
  }

  /// Splits a line after its last comma if that is in the second half.
  private static func split(_ line: String) -> (line: String, rest: String) {
    guard let comma = line.lastIndex(of: ","), comma < line.index(before: line.endIndex),
      line.distance(from: line.startIndex, to: comma) * 2 > line.count
    else { return (line, "") }
    let rest = line[line.index(after: comma)...].drop { $0 == " " }
    return (String(line[...comma]), rest + " ")
  }
}
