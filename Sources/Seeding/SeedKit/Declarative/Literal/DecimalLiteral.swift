import Postgres

/// A number as it is written: digits, a point, an exponent.
struct DecimalLiteral {
  /// All digits without the point, leading zeros dropped.
  private(set) var digits: [UInt8] = []
  /// The power of ten of the last digit.
  private(set) var exponent = 0
  private(set) var hasExponent = false

  /// - Returns: nil for what is no decimal number: `NaN`, `Infinity`, hexadecimal digits, nonsense.
  init?(_ literal: ArraySlice<UInt8>) {
    var index = literal.startIndex
    var end = literal.endIndex
    while index < end, NestedLiteral.isBlank(literal[index]) { index += 1 }
    while end > index, NestedLiteral.isBlank(literal[end - 1]) { end -= 1 }
    if index < end, literal[index] == UInt8(ascii: "-") || literal[index] == UInt8(ascii: "+") { index += 1 }
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
        hasExponent = true
        index = end
      default: return nil
      }
    }
    guard hasDigits else { return nil }
  }

  /// Whether no digit but zeros is beyond the scale, which may be negative.
  static func fits(_ literal: ArraySlice<UInt8>, scale: Int) -> Bool {
    // Most numbers have no exponent and few enough digits behind the point.
    if scale >= 0, !literal.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
      guard let point = literal.firstIndex(of: UInt8(ascii: ".")) else { return true }
      if literal.endIndex - point - 1 <= scale { return true }
    }
    guard let number = DecimalLiteral(literal),
      let last = number.digits.lastIndex(where: { $0 != 0 })
    else { return true }
    return number.exponent + (number.digits.count - 1 - last) >= -scale
  }

  /// Whether a binary number of so many significant bits holds an integer exactly. Fractions and numbers with
  /// an exponent are approximate by intention.
  static func isExact(_ literal: ArraySlice<UInt8>, significantBits: Int) -> Bool {
    // 15 and 6 digits are always exact.
    guard literal.count > (significantBits > 24 ? 15 : 6) else { return true }
    guard var number = DecimalLiteral(literal), !number.hasExponent else { return true }
    while number.exponent < 0, number.digits.last == 0 {
      number.digits.removeLast()
      number.exponent += 1
    }
    // Larger numbers overflow, which the server reports.
    guard number.exponent == 0, number.digits.count <= 310 else { return true }
    var limbs: [UInt32] = []
    for digit in number.digits {
      var carry = UInt64(digit)
      for index in limbs.indices {
        let value = UInt64(limbs[index]) * 10 + carry
        limbs[index] = UInt32(truncatingIfNeeded: value)
        carry = value >> 32
      }
      if carry > 0 { limbs.append(UInt32(carry)) }
    }
    guard let top = limbs.last, let low = limbs.firstIndex(where: { $0 != 0 }) else { return true }
    let width = limbs.count * 32 - top.leadingZeroBitCount
    return width - (low * 32 + limbs[low].trailingZeroBitCount) <= significantBits
  }
}

/// How a database writes amounts of `money`, which depends on its `lc_monetary`.
struct MoneyFormat: Sendable, Equatable {
  var decimals = 2
  var point = "."
  var separator = ","

  /// The query whose text ``init(sample:)`` takes.
  static let sampleQuery: PostgresQuery = "SELECT 1234.5::numeric::money::text"

  init() {}

  /// Learns the format from what a database makes of 1234.5: `$1,234.50`, `1.234,50 €`, `￥1,235`.
  init(sample: String) {
    let numbers = sample.indices.filter { sample[$0].isASCII && sample[$0].isNumber }
    guard numbers.count >= 4 else { return }
    decimals = numbers.count - 4
    separator = String(sample[sample.index(after: numbers[0])..<numbers[1]])
    point = decimals > 0 ? String(sample[sample.index(after: numbers[3])..<numbers[4]]) : ""
  }

  /// What should be there instead; nil if PostgreSQL reads the amount as it is written.
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
      ? nil : "at most \(decimals) decimals, which is what money keeps in this database"
  }
}
