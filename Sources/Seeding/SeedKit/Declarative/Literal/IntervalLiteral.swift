/// The fields that a modifier of `interval` stores.
struct IntervalFields: Sendable, Equatable {
  /// The smallest stored field.
  enum Smallest: Sendable { case year, month, day, hour, minute, second }

  let smallest: Smallest
  /// Whether there is a modifier, which affects what a number without a unit means.
  let isRestricted: Bool
  /// Whether `1:02` means minutes and seconds.
  let isMinuteToSecond: Bool

  static let all = IntervalFields(mask: 0x7FFF)

  /// - Parameter mask: the bits of `INTERVAL_MASK`: month 1, year 2, day 3, hour 10, minute 11, second 12.
  init(mask: Int) {
    isRestricted = mask != 0x7FFF
    isMinuteToSecond = mask == 1 << 11 | 1 << 12
    smallest =
      switch mask {
      case _ where mask & 1 << 12 != 0: .second
      case _ where mask & 1 << 11 != 0: .minute
      case _ where mask & 1 << 10 != 0: .hour
      case _ where mask & 1 << 3 != 0: .day
      case _ where mask & 1 << 1 != 0: .month
      default: .year
      }
  }
}

/// The total of an interval literal.
struct IntervalLiteral {
  private var months = 0
  private var days = 0
  private var microseconds = 0
  /// Whether a fraction is not a whole number of microseconds or months.
  private var isRounded = false
  /// Whether a part without a unit depends on the column's fields.
  private var isAmbiguous = false

  /// The months, days or microseconds of a unit.
  private enum Unit {
    case months(Int), days(Int), microseconds(Int)
  }

  private struct Malformed: Error {}

  private static let day = 86_400_000_000
  private static let units: [String: Unit] = {
    let names: [(String, Unit)] = [
      ("us usec usecs usecond useconds microsecon microsecond microseconds", .microseconds(1)),
      ("ms msec msecs msecond mseconds millisecon millisecond milliseconds", .microseconds(1_000)),
      ("s sec secs second seconds", .microseconds(1_000_000)),
      ("m min mins minute minutes", .microseconds(60_000_000)),
      ("h hr hrs hour hours", .microseconds(3_600_000_000)),
      ("d day days", .days(1)), ("w week weeks", .days(7)), ("mon mons month months", .months(1)),
      ("y yr yrs year years", .months(12)), ("dec decs decade decades", .months(120)),
      ("c cent centuries century", .months(1_200)), ("mil mils millennia millennium", .months(12_000)),
    ]
    return Dictionary(
      uniqueKeysWithValues: names.flatMap { words, unit in
        words.split(separator: " ").map { (String($0), unit) }
      })
  }()

  /// - Returns: nil for literals that are not understood. PostgreSQL decides whether they are valid.
  init?(_ literal: ArraySlice<UInt8>, fields: IntervalFields) {
    let text = String(decoding: literal, as: UTF8.self).lowercased()
    do {
      let trimmed = text.drop { $0.isWhitespace }
      if trimmed.first == "p" {
        try parseISO(trimmed.dropFirst())
      } else {
        try parse(text[...], fields: fields)
      }
    } catch {
      return nil
    }
  }

  /// Whether a column with these fields and this precision stores the whole interval.
  func isKept(by fields: IntervalFields, precision: Int) -> Bool {
    guard !isRounded, !isAmbiguous else { return false }
    var step = 1
    for _ in precision..<6 { step *= 10 }
    switch fields.smallest {
    case .year: return months % 12 == 0 && days == 0 && microseconds == 0
    case .month: return days == 0 && microseconds == 0
    case .day: return microseconds == 0
    case .hour: return microseconds % 3_600_000_000 == 0
    case .minute: return microseconds % 60_000_000 == 0
    case .second: return microseconds % step == 0
    }
  }

  /// `P1Y2M3DT4H5M6.7S`, `P0001-02-03T04:05:06`.
  private mutating func parseISO(_ text: Substring) throws {
    let halves = text.split(separator: "t", maxSplits: 1, omittingEmptySubsequences: false)
    let date: [Character: Unit] = ["y": .months(12), "m": .months(1), "w": .days(7), "d": .days(1)]
    let time: [Character: Unit] = [
      "h": .microseconds(3_600_000_000), "m": .microseconds(60_000_000), "s": .microseconds(1_000_000),
    ]
    for (half, units) in zip(halves, [date, time]) {
      let isAlternative =
        half.dropFirst().contains { $0 == "-" || $0 == ":" } && !half.contains { $0.isLetter }
      if isAlternative {
        let parts = half.split(whereSeparator: { $0 == "-" || $0 == ":" })
        let order: [Character] = units["h"] == nil ? ["y", "m", "d"] : ["h", "m", "s"]
        for (part, name) in zip(parts, order) {
          if let unit = units[name] { try add(part, unit) }
        }
        continue
      }
      var number = half[half.startIndex..<half.startIndex]
      for index in half.indices {
        let character = half[index]
        if let unit = units[character] {
          try add(number, unit)
          number = half[half.index(after: index)..<half.index(after: index)]
        } else {
          number = half[number.startIndex...index]
        }
      }
      guard number.isEmpty else { throw Malformed() }
    }
  }

  /// `1 year 2 mons -3 days 04:05:06.7`, `1-2 3 4:05:06`, `@ 1 hour ago`.
  private mutating func parse(_ text: Substring, fields: IntervalFields) throws {
    var pending: Substring?
    var index = text.startIndex
    func isNumeric(_ character: Character) -> Bool { character.isNumber || "+-.:".contains(character) }
    while index < text.endIndex {
      let start = index
      if isNumeric(text[index]) {
        while index < text.endIndex, isNumeric(text[index]) { index = text.index(after: index) }
        let part = text[start..<index]
        if part.contains(":") {
          // A number before a time is a number of days.
          if let number = pending { try add(number, .days(1)) }
          pending = nil
          try add(time: part, fields: fields)
        } else if part.dropFirst().contains("-") {
          try add(yearToMonth: part)
        } else {
          if let number = pending { try add(plain: number, fields: fields) }
          // A sign may be separate from its number, and does not matter here.
          if part.contains(where: \.isNumber) { pending = part }
        }
      } else if text[index].isLetter {
        while index < text.endIndex, text[index].isLetter { index = text.index(after: index) }
        let word = String(text[start..<index])
        if let number = pending {
          guard let unit = Self.units[word] else { throw Malformed() }
          try add(number, unit)
          pending = nil
        } else if word != "ago" {
          throw Malformed()
        }
      } else {
        index = text.index(after: index)
      }
    }
    if let number = pending { try add(plain: number, fields: fields) }
  }

  private mutating func add(plain number: Substring, fields: IntervalFields) throws {
    if fields.isRestricted, fields.smallest != .second { isAmbiguous = true }
    try add(number, .microseconds(1_000_000))
  }

  private mutating func add(yearToMonth part: Substring) throws {
    let isNegative = part.first == "-"
    let numbers = part.drop { $0 == "-" || $0 == "+" }.split(separator: "-").map { Int($0) }
    guard numbers.count == 2, let years = numbers[0], let rest = numbers[1], years < 1 << 32 else {
      throw Malformed()
    }
    months += (isNegative ? -1 : 1) * (years * 12 + rest)
  }

  private mutating func add(time part: Substring, fields: IntervalFields) throws {
    let isNegative = part.first == "-"
    var parts = part.drop { $0 == "-" || $0 == "+" }.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, fields.isMinuteToSecond { isAmbiguous = true }
    // With a fraction, two parts are minutes and seconds.
    if parts.count == 2, parts[1].contains(".") { parts.insert("0", at: 0) }
    for (part, size) in zip(parts, [3_600_000_000, 60_000_000, 1_000_000]) {
      try add(isNegative ? "-\(part)" : part, .microseconds(size))
    }
  }

  private mutating func add(_ number: Substring, _ unit: Unit) throws {
    let isNegative = number.first == "-"
    let parts = number.drop { $0 == "-" || $0 == "+" }
      .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, first.count <= 18, let whole = Int(first.isEmpty ? "0" : first) else {
      throw Malformed()
    }
    let digits = parts.count > 1 ? parts[1] : ""
    let sign = isNegative ? -1 : 1
    func times(_ size: Int) throws -> Int {
      let (value, hasOverflow) = whole.multipliedReportingOverflow(by: size)
      guard !hasOverflow, abs(value) < Int.max / 4 else { throw Malformed() }
      return value * sign
    }
    switch unit {
    case .microseconds(let size): microseconds += try times(size) + sign * fraction(digits, of: size)
    case .days(let size):
      days += try times(size)
      let rest = fraction(digits, of: size * Self.day)
      days += sign * (rest / Self.day)
      microseconds += sign * (rest % Self.day)
    case .months(1):
      months += try times(1)
      let rest = fraction(digits, of: 30 * Self.day)
      days += sign * (rest / Self.day)
      microseconds += sign * (rest % Self.day)
    case .months(let size): months += try times(size) + sign * fraction(digits, of: size)
    }
  }

  /// The value of a fraction of `size`. Notes if it is not whole.
  private mutating func fraction(_ digits: Substring, of size: Int) -> Int {
    let end = digits.lastIndex { $0 != "0" }.map { digits.index(after: $0) } ?? digits.startIndex
    let digits = digits[..<end]
    guard !digits.isEmpty else { return 0 }
    // No size has more than 13 factors of two or five.
    guard digits.utf8.count <= 13, let numerator = Int(digits) else {
      isRounded = true
      return 0
    }
    var denominator = 1
    for _ in digits { denominator *= 10 }
    let (quotient, remainder) = denominator.dividingFullWidth(size.multipliedFullWidth(by: numerator))
    if remainder != 0 { isRounded = true }
    return quotient
  }
}
