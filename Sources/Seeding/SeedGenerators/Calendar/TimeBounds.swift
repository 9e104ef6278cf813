/// The limits of dates and timestamps in options.
struct TimeBounds: Sendable {
  let lower: Int
  let upper: Int

  /// The option for the precision of times.
  static let precision = GeneratorOption(
    "precision", .oneOf(["microsecond", "millisecond", "second", "minute", "hour", "day"]), default: "second",
    "Granularity of the values, counted from the first one")

  /// Reads the option `between`. A last date without a time includes the whole day.
  init(_ options: GeneratorOptions, isDate: Bool) throws(GeneratorFault) {
    var ends: [Timestamp.Parsed] = []
    for text in options.strings("between") ?? [] {
      guard let parsed = Timestamp.parse(text), !isDate || !parsed.hasTime else {
        throw GeneratorFault(
          path: ["between"],
          "expected a date\(isDate ? "" : " or a timestamp") such as \"2026-01-31\", found \"\(text)\"")
      }
      ends.append(parsed)
    }
    guard ends.count == 2 else { throw GeneratorFault(path: ["between"], "expected two dates") }
    lower = ends[0].microseconds
    upper = ends[1].microseconds + (isDate || ends[1].hasTime ? 0 : Interval.day - 1)
    guard lower <= upper else { throw GeneratorFault(path: ["between"], "the first time is after the last") }
  }

  /// The distribution of the options. Its numbers are fractions of the range.
  func distribution(_ options: GeneratorOptions) throws(GeneratorFault) -> Distribution {
    try options.distribution(count: nil)
  }
}

/// Draws days with weights for the days of the week.
struct Weekdays: Sendable {
  static let option = GeneratorOption(
    "weekdays", .numbers(count: 7), "Weights of the days of the week, Monday first")

  /// The first day in the range for each day of the week.
  private let first: [Int]
  /// How often each day of the week occurs in the range.
  private let counts: [Int]
  /// The sums of the weights up to each day.
  private let sums: [Int]

  /// Reads the option `weekdays`; nil if it is absent.
  init?(_ options: GeneratorOptions, days: ClosedRange<Int>) throws(GeneratorFault) {
    guard let digits = options.digits("weekdays") else { return nil }
    guard options.string("distribution") == "uniform" else {
      throw GeneratorFault(path: ["weekdays"], "'weekdays' and 'distribution' cannot be combined")
    }
    var first: [Int] = []
    var counts: [Int] = []
    var sums: [Int] = []
    let start = CivilDate.weekday(days.lowerBound)
    for (weekday, text) in digits.enumerated() {
      let day = days.lowerBound + (weekday - start + 7) % 7
      let count = day > days.upperBound ? 0 : (days.upperBound - day) / 7 + 1
      guard let weight = DecimalGenerator.scaled(text, 3), (0...1_000_000).contains(weight) else {
        throw GeneratorFault(
          path: ["weekdays"], "expected weights from 0 to 1000 with at most three digits after the point")
      }
      first.append(day)
      counts.append(count)
      sums.append((sums.last ?? 0) + weight * count)
    }
    guard sums[6] > 0 else {
      throw GeneratorFault(path: ["weekdays"], "no day between the limits has a weight above 0")
    }
    self.first = first
    self.counts = counts
    self.sums = sums
  }

  /// A day since 1970-01-01.
  func day(_ random: CounterRandom, at place: Int) -> Int {
    let number = random.below(sums[6], at: place)
    var weekday = 0
    while sums[weekday] <= number { weekday += 1 }
    return first[weekday] + 7 * random.below(counts[weekday], at: place + 1)
  }
}

/// The timestamps of the generators `timestamp` and `timestamptz`.
struct TimestampValues: Sendable {
  static let options: [GeneratorOption] =
    [
      GeneratorOption(
        "between", .textBounds, default: ["2024-01-01", "2025-12-31"], "First and last date or timestamp"),
      TimeBounds.precision,
      GeneratorOption("hours", .numbers(count: 2), "Working hours: `[9, 17]` is from 9:00 to before 17:00"),
      Weekdays.option,
    ] + .distributionOfTimes()

  private let bounds: TimeBounds
  private let step: Int
  private let count: Int
  private let hours: Range<Int>?
  private let weekdays: Weekdays?
  private let distribution: Distribution

  init(_ options: GeneratorOptions) throws(GeneratorFault) {
    bounds = try TimeBounds(options, isDate: false)
    step = options.string("precision").flatMap(Interval.unit) ?? Interval.second
    count = (bounds.upper - bounds.lower) / step + 1
    weekdays = try Weekdays(options, days: Self.day(bounds.lower)...Self.day(bounds.upper))
    distribution = try bounds.distribution(options)
    guard let ends = options.digits("hours")?.compactMap({ Int($0) }) else {
      hours = nil
      return
    }
    guard ends.count == 2, ends[0] >= 0, ends[0] < ends[1], ends[1] <= 24 else {
      throw GeneratorFault(path: ["hours"], "expected two hours from 0 to 24, the first before the last")
    }
    guard step <= 3_600 * Interval.second else {
      throw GeneratorFault(path: ["precision"], "a precision of a day leaves no working hours")
    }
    hours = ends[0]..<ends[1]
  }

  private static func day(_ microseconds: Int) -> Int {
    let (day, rest) = microseconds.quotientAndRemainder(dividingBy: Interval.day)
    return rest < 0 ? day - 1 : day
  }

  var uniqueness: Uniqueness {
    hours == nil && weekdays == nil ? .domain(ValueDomain(size: count)) : .none
  }

  func value(nth number: Int) -> Int { bounds.lower + number * step }

  func value(_ random: CounterRandom) -> Int {
    guard hours != nil || weekdays != nil else {
      return value(nth: distribution.index(below: count, random))
    }
    let opening = (hours?.lowerBound ?? 0) * 3_600 * Interval.second
    let length = (hours?.count ?? 24) * 3_600 * Interval.second / step
    // A limit within a day can exclude times of that day. Then another one is drawn. Any time between the limits is
    // used if that does not succeed, because there may be no working hours between them.
    for attempt in 0..<16 {
      let random = random.part(UInt64(attempt))
      let day =
        weekdays?.day(random, at: 0) ?? Self.day(value(nth: distribution.index(below: count, random)))
      let time = day * Interval.day + opening + random.below(max(length, 1), at: 2) * step
      if time >= bounds.lower && time <= bounds.upper { return time }
    }
    return value(nth: random.below(count, at: 3))
  }
}
