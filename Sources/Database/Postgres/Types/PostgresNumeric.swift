/// A decimal number of any length, PostgreSQL's `numeric`, kept as text so that no digits are lost.
public struct PostgresNumeric: PostgresArrayElement, Hashable, Sendable, CustomStringConvertible {
  /// The number in PostgreSQL's notation, such as `-12.500`, `NaN` or `Infinity`.
  public let description: String

  /// `numeric`
  public static var postgresType: PostgresType { .numeric }
  /// `numeric[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1231) }

  /// Creates a number from decimal notation: a sign, digits, a point, digits; no exponent.
  ///
  /// `NaN`, `Infinity` and `-Infinity` are accepted too. Returns nil for anything else.
  public init?(_ text: some StringProtocol) {
    if ["NaN", "Infinity", "-Infinity"].contains(String(text)) {
      description = String(text)
      return
    }
    let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    let parts = unsigned.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let isDecimal =
      parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
      && parts.contains { !$0.isEmpty }
    guard isDecimal, let whole = parts.first else { return nil }
    let digits = whole.drop { $0 == "0" }
    var canonical = digits.isEmpty ? "0" : String(digits)
    if parts.count == 2, !parts[1].isEmpty { canonical += "." + parts[1] }
    let isZero = !canonical.utf8.contains { (0x31...0x39).contains($0) }
    description = text.hasPrefix("-") && !isZero ? "-" + canonical : canonical
  }

  // The binary format is that of `numeric_send`: the number of base-10000 digits, the weight of the first one, the
  // sign, the number of decimal places, the digits.
  private enum Sign {
    static let positive: UInt16 = 0x0000
    static let negative: UInt16 = 0x4000
    static let nan: UInt16 = 0xC000
    static let infinity: UInt16 = 0xD000
    static let negativeInfinity: UInt16 = 0xF000
  }

  /// Appends the number.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` for more digits than `numeric` can store.
  public func encode(into buffer: inout PostgresBuffer) throws -> Bool {
    let special = [
      "NaN": Sign.nan, "Infinity": Sign.infinity, "-Infinity": Sign.negativeInfinity,
    ][description]
    if let special {
      for value in [0, 0, special, 0] { buffer.append(integer: value) }
      return true
    }
    let isNegative = description.hasPrefix("-")
    let parts = description.drop { $0 == "-" }.split(separator: ".")
    var whole = Array(parts[0].utf8.map { Int16($0 - 0x30) })
    var fraction = parts.count == 2 ? parts[1].utf8.map { Int16($0 - 0x30) } : []
    let scale = fraction.count
    whole.insert(contentsOf: repeatElement(0, count: (4 - whole.count % 4) % 4), at: 0)
    fraction.append(contentsOf: repeatElement(0, count: (4 - fraction.count % 4) % 4))
    // Limits of `numeric`: 131,072 digits before the point, 16,383 after it.
    guard whole.count <= 131_072, scale <= 16_383 else {
      throw PostgresError(
        code: .invalidValue,
        message: "a numeric has at most 131072 digits before and 16383 after the decimal point")
    }
    let decimal = whole + fraction
    var groups = stride(from: 0, to: decimal.count, by: 4).map { start in
      decimal[start..<start + 4].reduce(0) { $0 * 10 + $1 }
    }
    var weight = whole.count / 4 - 1
    while groups.first == 0 {
      groups.removeFirst()
      weight -= 1
    }
    while groups.last == 0 { groups.removeLast() }
    buffer.append(integer: Int16(groups.count))
    buffer.append(integer: Int16(groups.isEmpty ? 0 : weight))
    buffer.append(integer: isNegative ? Sign.negative : Sign.positive)
    buffer.append(integer: Int16(scale))
    for group in groups { buffer.append(integer: group) }
    return true
  }

  /// Decodes `numeric`.
  public init(from cell: PostgresCell) throws {
    guard cell.type == .numeric else { throw cell.mismatch(PostgresNumeric.self) }
    let count = Int(try cell.integer(Int16.self))
    let weight = Int(try cell.integer(Int16.self, at: 2))
    let sign = try cell.integer(UInt16.self, at: 4)
    let scale = Int(try cell.integer(Int16.self, at: 6))
    switch sign {
    case Sign.nan: description = "NaN"
    case Sign.infinity: description = "Infinity"
    case Sign.negativeInfinity: description = "-Infinity"
    default:
      let groups = try (0..<count).map { try cell.integer(Int16.self, at: 8 + 2 * $0) }
      func digits(ofGroup position: Int) -> String {
        guard groups.indices.contains(position) else { return "0000" }
        let text = String(groups[position])
        return String(repeating: "0", count: 4 - text.count) + text
      }
      let whole = weight < 0 ? "" : (0...weight).map(digits(ofGroup:)).joined()
      let significant = whole.drop { $0 == "0" }
      var text = significant.isEmpty ? "0" : String(significant)
      if scale > 0 {
        let groupCount = (scale + 3) / 4
        let fraction = (0..<groupCount).map { digits(ofGroup: weight + 1 + $0) }.joined()
        text += "." + fraction.prefix(scale)
      }
      description = sign == Sign.negative ? "-" + text : text
    }
  }
}
