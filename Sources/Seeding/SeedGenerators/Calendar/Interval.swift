/// Durations in microseconds.
package enum Interval {
  static let second = 1_000_000
  static let day = 86_400 * second

  private static let units: [(name: String, microseconds: Int)] = [
    ("microsecond", 1), ("millisecond", 1_000), ("second", second), ("minute", 60 * second),
    ("hour", 3_600 * second), ("day", day), ("week", 7 * day), ("year", 365 * day),
  ]

  /// The length of a unit: `minute`; nil for an unknown one.
  static func unit(_ name: some StringProtocol) -> Int? {
    units.first { $0.name == name }?.microseconds
  }

  /// Parses whole numbers with units: `90 minutes`, `1 day 12 hours`. A year has 365 days. Months are not accepted,
  /// because their lengths differ.
  package static func parse(_ text: String) -> Int? {
    let words = text.split(separator: " ")
    guard !words.isEmpty, words.count.isMultiple(of: 2) else { return nil }
    var sum = 0
    for index in stride(from: 0, to: words.count, by: 2) {
      let name = words[index + 1]
      guard let number = Int(words[index]), number >= 0,
        let length = unit(name.hasSuffix("s") ? name.dropLast() : name)
      else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: length)
      guard !overflow, product <= 1_000_000 * day, sum <= 1_000_000 * day else { return nil }
      sum += product
    }
    return sum
  }

  /// Appends a duration that is not negative as PostgreSQL prints it: `3 days 04:05:06.5`.
  static func append(_ microseconds: Int, to text: inout [UInt8]) {
    let (days, rest) = microseconds.quotientAndRemainder(dividingBy: day)
    if days > 0 {
      text.append(decimal: days)
      text.append(literal: days == 1 ? " day" : " days")
      if rest == 0 { return }
      text.append(ascii: " ")
    }
    Timestamp.append(time: rest, to: &text)
  }
}
