import Glibc
import Postgres

/// A number literal: digits, a point, an exponent, or an integer with a base prefix.
struct DecimalLiteral: Equatable {
  /// All digits without the point and leading zeros.
  private(set) var digits: [UInt8] = []
  /// The power of ten of the last digit.
  private(set) var exponent = 0

  /// - Returns: nil for `NaN`, `Infinity` and text that is not a number.
  init?(_ literal: ArraySlice<UInt8>) {
    let magnitude = Self.magnitude(of: literal)
    if let base = Self.base(of: magnitude) {
      self.init(magnitude.dropFirst(2), base: base)
    } else {
      self.init(decimal: magnitude)
    }
  }

  private init?(decimal literal: ArraySlice<UInt8>) {
    var index = literal.startIndex
    let end = literal.endIndex
    var hasPoint = false
    var hasDigits = false
    while index < end {
      let byte = literal[index]
      index += 1
      switch byte {
      case 0x30...0x39:
        hasDigits = true
        if byte != 0x30 || !digits.isEmpty { digits.append(byte & 0xF) }
        if hasPoint { exponent -= 1 }
      case UInt8(ascii: "_"): continue
      case UInt8(ascii: ".") where !hasPoint: hasPoint = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        let text = String(decoding: literal[index..<end], as: UTF8.self).replacing("_", with: "")
        guard hasDigits, let power = Int(text), abs(power) < 1 << 32 else { return nil }
        exponent += power
        index = end
      default: return nil
      }
    }
    guard hasDigits else { return nil }
  }

  /// Parses an integer in base 2, 8 or 16.
  private init?(_ literal: ArraySlice<UInt8>, base: Int) {
    for byte in literal where byte != UInt8(ascii: "_") {
      guard var carry = Character(UnicodeScalar(byte)).hexDigitValue, carry < base else { return nil }
      for index in digits.indices.reversed() {
        let value = Int(digits[index]) * base + carry
        digits[index] = UInt8(value % 10)
        carry = value / 10
      }
      while carry > 0 {
        digits.insert(UInt8(carry % 10), at: 0)
        carry /= 10
      }
    }
  }

  /// The literal without surrounding blanks and without its sign.
  private static func magnitude(of literal: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let text = NestedLiteral.trimmed(literal)
    return text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
  }

  /// The base of a prefix such as `0x`; nil for decimal digits.
  private static func base(of magnitude: ArraySlice<UInt8>) -> Int? {
    guard magnitude.first == UInt8(ascii: "0") else { return nil }
    switch magnitude.dropFirst().first.map({ $0 | 0x20 }) {
    case UInt8(ascii: "x"): return 16
    case UInt8(ascii: "o"): return 8
    case UInt8(ascii: "b"): return 2
    default: return nil
    }
  }

  /// The same number without trailing zeros.
  private var normalized: DecimalLiteral {
    var number = self
    while number.digits.last == 0 {
      number.digits.removeLast()
      number.exponent += 1
    }
    return number
  }

  /// Whether only zeros exceed the scale, which may be negative.
  static func fits(_ literal: ArraySlice<UInt8>, scale: Int) -> Bool {
    // Fast path: most numbers have no exponent and few decimals.
    if scale >= 0, !literal.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
      guard let point = literal.firstIndex(of: UInt8(ascii: ".")) else { return true }
      if literal.endIndex - point - 1 <= scale { return true }
    }
    guard let number = DecimalLiteral(literal)?.normalized, !number.digits.isEmpty else { return true }
    return number.exponent >= -scale
  }

  /// Whether a binary number with 24 or 53 significant bits reproduces the digits of a literal.
  ///
  /// Fractions are approximate by design. For numbers in the range where only integers are representable, the
  /// written digits count: 6.02214076e23 is reproduced, 2^53 + 1 is not, with or without an exponent.
  static func isExact(_ literal: ArraySlice<UInt8>, significantBits: Int) -> Bool {
    let isDouble = significantBits > 24
    // Up to 15 and 6 digits are always exact.
    guard literal.count > (isDouble ? 15 : 6) else { return true }
    let magnitude = magnitude(of: literal)
    if base(of: magnitude) == 16 { return hexadecimalBits(of: magnitude.dropFirst(2)) <= significantBits }
    guard let number = DecimalLiteral(literal)?.normalized, !number.digits.isEmpty else { return true }
    let text = "\(String(decoding: number.digits.map { $0 | 0x30 }, as: UTF8.self))e\(number.exponent)"
    guard let value = isDouble ? Double(text) : Float(text).map(Double.init),
      value >= Double(1 << significantBits), value.isFinite
    else { return true }
    return DecimalLiteral(value, digits: number.digits.count).map { $0 == number } ?? true
  }

  /// A value rounded to a number of digits.
  private init?(_ value: Double, digits count: Int) {
    // Room for the point, the exponent and the terminator.
    var text = [CChar](repeating: 0, count: count + 16)
    _ = withVaList([Int32(count - 1), value]) { vsnprintf(&text, text.count, "%.*e", $0) }
    self.init(text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }[...])
    self = normalized
  }

  /// The number of bits from the first to the last set bit.
  private static func hexadecimalBits(of magnitude: ArraySlice<UInt8>) -> Int {
    let digits = magnitude.prefix { $0 | 0x20 != UInt8(ascii: "p") }
      .compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard let first = digits.firstIndex(where: { $0 > 0 }), let last = digits.lastIndex(where: { $0 > 0 })
    else {
      return 0
    }
    let width = (last - first + 1) * 4
    return width - (digits[first].leadingZeroBitCount - (Int.bitWidth - 4))
      - digits[last].trailingZeroBitCount
  }
}

/// How a database formats amounts of `money`, which depends on `lc_monetary`.
struct MoneyFormat: Sendable, Equatable {
  var decimals = 2
  var point = "."
  var separator = ","

  /// The query whose result ``init(sample:)`` takes.
  static let sampleQuery: PostgresQuery = "SELECT 1234.5::numeric::money::text"

  init() {}

  /// Derives the format from how the database prints 1234.5: `$1,234.50`, `1.234,50 €`, `￥1,235`.
  init(sample: String) {
    let numbers = sample.indices.filter { sample[$0].isASCII && sample[$0].isNumber }
    guard numbers.count >= 4 else { return }
    decimals = numbers.count - 4
    separator = String(sample[sample.index(after: numbers[0])..<numbers[1]])
    point = decimals > 0 ? String(sample[sample.index(after: numbers[3])..<numbers[4]]) : ""
  }

  /// What is expected instead; nil if PostgreSQL reads the amount as written.
  func refusal(of literal: ArraySlice<UInt8>) -> String? {
    let text = String(decoding: literal, as: UTF8.self)
    guard let first = text.firstIndex(where: \.isNumber), let last = text.lastIndex(where: \.isNumber) else {
      return nil
    }
    let parts =
      point.isEmpty ? [text[first...last]] : text[first...last].split(separator: point, maxSplits: 1)
    let start = text[..<first]
    // ".5" has no digits before the point.
    let isFraction = !point.isEmpty && start.hasSuffix(point)
    let whole = isFraction ? "" : parts[0]
    let fraction = isFraction ? text[first...last] : (parts.count > 1 ? parts[1] : "")
    let groups =
      separator.isEmpty ? [whole] : whole.split(separator: separator, omittingEmptySubsequences: false)
    let areGrouped =
      groups.dropFirst().allSatisfy { $0.count == 3 } && (groups.count == 1 || groups[0].count <= 3)
    guard areGrouped, groups.allSatisfy({ $0.allSatisfy(\.isNumber) }), fraction.allSatisfy(\.isNumber) else {
      return
        "digits with '\(point)' before the decimals, and '\(separator)' only between groups of three digits"
    }
    return fraction.dropFirst(decimals).allSatisfy { $0 == "0" }
      ? nil : "at most \(decimals) decimals, the precision of money in this database"
  }
}
