extension JSONParser {
  /// Refuses what is not UTF-8 by name, since the usual cause is an editor's setting.
  mutating func checkEncoding() throws {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    let isUTF16 =
      bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      || (bytes.count >= 2 && (bytes[0] == 0 || bytes[1] == 0))
    guard !isUTF16 else {
      throw error(found: "UTF-16 or UTF-32", expected: "a file in UTF-8", at: 0)
    }
  }

  /// A number as it is written.
  mutating func number() throws -> String {
    let start = index
    _ = take("-")
    func digits(_ parser: inout JSONParser) throws {
      let count = parser.bytes[parser.index...].prefix { (0x30...0x39).contains($0) }.count
      guard count > 0 else { throw parser.error(expected: "a digit") }
      parser.index += count
    }
    let first = index
    try digits(&self)
    guard bytes[first] != UInt8(ascii: "0") || index == first + 1 else {
      throw error(found: "a leading zero", expected: "a number, or a text in quotes", at: first)
    }
    if take(".") { try digits(&self) }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits(&self)
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  /// A text in quotes.
  mutating func string(quote: UInt8) throws -> String {
    let start = index
    index += 1
    var result: [UInt8] = []
    while true {
      // Stretches without anything special are taken at once.
      let plain = bytes[index...].prefix { $0 != quote && $0 != UInt8(ascii: "\\") && $0 >= 0x20 }
      result += plain
      index += plain.count
      guard result.count <= limits.textSize else {
        throw error(
          found: "a text of more than \(limits.textSize) bytes", expected: "a shorter one", at: start)
      }
      guard index < bytes.count else {
        throw error(found: "a text without end", expected: "a closing quote", at: start)
      }
      switch bytes[index] {
      case quote:
        index += 1
        guard let text = String(validating: result, as: UTF8.self) else {
          throw error(
            found: "bytes that are not UTF-8", expected: "a file in UTF-8", at: invalidOffset(from: start))
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &result)
      default:
        throw error(expected: "control characters written as \\n, \\t or \\u00XX")
      }
    }
  }

  /// The first byte between `start` and here that is not UTF-8.
  private func invalidOffset(from start: Int) -> Int {
    var offset = start
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes[start..<index].makeIterator()
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let scalar): offset += scalar.count
      case .error, .emptyInput: return offset
      }
    }
  }

  private mutating func escape(into result: inout [UInt8]) throws {
    let start = index
    index += 1
    guard index < bytes.count else { throw error(expected: "an escape") }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
    case UInt8(ascii: "'") where dialect == .json5: result.append(byte)
    case UInt8(ascii: "\n") where dialect == .json5: break
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"): result += try unicodeEscape(start: start)
    default: throw error(expected: "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX", at: start)
    }
  }

  private mutating func unicodeEscape(start: Int) throws -> [UInt8] {
    let first = try hexadecimal()
    var value = UInt32(first)
    if (0xD800...0xDBFF).contains(first), bytes[index...].starts(with: [0x5C, 0x75]) {
      index += 2
      let second = try hexadecimal()
      guard (0xDC00...0xDFFF).contains(second) else {
        throw error(found: "half a surrogate pair", expected: "both halves of the character", at: start)
      }
      value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw error(found: "half a surrogate pair", expected: "both halves of the character", at: start)
    }
    guard value != 0 else {
      throw error(
        found: "the character NUL", expected: "a text without it, since PostgreSQL stores none", at: start)
    }
    return Array(String(scalar).utf8)
  }

  private mutating func hexadecimal() throws -> UInt16 {
    let digits = bytes[index...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
      let value = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw error(expected: "four hexadecimal digits") }
    index += 4
    return value
  }
}
