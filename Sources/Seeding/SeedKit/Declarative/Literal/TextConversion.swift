/// Rewrites a text as a literal that PostgreSQL reads: a number, a date or bytes in a declared format, and `3.0` for an
/// integer.
final class TextConversion: Sendable {
  enum Kind: Hashable {
    case integer, decimal, moment, bytes
    /// With the point that amounts have in the database.
    case money(point: String)
  }

  enum Result {
    case unchanged
    case changed([UInt8])
    /// What is expected instead.
    case refused(String)
  }

  let kind: Kind
  private let format: ValueFormat

  /// Whether the kind is a number.
  var isNumber: Bool { kind != .moment && kind != .bytes }

  /// - Parameters:
  ///   - scalarPath: the description of the column's type by ``LiteralRule/path(of:)``.
  ///   - money: the format of amounts in the database.
  /// - Returns: nil if texts of the type are never rewritten.
  init?(_ format: ValueFormat, scalarPath: String, money: MoneyFormat?) {
    let parts = scalarPath.split(separator: "\t").first.map {
      $0.split(separator: " ", omittingEmptySubsequences: false)
    }
    // Types with wrappers, such as arrays, are written in PostgreSQL's syntax.
    guard let parts, parts.count >= 3, parts[0].isEmpty, !scalarPath.contains("\n") else { return nil }
    switch parts[2] {
    case "int2", "int4", "int8": kind = .integer
    case "numeric", "float4", "float8": kind = .decimal
    case "money": kind = .money(point: money.map(\.point) ?? ".")
    case "date", "timestamp", "timestamptz": kind = .moment
    case "bytea": kind = .bytes
    default: return nil
    }
    let isDeclared =
      switch kind {
      case .integer: true
      case .decimal, .money: format.hasNumbers
      case .moment: format.dates != nil
      case .bytes: format.bytes != nil
      }
    guard isDeclared else { return nil }
    self.format = format
  }

  /// - Parameter isNumber: whether the text is a number of JSON, which has its own format.
  func apply(_ text: ArraySlice<UInt8>, isNumber: Bool = false) -> Result {
    if kind == .bytes {
      guard let bytes = format.bytes else { return .unchanged }
      return bytes.rewritten(text).map { .changed($0) } ?? .refused(bytes.expected)
    }
    if kind == .moment {
      guard let dates = format.dates else { return .unchanged }
      return dates.rewritten(text).map { .changed($0) } ?? .refused("a date as \(dates.text)")
    }
    guard format.hasNumbers, !isNumber else {
      guard kind == .integer, let short = Self.withoutZeros(text) else { return .unchanged }
      return .changed(Array(short))
    }
    // Without digits it may be NaN or Infinity, or is invalid.
    guard text.contains(where: Self.isDigit) else { return .unchanged }
    guard let plain = plain(text) else { return .refused(expectedNumber) }
    guard kind == .integer, plain.contains(UInt8(ascii: ".")) else { return .changed(plain) }
    return Self.withoutZeros(plain[...]).map { .changed(Array($0)) } ?? .refused("an integer")
  }

  /// The integer before a fraction of zeros: `3` for `3.0`; nil for other texts.
  private static func withoutZeros(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let point = text.firstIndex(of: UInt8(ascii: ".")), point + 1 < text.endIndex,
      text[(point + 1)...].allSatisfy({ $0 == 0x30 }), text[..<point].last.map(isDigit) == true
    else { return nil }
    return text[..<point]
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// The number with a point and without separators; nil for another format.
  private func plain(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var rest = NestedLiteral.trimmed(text)
    var result: [UInt8] = []
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      result.append(sign)
      rest = rest.dropFirst()
    }
    func takeDigits(_ limit: Int = Int.max) -> Int {
      let digits = rest.prefix(limit).prefix(while: Self.isDigit)
      result += digits
      rest = rest.dropFirst(digits.count)
      return digits.count
    }
    let first = takeDigits()
    if let separator = format.thousands, (1...3).contains(first) {
      while rest.starts(with: separator) {
        rest = rest.dropFirst(separator.count)
        guard takeDigits(3) == 3 else { return nil }
      }
    }
    guard let decimal = rest.first else { return result }
    guard decimal == format.decimal ?? UInt8(ascii: ".") else { return nil }
    rest = rest.dropFirst()
    let point: String = if case .money(let point) = kind, !point.isEmpty { point } else { "." }
    result += point.utf8
    guard takeDigits() > 0, rest.isEmpty else { return nil }
    return result
  }

  private var expectedNumber: String {
    let decimal = "a number with \(CSVFormat.shown(format.decimal ?? UInt8(ascii: "."))) before the decimals"
    guard let thousands = format.thousands else { return decimal }
    return decimal + " and '\(String(decoding: thousands, as: UTF8.self))' between groups of three digits"
  }

  /// The setting that might read a value that PostgreSQL rejected; nil if there is none.
  static func advice(for value: String, scalarPath: String) -> String? {
    var format = ValueFormat()
    format.decimal = UInt8(ascii: ",")
    let bytes = Array(value.utf8)
    guard bytes.contains(UInt8(ascii: ",")) else { return nil }
    for thousands in [nil, ".", " ", "'"] as [String?] {
      format.thousands = thousands.map { Array($0.utf8) }
      guard let conversion = TextConversion(format, scalarPath: scalarPath, money: nil), conversion.isNumber
      else { return nil }
      if case .changed = conversion.apply(bytes[...]) {
        let setting = "; \"decimal\": \",\""
        guard let thousands else { return setting + " reads it as a number" }
        return setting + " and \"thousands\": \"\(thousands)\" read it as a number"
      }
    }
    return nil
  }
}

extension TableLoad.Slot {
  /// The setting that might read a value that PostgreSQL rejected; nil if there is none.
  func advice(for value: String) -> String? {
    column.flatMap { TextConversion.advice(for: value, scalarPath: $0.scalarPath) }
  }
}
