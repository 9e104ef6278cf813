/// A format of numbers that reads all values of a field.
struct NumberGuess: Hashable {
  /// The separator before the decimals.
  let decimal: String
  /// The separator between groups of three digits; nil if there is none.
  let thousands: String?
  let bit: UInt32
  /// Whether another format reads all values, too, with other results.
  private(set) var isAmbiguous = false

  private static let candidates: [NumberGuess] = [
    (".", nil), (",", nil), (",", "."), (",", " "), (",", "\u{A0}"), (",", "\u{202F}"), (",", "'"),
    (".", ","),
    (".", "'"), (".", " "), (".", "\u{A0}"), (".", "\u{202F}"), (".", "’"), (",", "’"),
  ].enumerated().map { NumberGuess(decimal: $1.0, thousands: $1.1, bit: 1 << UInt32($0)) }

  private static let conversions = candidates.map { candidate -> TextConversion? in
    var format = ValueFormat()
    format.decimal = candidate.decimal.utf8.first
    format.thousands = candidate.thousands.map { Array($0.utf8) }
    return TextConversion(format, scalarPath: " -1 numeric", money: nil)
  }

  /// A bit for each candidate.
  static let all: UInt32 = (1 << UInt32(candidates.count)) - 1

  private init(decimal: String, thousands: String?, bit: UInt32) {
    self.decimal = decimal
    self.thousands = thousands
    self.bit = bit
  }

  /// The most likely of some candidates; nil if there is none, or if values are numbers for PostgreSQL.
  static func likely(_ bits: UInt32) -> NumberGuess? {
    guard bits & candidates[0].bit == 0, let first = candidates.first(where: { bits & $0.bit != 0 }) else {
      return nil
    }
    // All values are like 1,234.
    guard var grouped = candidates.first(where: { $0.decimal == "." && $0.thousands == "," }),
      first.decimal == ",", first.thousands == nil, bits & grouped.bit != 0
    else { return first }
    grouped.isAmbiguous = true
    return grouped
  }

  /// The candidates among some that read a text.
  static func fitting(_ text: ArraySlice<UInt8>, among bits: UInt32) -> UInt32 {
    guard text.contains(where: { (0x30...0x39).contains($0) }), text.count < 64 else { return 0 }
    var result: UInt32 = 0
    for (candidate, conversion) in zip(candidates, conversions) where bits & candidate.bit != 0 {
      guard case .changed(let bytes)? = conversion?.apply(text) else { continue }
      let digits = bytes.drop { $0 == UInt8(ascii: "-") }
      let isCode = digits.first == 0x30 && digits.dropFirst().first.map { $0 != UInt8(ascii: ".") } == true
      guard !isCode, digits.first != UInt8(ascii: "+") else { continue }
      result |= candidate.bit
    }
    return result
  }

  /// The keys of `seeder.json`.
  var members: [(key: String, value: String)] {
    [("decimal", decimal)].filter { $0.1 != "." } + (thousands.map { [("thousands", $0)] } ?? [])
  }
}

/// A pattern of dates that reads all values of a field.
struct DateGuess: Hashable {
  let pattern: String
  /// Another pattern that reads all values, too, with other results.
  let other: String?

  private static let candidates: [DatePattern] = {
    let days = [
      "DD.MM.YYYY", "MM/DD/YYYY", "DD/MM/YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "YYYY/MM/DD", "YYYY.MM.DD",
      "DD.MM.YY", "MM/DD/YY", "DD/MM/YY",
    ]
    let times = ["", " HH24:MI:SS", " HH24:MI", " HH12:MI:SS AM", " HH12:MI AM"]
    return times.flatMap { time in days.compactMap { DatePattern($0 + time) } }
  }()

  /// A bit for each candidate.
  static let all: UInt64 = (1 << UInt64(candidates.count)) - 1

  /// The most likely of some candidates; nil if there is none.
  init?(_ bits: UInt64) {
    let found = Self.candidates.indices.filter { bits & (1 << UInt64($0)) != 0 }
    guard let first = found.first else { return nil }
    pattern = Self.candidates[first].text
    other = found.count > 1 ? Self.candidates[found[1]].text : nil
  }

  /// Whether it has a time of day.
  var hasTime: Bool { pattern.contains("HH") }

  /// The candidates among some that read a text.
  static func fitting(_ text: ArraySlice<UInt8>, among bits: UInt64) -> UInt64 {
    guard (6...25).contains(text.count), let first = text.first, (0x30...0x39).contains(first) else {
      return 0
    }
    var result: UInt64 = 0
    for (index, candidate) in candidates.enumerated() where bits & (1 << UInt64(index)) != 0 {
      if candidate.rewritten(text) != nil { result |= 1 << UInt64(index) }
    }
    return result
  }
}
