extension JSONReader {
  /// Reads a value that is neither an array nor an object.
  mutating func scalar(_ byte: UInt8) throws(Failure) -> JSONValue {
    switch byte {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "'") where isJSON5: return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    case UInt8(ascii: "+") where isJSON5, UInt8(ascii: ".") where isJSON5: return .number(try number())
    case UInt8(ascii: "t") where take("true"): return .bool(true)
    case UInt8(ascii: "f") where take("false"): return .bool(false)
    case UInt8(ascii: "n") where take("null"): return .null
    default: throw error(expected: "a value")
    }
  }

  /// Consumes a word, if it is not part of a longer one.
  private mutating func take(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    let isThere = word.withUTF8Buffer { bytes[index...].starts(with: $0) }
    guard isThere, !(peek(count).map(Self.isWordByte) ?? false) else { return false }
    index += count
    return true
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
      true
    default: false
    }
  }

  /// Reads a key: a quoted string or, in JSON5, an ECMAScript 5.1 identifier without escapes.
  mutating func key() throws(Failure) -> String {
    if next == UInt8(ascii: "\"") || (isJSON5 && next == UInt8(ascii: "'")) { return try string() }
    let start = index
    let expected = isJSON5 ? "a key" : "a key in double quotes"
    guard isJSON5 else { throw error(found: next == nil ? endOfFile : nil, expected: expected) }
    while let scalar = scalar(at: index), Self.isIdentifier(scalar, isFirst: index == start) {
      index += UTF8.width(scalar)
    }
    guard index > start else {
      throw error(expected: expected, fix: "Put a key that is not an identifier in quotes")
    }
    guard index - start <= limits.stringSize else { throw tooLong(start) }
    return text(start..<index)
  }

  private static func isIdentifier(_ scalar: Unicode.Scalar, isFirst: Bool) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "_", "$": return true
    case "0"..."9", "\u{200C}", "\u{200D}": return !isFirst
    case _ where scalar.isASCII: return false
    default:
      let properties = scalar.properties
      return isFirst ? properties.isIDStart : properties.isIDContinue
    }
  }

  /// Reads a number and returns it as written.
  private mutating func number() throws(Failure) -> String {
    let start = index
    if next == UInt8(ascii: "-") || (isJSON5 && next == UInt8(ascii: "+")) { index += 1 }
    let first = index
    if isJSON5, next == UInt8(ascii: "0"), peek(1).map({ $0 | 0x20 }) == UInt8(ascii: "x") {
      index += 2
      guard skip(Self.isHexadecimal) > 0 else { throw error(expected: "a hexadecimal digit") }
      return text(start..<index)
    }
    let whole = skip(Self.isDigit)
    guard whole > 0 || (isJSON5 && next == UInt8(ascii: ".")) else { throw error(expected: "a digit") }
    guard whole < 2 || bytes[first] != UInt8(ascii: "0") else {
      throw error(
        found: "a leading zero", expected: "a number without it",
        fix: "Write an identifier such as a postal code as a string, in quotes", at: first)
    }
    if next == UInt8(ascii: ".") {
      index += 1
      let fraction = skip(Self.isDigit)
      guard fraction > 0 || (isJSON5 && whole > 0) else {
        throw error(expected: "a digit after the decimal point")
      }
    }
    if next.map({ $0 | 0x20 }) == UInt8(ascii: "e") {
      index += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { index += 1 }
      guard skip(Self.isDigit) > 0 else { throw error(expected: "a digit in the exponent") }
    }
    return text(start..<index)
  }

  /// Skips matching bytes and returns their number.
  private mutating func skip(_ isWanted: (UInt8) -> Bool) -> Int {
    let start = index
    while let byte = next, isWanted(byte) { index += 1 }
    return index - start
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
  }
}
