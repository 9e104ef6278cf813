/// A date or time literal, parsed like PostgreSQL's `ParseDateTime`.
///
/// It finds what a column would drop or guess, not whether the literal is valid.
struct DateTimeLiteral {
  private enum Token {
    /// Digits, possibly with a fraction.
    case number(ArraySlice<UInt8>)
    /// Numbers or names with `-`, `/` or `.` between them.
    case date(ArraySlice<UInt8>)
    /// Numbers with `:` between them.
    case time(ArraySlice<UInt8>)
    /// A sign and the text after it.
    case zone(ArraySlice<UInt8>)
    case word(String)
  }

  /// `now`, `today`, `tomorrow` or `yesterday`, if the literal has it.
  private(set) var clockWord: String?
  /// The time zone in lower case.
  private(set) var zone: String?
  /// Whether there is a numeric date, other than standalone numbers.
  private var hasDate = false
  private var hasMonthName = false
  private var hasWholeYear = false
  private var hasJulianDay = false
  private var hasAmbiguousDate = false
  private var isMorning = false
  private var isAfternoon = false
  private var times: [ArraySlice<UInt8>] = []
  /// Numbers before any time: parts of a date, or a compact time in a time column.
  private var numbers: [ArraySlice<UInt8>] = []

  private static let clockWords: Set<String> = ["now", "today", "tomorrow", "yesterday"]
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let monthNames = Set(
    months + [
      "january", "february", "march", "april", "june", "july", "august", "sept", "september", "october",
      "november", "december",
    ])
  /// Words in dates and times that are neither months nor zones.
  private static let otherWords: Set<String> = [
    "sun", "mon", "tue", "tues", "wed", "weds", "thu", "thur", "thurs", "fri", "sat", "sunday", "monday",
    "tuesday", "wednesday", "thursday", "friday", "saturday", "am", "pm", "ad", "bc", "t", "at", "on", "y",
    "m",
    "d", "h", "mm", "s", "j", "jd", "julian", "epoch", "infinity", "inf", "allballs", "dow", "doy", "isodow",
    "isoyear",
  ]

  init(_ literal: ArraySlice<UInt8>) {
    var isCompactTime = false
    var isBegun = false
    for token in Self.tokens(literal) {
      switch token {
      case .number(let digits):
        if digits.prefix(while: Self.isDigit).count >= 4 { hasWholeYear = true }
        if isCompactTime || hasDate { times.append(digits) } else { numbers.append(digits) }
        // Eight digits are a whole date, so a time follows.
        if digits.count >= 8, !isCompactTime { hasDate = hasDate || !digits.contains(UInt8(ascii: ".")) }
        isCompactTime = false
      case .date(let text): take(date: text)
      case .time(let text): times.append(text)
      case .zone(let text):
        if isBegun { zone = String(decoding: text, as: UTF8.self) }
      case .word(let word):
        isCompactTime = word == "t"
        take(word: word, isBegun: isBegun)
      }
      isBegun = true
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private mutating func take(date text: ArraySlice<UInt8>) {
    if text.split(whereSeparator: { !Self.isDigit($0) }).contains(where: { $0.count >= 4 }) {
      hasWholeYear = true
    }
    let name = text.prefix { $0 >= UInt8(ascii: "a") }
    if name.isEmpty {
      hasDate = true
      let isNumeric = text.allSatisfy { $0 < UInt8(ascii: "a") }
      // A date such as 13-jan-2019 has a month name.
      if !isNumeric {
        hasMonthName = true
      } else if text.prefix(while: { (0x30...0x39).contains($0) }).count < 4 {
        hasAmbiguousDate = true
      }
    } else if Self.monthNames.contains(String(decoding: name, as: UTF8.self)) {
      hasDate = true
      hasMonthName = true
    } else {
      zone = String(decoding: text, as: UTF8.self)
    }
  }

  private mutating func take(word: String, isBegun: Bool) {
    if Self.clockWords.contains(word) {
      clockWord = clockWord ?? word
    } else if Self.monthNames.contains(word) {
      hasMonthName = true
    } else if ["j", "jd", "julian"].contains(word) {
      hasJulianDay = true
    } else if word == "am" {
      isMorning = true
    } else if word == "pm" {
      isAfternoon = true
    } else if isBegun, !Self.otherWords.contains(word) {
      zone = word
    }
  }

  /// A zone such as `utc+2`, which PostgreSQL reads with the POSIX sign: west of Greenwich.
  var invertedZone: String? {
    guard let zone else { return nil }
    let bytes = zone.utf8.drop { (0x61...0x7A).contains($0) }
    let offset =
      bytes.first == UInt8(ascii: "+") || bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes
    let isNamed = bytes.startIndex > zone.utf8.startIndex
    // EST5EDT is a zone name.
    guard isNamed, offset.first.map(Self.isDigit) == true,
      offset.count < bytes.count || offset.allSatisfy({ Self.isDigit($0) || $0 == UInt8(ascii: ":") }),
      offset.contains(where: { (0x31...0x39).contains($0) })
    else { return nil }
    return zone
  }

  /// Whether the seconds are 60, which PostgreSQL carries over to the next minute.
  ///
  /// - Parameter isTimeOnly: whether a number without colons is a time.
  func hasLeapSecond(isTimeOnly: Bool) -> Bool {
    (times + (isTimeOnly ? numbers : [])).contains { time in
      let parts = time.prefix { $0 != UInt8(ascii: ".") }.split(separator: UInt8(ascii: ":"))
      guard parts.count != 2, let last = parts.last, parts.count == 3 || last.count == 6 else { return false }
      return last.suffix(2).elementsEqual("60".utf8)
    }
  }

  /// Whether there is a date, which a time column would drop.
  var namesDay: Bool { hasDate || hasMonthName || hasJulianDay }

  /// Whether the order of day, month and year depends on a setting.
  var isAmbiguous: Bool {
    if hasJulianDay { return false }
    // In 13-Jan-19 either number may be the year.
    if hasMonthName { return !hasWholeYear }
    if hasAmbiguousDate { return true }
    guard let first = numbers.first else { return false }
    let digits = first.prefix { $0 != UInt8(ascii: ".") }.count
    if digits == 4 || digits >= 8 { return false }
    return numbers.count > 1 || digits >= 5
  }

  /// Whether the time of day is missing or 00:00:00.
  var isMidnight: Bool {
    if isAfternoon { return false }
    return times.allSatisfy { time in
      let isTwelve = isMorning && time.starts(with: Array("12".utf8))
      return time.dropFirst(isTwelve ? 2 : 0).allSatisfy { !(0x31...0x39).contains($0) }
    }
  }

  /// The number of decimals of the seconds, without trailing zeros.
  ///
  /// - Parameter isTimeOnly: whether a number without colons is a time.
  func fractionDigits(isTimeOnly: Bool) -> Int {
    (times + (isTimeOnly ? numbers : [])).map { time in
      guard let point = time.firstIndex(of: UInt8(ascii: ".")) else { return 0 }
      let last = time.lastIndex { (0x31...0x39).contains($0) } ?? point
      return max(0, last - point)
    }.max() ?? 0
  }
}

extension DateTimeLiteral {
  /// Whether a literal has the common form `2019-01-13 04:05:06.789+02:00` and no part that the type would drop.
  static func isPlain(_ literal: ArraySlice<UInt8>, _ scalar: LiteralRule.Scalar) -> Bool {
    var rest = literal
    /// Consumes a form, in which 0 matches any digit and a blank also matches a T.
    func take(_ form: StaticString) -> Bool {
      guard rest.count >= form.utf8CodeUnitCount else { return false }
      let isMatch = form.withUTF8Buffer { form in
        zip(rest, form).allSatisfy { byte, expected in
          switch expected {
          case 0x30: isDigit(byte)
          case 0x20: byte == 0x20 || byte == UInt8(ascii: "T")
          default: byte == expected
          }
        }
      }
      if isMatch { rest = rest.dropFirst(form.utf8CodeUnitCount) }
      return isMatch
    }
    func isWhole(hasZone: Bool, precision: Int) -> Bool {
      // The 60th second is handled separately.
      if literal[rest.startIndex - 2] == UInt8(ascii: "6") { return false }
      if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        let digits = rest.prefix(while: isDigit).count
        guard digits <= precision else { return false }
        rest = rest.dropFirst(digits)
      }
      if hasZone {
        if take("Z") { return rest.isEmpty }
        if take("+00") || take("-00") { _ = take(":00") }
      }
      return rest.isEmpty
    }
    switch scalar {
    case .date: return take("0000-00-00") && rest.isEmpty
    case .timestamp(let hasZone, let precision):
      guard take("0000-00-00") else { return false }
      return rest.isEmpty || (take(" 00:00:00") && isWhole(hasZone: hasZone, precision: precision))
    case .time(let hasZone, let precision):
      return take("00:00:00") && isWhole(hasZone: hasZone, precision: precision)
    default: return false
    }
  }

  private static func tokens(_ literal: ArraySlice<UInt8>) -> [Token] {
    let bytes = literal.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    var tokens: [Token] = []
    var index = 0
    // Zone names may contain any letters.
    func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || byte >= 0x80 }
    func skip(_ isWanted: (UInt8) -> Bool) {
      while index < bytes.count, isWanted(bytes[index]) { index += 1 }
    }
    func next() -> UInt8 { index < bytes.count ? bytes[index] : 0 }
    func isOne(of characters: StaticString, _ byte: UInt8) -> Bool {
      characters.withUTF8Buffer { $0.contains(byte) }
    }
    while index < bytes.count {
      let start = index
      switch bytes[index] {
      case 0x30...0x39:
        skip(isDigit)
        let delimiter = next()
        if delimiter == UInt8(ascii: ":") {
          skip { isDigit($0) || isOne(of: ":.", $0) }
          tokens.append(.time(bytes[start..<index]))
        } else if isOne(of: "-/.", delimiter) {
          index += 1
          var isDate = delimiter != UInt8(ascii: ".")
          if isDigit(next()) {
            skip(isDigit)
            if next() == delimiter {
              isDate = true
              skip { isDigit($0) || $0 == delimiter }
            }
          } else if isLetter(next()) {
            isDate = true
            skip { isDigit($0) || isLetter($0) || $0 == delimiter }
          }
          tokens.append(isDate ? .date(bytes[start..<index]) : .number(bytes[start..<index]))
        } else {
          tokens.append(.number(bytes[start..<index]))
        }
      case let byte where isLetter(byte):
        skip(isLetter)
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        let isKeyword = monthNames.contains(word) || otherWords.contains(word)
        if isOne(of: "-/.", next()) || (!isKeyword && (next() == UInt8(ascii: "+") || isDigit(next()))) {
          skip { isDigit($0) || isLetter($0) || isOne(of: "+-/_.:", $0) }
          tokens.append(.date(bytes[start..<index]))
        } else {
          tokens.append(.word(word))
        }
      case UInt8(ascii: "+"), UInt8(ascii: "-"):
        index += 1
        skip(NestedLiteral.isBlank)
        if isDigit(next()) {
          skip { isDigit($0) || isOne(of: ":.-", $0) }
        } else {
          skip(isLetter)
        }
        tokens.append(.zone(bytes[start..<index]))
      default: index += 1
      }
    }
    return tokens
  }
}
