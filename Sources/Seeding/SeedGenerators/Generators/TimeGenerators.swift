/// Dates between two dates.
struct DateGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "date", "Dates between two dates, both included",
    options: [
      GeneratorOption("between", .textBounds, default: ["2024-01-01", "2025-12-31"], "First and last date"),
      Weekdays.option,
    ] + .distributionOfTimes(), shortForm: "between",
    example: ["date": ["between": ["2024-01-01", "2024-12-31"]]])

  private let first: Int
  private let count: Int
  private let weekdays: Weekdays?
  private let distribution: Distribution

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    let bounds = try TimeBounds(options, isDate: true)
    first = bounds.lower / Interval.day
    count = bounds.upper / Interval.day - first + 1
    weekdays = try Weekdays(options, days: first...(first + count - 1))
    distribution = try bounds.distribution(options)
  }

  var uniqueness: Uniqueness { weekdays == nil ? .domain(ValueDomain(size: count)) : .none }

  func longest(below end: Int) -> Int? { 10 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    let day = weekdays?.day(row.random, at: 0) ?? first + distribution.index(below: count, row.random)
    CivilDate.append(day, to: &text)
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) { CivilDate.append(first + number, to: &text) }
}

/// Times of the day.
struct TimeGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "time", "Times of day between two times, both included",
    options: [
      GeneratorOption("between", .textBounds, default: ["00:00:00", "23:59:59"], "First and last time"),
      TimeBounds.precision,
    ], shortForm: "between", example: ["time": ["between": ["08:00", "18:00"], "precision": "minute"]])

  private let lower: Int
  private let step: Int
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    let ends = options.strings("between")?.compactMap { Timestamp.time($0) } ?? []
    guard ends.count == 2 else {
      throw GeneratorFault(path: ["between"], "expected two times such as \"08:30\"")
    }
    guard ends[0] <= ends[1] else {
      throw GeneratorFault(path: ["between"], "the first time is after the last")
    }
    lower = ends[0]
    step = options.string("precision").flatMap(Interval.unit) ?? Interval.second
    values = ValueDomain(size: (ends[1] - lower) / step + 1)
  }

  func longest(below end: Int) -> Int? { 15 }

  func append(nth number: Int, to text: inout [UInt8]) {
    Timestamp.append(time: lower + number * step, to: &text)
  }
}

/// Timestamps without a time zone.
struct TimestampGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "timestamp", "Timestamps without time zone between two limits, both included",
    options: TimestampValues.options,
    shortForm: "between",
    example: [
      "timestamp": [
        "between": ["2024-01-01", "2024-12-31"], "hours": [9, 17], "weekdays": [1, 1, 1, 1, 1, 0, 0],
      ]
    ])

  private let source: TimestampValues

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    source = try TimestampValues(options)
  }

  var uniqueness: Uniqueness { source.uniqueness }

  func longest(below end: Int) -> Int? { 26 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    Timestamp.append(source.value(row.random), to: &text)
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    Timestamp.append(source.value(nth: number), to: &text)
  }
}

/// Timestamps with a time zone, in UTC.
struct TimestampTZGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "timestamptz",
    "Timestamps with time zone between two limits, both included. Limits and working hours "
      + "are in UTC",
    options: TimestampValues.options, shortForm: "between",
    example: ["timestamptz": ["between": ["2024-01-01", "2024-12-31"]]])

  private let source: TimestampValues

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    source = try TimestampValues(options)
  }

  var uniqueness: Uniqueness { source.uniqueness }

  func longest(below end: Int) -> Int? { 29 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    Timestamp.append(source.value(row.random), to: &text)
    text.append(literal: "+00")
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    Timestamp.append(source.value(nth: number), to: &text)
    text.append(literal: "+00")
  }
}

/// Durations.
struct IntervalGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "interval", "Durations between two durations, both included",
    options: [
      GeneratorOption(
        "between", .textBounds, default: ["0 seconds", "1 day"], "Shortest and longest duration"),
      TimeBounds.precision,
    ], shortForm: "between",
    example: ["interval": ["between": ["10 minutes", "3 days"], "precision": "minute"]])

  private let lower: Int
  private let step: Int
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    let ends = options.strings("between")?.compactMap { Interval.parse($0) } ?? []
    guard ends.count == 2 else {
      throw GeneratorFault(path: ["between"], "expected two durations such as \"90 minutes\"")
    }
    guard ends[0] <= ends[1] else {
      throw GeneratorFault(path: ["between"], "the shortest duration is above the longest")
    }
    lower = ends[0]
    step = options.string("precision").flatMap(Interval.unit) ?? Interval.second
    values = ValueDomain(size: (ends[1] - lower) / step + 1)
  }

  /// For example `1000000 days 23:59:59.999999`.
  func longest(below end: Int) -> Int? { 28 }

  func append(nth number: Int, to text: inout [UInt8]) {
    Interval.append(lower + number * step, to: &text)
  }
}

/// Times after the time in another column.
struct AfterGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "after",
    version: 2,
    "A date or timestamp that is not before the one in another column. NULL if that column is NULL",
    options: [
      GeneratorOption("column", .string, isRequired: true, "Column with the earlier time"),
      GeneratorOption("least", .interval, default: "0 seconds", "Shortest delay"),
      GeneratorOption("within", .interval, default: "30 days", "Longest delay"),
      GeneratorOption(
        "until", .string,
        "Latest date or timestamp. If the other column is later, the value is the same as there"),
    ] + .distributionOfTimes(), shortForm: "column",
    example: ["after": ["column": "created_at", "within": "90 days"]])

  private let least: Int
  private let within: Int
  private let until: Int
  private let distribution: Distribution
  /// Whether the values have a time of day; nil if they are like those of the other column.
  private let hasTime: Bool?
  let sources: [Int]

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    hasTime = context.type.flatMap { $0 == "date" ? false : $0.hasPrefix("timestamp") ? true : nil }
    guard let column = options.string("column"), let index = context.columns.firstIndex(of: column) else {
      throw GeneratorFault(
        path: ["column"], "the table has no generated column '\(options.string("column") ?? "")'")
    }
    sources = [index]
    least = options.interval("least") ?? 0
    within = options.interval("within") ?? 0
    guard within >= least else { throw GeneratorFault(path: ["within"], "'within' is shorter than 'least'") }
    if let limit = options.string("until") {
      guard let parsed = Timestamp.parse(limit) else {
        throw GeneratorFault(path: ["until"], "expected a date or a timestamp, found \"\(limit)\"")
      }
      until = parsed.microseconds
    } else {
      until = .max
    }
    distribution = try options.distribution(count: nil)
  }

  func longest(below end: Int) -> Int? { 29 }

  func expectation(of value: [UInt8], from source: Int) -> String? {
    let isTime = value.withUnsafeBufferPointer { Timestamp.parse(bytes: $0[...]) != nil }
    return isTime ? nil : "a column with dates or timestamps for 'after'"
  }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    let source = row.others?.withValue(sources[0]) { value in
      value.flatMap { Timestamp.parse(bytes: $0[...]) }
    }
    guard let parsed = source ?? nil else { return false }
    let hasTime = hasTime ?? parsed.hasTime
    // The day after a time of day is the first that is not before it.
    let start =
      hasTime ? parsed.microseconds : (parsed.microseconds + Interval.day - 1) / Interval.day * Interval.day
    // Whole days between dates, otherwise whole seconds.
    let unit = hasTime ? Interval.second : Interval.day
    let first = (least + unit - 1) / unit
    let count = max(within / unit - first, 0) + 1
    var offset = (first + distribution.index(below: count, row.random)) * unit
    // A time after the limit is drawn again before it, not moved to it, so that the times do not pile up there.
    if until != .max && offset > until - start {
      offset = row.random.below(max(until - start, 0) / unit + 1, at: 1_000) * unit
    }
    guard hasTime else {
      CivilDate.append((start + offset) / Interval.day, to: &text)
      return true
    }
    Timestamp.append(start + offset, to: &text)
    if parsed.hasZone { text.append(literal: "+00") }
    return true
  }
}
