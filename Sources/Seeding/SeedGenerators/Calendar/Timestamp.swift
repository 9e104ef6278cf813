/// Timestamps as microseconds since 1970-01-01 00:00:00, without a time zone or in UTC.
package enum Timestamp {
  /// A timestamp and how it was written.
  struct Parsed: Equatable {
    var microseconds: Int
    var hasTime: Bool
    /// Whether an offset from UTC was given. The timestamp is in UTC then.
    var hasZone: Bool
  }

  /// Parses `2026-01-31`, `2026-01-31 12:30`, `2026-01-31T12:30:00.5Z` and `2026-01-31 12:30:00+02`.
  static func parse(_ text: String) -> Parsed? {
    let utf8 = text[...].utf8
    guard utf8.count >= 10, let day = CivilDate.parse(utf8.prefix(10)) else { return nil }
    var parsed = Parsed(microseconds: day * Interval.day, hasTime: false, hasZone: false)
    let rest = utf8.dropFirst(10)
    guard let separator = rest.first else { return parsed }
    guard separator == 0x20 || separator == 0x54 else { return nil }
    parsed.hasTime = true
    var time = Array(rest.dropFirst())
    if time.last == 0x5A {
      time.removeLast()
      parsed.hasZone = true
    } else if let sign = time.lastIndex(where: { $0 == 0x2B || $0 == 0x2D }) {
      let zone = time[(sign + 1)...].filter { $0 != 0x3A }
      guard let number = Digits.parse(zone[...]), zone.count == 2 || zone.count == 4 else { return nil }
      let minutes = zone.count == 2 ? number * 60 : number / 100 * 60 + number % 100
      parsed.microseconds += (time[sign] == 0x2B ? -minutes : minutes) * 60 * Interval.second
      parsed.hasZone = true
      time.removeSubrange(sign...)
    }
    guard let ofDay = self.time(time) else { return nil }
    parsed.microseconds += ofDay
    return parsed
  }

  /// Parses `12:30`, `12:30:15` and `12:30:15.123456` to microseconds.
  static func time(_ text: String) -> Int? { time(Array(text.utf8)) }

  private static func time(_ bytes: [UInt8]) -> Int? {
    let parts = bytes.split(separator: 0x3A, omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, let hour = Digits.parse(parts[0]),
      let minute = Digits.parse(parts[1]), hour < 25, minute < 60
    else { return nil }
    var microseconds = (hour * 3_600 + minute * 60) * Interval.second
    if parts.count == 3 {
      let pieces = parts[2].split(separator: 0x2E, maxSplits: 1, omittingEmptySubsequences: false)
      guard let second = Digits.parse(pieces[0]), second < 60 else { return nil }
      microseconds += second * Interval.second
      if pieces.count == 2 {
        guard pieces[1].count <= 6, var fraction = Digits.parse(pieces[1]) else { return nil }
        for _ in pieces[1].count..<6 { fraction *= 10 }
        microseconds += fraction
      }
    }
    return microseconds <= Interval.day ? microseconds : nil
  }

  /// Appends `2026-01-31 12:30:00`.
  static func append(_ microseconds: Int, to text: inout [UInt8]) {
    var (day, time) = microseconds.quotientAndRemainder(dividingBy: Interval.day)
    if time < 0 {
      day -= 1
      time += Interval.day
    }
    CivilDate.append(day, to: &text)
    text.append(ascii: " ")
    append(time: time, to: &text)
  }

  /// Appends `12:30:00`, with as many digits after the point as necessary.
  static func append(time microseconds: Int, to text: inout [UInt8]) {
    let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: Interval.second)
    text.append(digits: UInt(seconds / 3_600), width: 2)
    text.append(ascii: ":")
    text.append(digits: UInt(seconds / 60 % 60), width: 2)
    text.append(ascii: ":")
    text.append(digits: UInt(seconds % 60), width: 2)
    guard fraction > 0 else { return }
    text.append(ascii: ".")
    text.append(digits: UInt(fraction), width: 6)
    while text.last == 0x30 { text.removeLast() }
  }
}
