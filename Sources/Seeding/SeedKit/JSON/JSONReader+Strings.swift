extension JSONReader {
  private static let backslash = UInt8(ascii: "\\")

  /// Reads a string. The next byte is its opening quote.
  mutating func string() throws(Failure) -> String {
    let start = index
    let quote = bytes[start]
    index += 1
    skipPlain(quote)
    if next == quote {
      // Fast path without escapes.
      guard index - start - 1 <= limits.stringSize else { throw tooLong(start) }
      index += 1
      return text((start + 1)..<(index - 1))
    }
    resolved.removeAll(keepingCapacity: true)
    var result = ""
    resolve((start + 1)..<index, into: &result)
    while let byte = next, byte != quote {
      guard byte == Self.backslash else { throw rawControl(start: start) }
      try escape()
      let plain = index
      skipPlain(quote)
      resolve(plain..<index, into: &result)
      guard result.utf8.count + resolved.count <= limits.stringSize else { throw tooLong(start) }
    }
    guard next == quote else { throw withoutEnd(start) }
    index += 1
    guard !result.isEmpty else { return String(decoding: resolved, as: UTF8.self) }
    result += String(decoding: resolved, as: UTF8.self)
    return result
  }

  /// The size at which a part of a long string is added to the result, so that it is not in memory twice.
  private static let pieceSize = 1 << 20

  /// A part of the document as written.
  func text(_ range: Range<Int>) -> String {
    bytes.withUnsafeBufferPointer {
      String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self)
    }
  }

  /// Adds a part of the document, and flushes it to the result once it is large.
  private mutating func resolve(_ range: Range<Int>, into result: inout String) {
    var start = range.lowerBound
    while resolved.count + range.upperBound - start > Self.pieceSize {
      var end = min(range.upperBound, start + max(0, Self.pieceSize - resolved.count))
      // Not inside a character, which has at most three continuation bytes in valid UTF-8.
      while end < range.upperBound, bytes[end] & 0xC0 == 0x80 { end += 1 }
      append(start..<end)
      result += String(decoding: resolved, as: UTF8.self)
      resolved.removeAll(keepingCapacity: true)
      start = end
    }
    append(start..<range.upperBound)
  }

  private mutating func append(_ range: Range<Int>) {
    bytes.withUnsafeBufferPointer { resolved.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
  }

  private mutating func resolve(_ scalar: Unicode.Scalar) {
    resolved.append(contentsOf: Unicode.UTF8.encode(scalar) ?? .init())
  }

  func tooLong(_ start: Int) -> JSONParseError {
    tooMuch(
      found: "a string of more than \(limits.stringSize) bytes",
      expected: "a string of at most \(limits.stringSize) bytes", at: start)
  }

  private func withoutEnd(_ start: Int) -> JSONParseError {
    error(found: "an unclosed string", expected: "a closing quote", at: start)
  }

  /// Skips characters that need no handling.
  private mutating func skipPlain(_ quote: UInt8) {
    while index < bytes.count {
      let byte = bytes[index]
      guard byte != quote, byte != Self.backslash, byte >= 0x20 else { return }
      index += 1
    }
  }

  private func rawControl(start: Int) -> JSONParseError {
    switch bytes[index] {
    case 0: return nul(index)
    case 0x0A, 0x0D:
      return error(
        found: "a line break in a string", expected: "a closing quote, or the line break written as \\n",
        fix: "The string starts at column \(error(expected: "", at: start).position.column)")
    case 0x09: return error(found: "a tab in a string", expected: "the tab written as \\t")
    default:
      let digits = String(bytes[index], radix: 16, uppercase: true)
      return error(expected: "the character written as \\u00" + (digits.utf8.count < 2 ? "0" : "") + digits)
    }
  }

  private func nul(_ offset: Int) -> JSONParseError {
    error(
      found: "the character NUL", expected: "a string without it",
      fix: "PostgreSQL cannot store NUL in a string",
      at: offset)
  }

  /// Reads an escape. The next byte is its backslash.
  private mutating func escape() throws(Failure) {
    let start = index
    guard let byte = peek(1) else { throw error(found: endOfFile, expected: "an escape", at: index + 1) }
    index += 2
    switch byte {
    case UInt8(ascii: "\""), Self.backslash, UInt8(ascii: "/"): resolved.append(byte)
    case UInt8(ascii: "b"): resolved.append(0x08)
    case UInt8(ascii: "f"): resolved.append(0x0C)
    case UInt8(ascii: "n"): resolved.append(0x0A)
    case UInt8(ascii: "r"): resolved.append(0x0D)
    case UInt8(ascii: "t"): resolved.append(0x09)
    case UInt8(ascii: "u"): resolve(try unicodeEscape(start))
    default:
      guard isJSON5 else {
        throw error(
          found: "a backslash before \(description(at: start + 1))",
          expected: "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
          fix: "Write a literal backslash as \\\\", at: start)
      }
      try escapeOfJSON5(byte, start)
    }
  }

  private mutating func escapeOfJSON5(_ byte: UInt8, _ start: Int) throws(Failure) {
    let lineTerminator = lineTerminatorLength(at: start + 1)
    switch byte {
    case _ where lineTerminator > 0: index = start + 1 + lineTerminator
    case UInt8(ascii: "v"): resolved.append(0x0B)
    case UInt8(ascii: "x"):
      let value = try hexadecimal(digits: 2)
      guard value != 0 else { throw nul(start) }
      if let scalar = Unicode.Scalar(value) { resolve(scalar) }
    case UInt8(ascii: "0"): throw nul(start)
    case UInt8(ascii: "1")...UInt8(ascii: "9"):
      throw error(found: "a backslash before a digit", expected: "an escape such as \\x41", at: start)
    case ..<0x20: throw error(expected: "an escape", at: start + 1)
    default: resolved.append(byte)  // It represents itself, as do the bytes that continue it.
    }
  }

  /// Reads the digits of `\u`, and a second escape after a high surrogate.
  private mutating func unicodeEscape(_ start: Int) throws(Failure) -> Unicode.Scalar {
    var value = try hexadecimal(digits: 4)
    guard value != 0 else { throw nul(start) }
    if (0xD800...0xDBFF).contains(value), next == Self.backslash, peek(1) == UInt8(ascii: "u") {
      let second = index
      index += 2
      let low = try hexadecimal(digits: 4)
      guard (0xDC00...0xDFFF).contains(low) else { throw loneSurrogate(start, end: second) }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw loneSurrogate(start, end: index) }
    return scalar
  }

  private func loneSurrogate(_ start: Int, end: Int) -> JSONParseError {
    error(
      found: "\(text(start..<end)), half of a surrogate pair",
      expected: "both halves, such as \\uD83D\\uDE00", fix: "PostgreSQL cannot store half of a character",
      at: start)
  }

  private mutating func hexadecimal(digits: Int) throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let byte = next, Self.isHexadecimal(byte) else {
        throw error(expected: digits == 2 ? "two hexadecimal digits" : "four hexadecimal digits")
      }
      value = value << 4 + UInt32(byte <= 0x39 ? byte & 0xF : byte & 0xF + 9)
      index += 1
    }
    return value
  }
}
