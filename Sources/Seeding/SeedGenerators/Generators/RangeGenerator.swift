/// Ranges.
struct RangeGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "range",
    "Ranges with an inclusive lower and an exclusive upper limit. They are never empty "
      + "unless requested",
    options: [
      GeneratorOption(
        "type", .oneOf(["int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"]),
        isRequired: true, "Type of the range"),
      GeneratorOption(
        "between", .any, isRequired: true,
        "Lowest and highest limit, as an array of numbers, dates or timestamps"),
      GeneratorOption(
        "length", .any,
        "Smallest and largest length, as an array of numbers or of durations such as \"1 hour\"; "
          + "by default up to a tenth of the range"),
      GeneratorOption("empty", .number(0...1), default: 0, "Probability of an empty range"),
    ],
    example: [
      "range": [
        "type": "daterange", "between": ["2024-01-01", "2024-12-31"], "length": ["1 day", "14 days"],
      ]
    ])

  private enum Form {
    case integer
    /// With two digits after the point.
    case decimal
    case date
    case timestamp(hasZone: Bool)
  }

  private let form: Form
  private let lower: Int
  private let upper: Int
  private let length: ClosedRange<Int>
  private let emptyLimit: UInt64

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    let form: Form =
      switch options.string("type") {
      case "numrange": .decimal
      case "daterange": .date
      case "tsrange": .timestamp(hasZone: false)
      case "tstzrange": .timestamp(hasZone: true)
      default: .integer
      }
    let limits = (options.list("between") ?? []).compactMap { Self.limit($0, form) }
    guard limits.count == 2, options.list("between")?.count == 2 else {
      throw GeneratorFault(path: ["between"], "expected two limits of a \(options.string("type") ?? "range")")
    }
    guard limits[0] < limits[1] else {
      throw GeneratorFault(path: ["between"], "the lower limit must be below the upper limit")
    }
    guard let width = Self.difference(limits[1], limits[0]) else {
      throw GeneratorFault(path: ["between"], "the limits are more than 2^63 - 2 apart")
    }
    self.form = form
    lower = limits[0]
    upper = limits[1]
    if let given = options.list("length") {
      let ends = given.compactMap { Self.length($0, form) }
      guard ends.count == 2, given.count == 2, ends[0] >= 1, ends[0] <= ends[1], ends[0] <= width else {
        throw GeneratorFault(
          path: ["length"], "expected the smallest and the largest length, above 0 and inside of the limits")
      }
      length = ends[0]...min(ends[1], width)
    } else {
      length = 1...max(1, width / 10)
    }
    emptyLimit = UInt64(min(options.number("empty") ?? 0, 1 - 0x1p-53) * 0x1p64)
  }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    if emptyLimit > 0 && row.random[2] < emptyLimit {
      text.append(literal: "empty")
      return true
    }
    let size = row.random.number(in: length, at: 0)
    let start = row.random.number(in: lower...(upper - size), at: 1)
    text.append(ascii: "[")
    append(limit: start, to: &text)
    text.append(ascii: ",")
    append(limit: start + size, to: &text)
    text.append(ascii: ")")
    return true
  }

  private func append(limit: Int, to text: inout [UInt8]) {
    switch form {
    case .integer: text.append(decimal: limit)
    case .decimal:
      if limit < 0 { text.append(ascii: "-") }
      text.append(digits: limit.magnitude / 100, width: 1)
      text.append(ascii: ".")
      text.append(digits: limit.magnitude % 100, width: 2)
    case .date: CivilDate.append(limit, to: &text)
    case .timestamp(let hasZone):
      // Quoted because of the space.
      text.append(ascii: "\"")
      Timestamp.append(limit * Interval.second, to: &text)
      if hasZone { text.append(literal: "+00") }
      text.append(ascii: "\"")
    }
  }

  /// A limit in the unit of the form: ones, hundredths, days, or seconds.
  private static func limit(_ value: GeneratorValue, _ form: Form) -> Int? {
    switch (form, value) {
    case (.integer, .number(let digits)): Int(digits)
    case (.decimal, .number(let digits)): DecimalGenerator.scaled(digits, 2)
    case (.date, .string(let text)): CivilDate.parse(text)
    case (.timestamp, .string(let text)): Timestamp.parse(text).map { $0.microseconds / Interval.second }
    default: nil
    }
  }

  private static func length(_ value: GeneratorValue, _ form: Form) -> Int? {
    switch (form, value) {
    case (.date, .string(let text)): Interval.parse(text).map { $0 / Interval.day }
    case (.timestamp, .string(let text)): Interval.parse(text).map { $0 / Interval.second }
    case (.integer, .number), (.decimal, .number): limit(value, form)
    default: nil
    }
  }

  private static func difference(_ upper: Int, _ lower: Int) -> Int? {
    let (width, overflow) = upper.subtractingReportingOverflow(lower)
    return overflow || width == .max ? nil : width
  }
}
