extension JSONReader {
  var endOfFile: String {
    if case .line = part { return "the end of the line" }
    return bytes.isEmpty ? "an empty file" : "the end of the file"
  }

  /// Creates an error about the next byte or an offset.
  func error(
    found: String? = nil, expected: String, fix: String? = nil, at offset: Int? = nil
  ) -> JSONParseError {
    let offset = offset ?? index
    var cursor = PositionCursor(at: start)
    // A byte order mark has no column.
    cursor.offset = part == nil && bytes.starts(with: Self.byteOrderMark) ? min(3, offset) : 0
    cursor.advance(to: offset, in: bytes)
    let hint = found == nil ? hint(at: offset) : nil
    return JSONParseError(
      position: cursor.position, offset: offset, found: found ?? description(at: offset), expected: expected,
      fix: fix ?? hint)
  }

  /// Creates an error about an exceeded limit.
  func tooMuch(found: String, expected: String, at offset: Int? = nil) -> JSONParseError {
    var error = error(found: found, expected: expected, at: offset)
    error.isLimit = true
    return error
  }

  /// The character at an offset, for error messages.
  func description(at offset: Int) -> String {
    guard let scalar = scalar(at: offset) else { return endOfFile }
    return Self.description(of: scalar)
  }

  static func description(of scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n", "\r": return "a line break"
    case "\t": return "a tab"
    case "'": return "a single quote"
    case " ": return "a space"
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control: return "the control character \(codePoint(scalar))"
    case .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
      .nonspacingMark, .enclosingMark, .spacingMark, .surrogate:
      return "the character \(codePoint(scalar))"
    default: return "'\(Character(scalar))'"
    }
  }

  static func codePoint(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// The Unicode scalar at an offset; nil at the end.
  func scalar(at offset: Int) -> Unicode.Scalar? {
    guard offset < bytes.count else { return nil }
    return String(decoding: bytes[offset..<min(offset + 4, bytes.count)], as: UTF8.self).unicodeScalars.first
  }

  /// A hint for a character that is often used by mistake.
  private func hint(at offset: Int) -> String? {
    guard let scalar = scalar(at: offset) else { return nil }
    switch scalar {
    case "\u{201C}", "\u{201D}", "\u{201E}", "\u{2018}", "\u{2019}", "\u{00AB}", "\u{00BB}":
      return "Use straight quotes"
    case "'" where !isJSON5: return "JSON requires double quotes"
    case "/" where !isJSON5: return "JSON does not allow comments"
    case "#": return isJSON5 ? "A comment starts with //" : "JSON does not allow comments"
    case "+" where !isJSON5: return "JSON does not allow a plus sign before a number"
    case "." where !isJSON5: return "Write a digit before the decimal point"
    case ";": return "Values are separated by commas"
    case "=": return "A key is followed by a colon"
    default: return wordHint(at: offset)
    }
  }

  /// A hint for a constant of another language.
  private func wordHint(at offset: Int) -> String? {
    let word = bytes[offset...].prefix(9).prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
    return switch String(decoding: word, as: UTF8.self) {
    case "NaN", "Infinity", "inf", "nan":
      "JSON and PostgreSQL's jsonb do not allow NaN or Infinity; use null"
    case "None", "nil", "undefined", "NULL", "Null": "Write null"
    case "True", "TRUE": "Write true"
    case "False", "FALSE": "Write false"
    default: nil
    }
  }
}
