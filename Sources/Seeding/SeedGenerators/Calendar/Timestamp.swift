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
    var text = text
    return text.withUTF8 { parse(bytes: $0[...]) }
  }

  /// Parses the same forms.
  static func parse(bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Parsed? {
    guard bytes.count >= 10, let day = CivilDate.parse(bytes: bytes.prefix(10)) else { return nil }
    var parsed = Parsed(microseconds: day * Interval.day, hasTime: false, hasZone: false)
    var rest = bytes.dropFirst(10)
    guard let separator = rest.popFirst() else { return parsed }
    guard separator == 0x20 || separator == 0x54 else { return nil }
    parsed.hasTime = true
    if rest.last == 0x5A {
      rest.removeLast()
      parsed.hasZone = true
    } else if let sign = rest.lastIndex(where: { $0 == 0x2B || $0 == 0x2D }) {
      guard let minutes = offset(rest[(sign + 1)...]) else { return nil }
      parsed.microseconds += (rest[sign] == 0x2B ? -minutes : minutes) * 60 * Interval.second
      parsed.hasZone = true
      rest = rest[..<sign]
    }
    guard let ofDay = time(bytes: rest) else { return nil }
    parsed.microseconds += ofDay
    return parsed
  }

  /// Parses `12:30`, `12:30:15` and `12:30:15.123456` to microseconds.
  static func time(_ text: String) -> Int? {
    var text = text
    return text.withUTF8 { time(bytes: $0[...]) }
  }

  /// The minutes of `02`, `0530` and `05:30`.
  private static func offset(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    var rest = bytes
    guard let hours = Digits.take(2...2, from: &rest) else { return nil }
    if rest.isEmpty { return hours * 60 }
    if rest.first == 0x3A { rest.removeFirst() }
    guard let minutes = Digits.take(2...2, from: &rest), rest.isEmpty else { return nil }
    return hours * 60 + minutes
  }

  private static func time(bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    var rest = bytes
    guard let hour = Digits.take(1...2, from: &rest), rest.popFirst() == 0x3A,
      let minute = Digits.take(2...2, from: &rest), minute < 60
    else { return nil }
    var microseconds = (hour * 3_600 + minute * 60) * Interval.second
    if rest.first == 0x3A {
      rest.removeFirst()
      guard let second = Digits.take(2...2, from: &rest), second < 60 else { return nil }
      microseconds += second * Interval.second
      if rest.first == 0x2E {
        rest.removeFirst()
        let count = rest.count
        guard var fraction = Digits.take(1...6, from: &rest) else { return nil }
        for _ in count..<6 { fraction *= 10 }
        microseconds += fraction
      }
    }
    return rest.isEmpty && microseconds <= Interval.day ? microseconds : nil
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

/// Digits of dates and times.
enum Digits {
  /// Takes decimal digits from the beginning; nil if their number is not in the range.
  static func take(_ counts: ClosedRange<Int>, from bytes: inout Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    var value = 0
    var count = 0
    while count < counts.upperBound, let byte = bytes.first, (0x30...0x39).contains(byte) {
      value = value * 10 + Int(byte & 15)
      count += 1
      bytes.removeFirst()
    }
    return count >= counts.lowerBound ? value : nil
  }

  /// The number of characters of a number in decimal.
  static func count(_ value: Int) -> Int { String(value).utf8.count }

  /// The value of up to 18 decimal digits; nil if other characters occur.
  static func parse(_ text: some StringProtocol) -> Int? {
    guard !text.isEmpty, text.utf8.count < 19, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}
