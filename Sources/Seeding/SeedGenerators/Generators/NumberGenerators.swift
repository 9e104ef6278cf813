/// Consecutive numbers.
struct SequenceGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "sequence", "Numbers with a constant step, counted from the first row", kind: .number,
    options: [
      GeneratorOption("start", .integer(.min ... .max), default: 1, "First number"),
      GeneratorOption("step", .integer(.min ... .max), default: 1, "Difference between two numbers; not 0"),
    ], shortForm: "start")

  private let start: Int
  private let step: Int

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    start = options.integer("start") ?? 1
    step = options.integer("step") ?? 1
    guard step != 0 else { throw GeneratorFault(path: ["step"], "the step must not be 0") }
  }

  var uniqueness: Uniqueness {
    let room = step > 0 ? UInt(bitPattern: Int.max &- start) : UInt(bitPattern: start &- Int.min)
    return .rows(limit: Int(min(room / step.magnitude, UInt(Int.max - 1))) + 1)
  }

  func longest(below end: Int) -> Int? { 20 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    append(nth: row.row, to: &text)
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    text.append(decimal: start &+ number &* step)
  }
}

/// Whole numbers in a range.
struct IntegerGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "integer", "Integers in a range, both limits included", kind: .number,
    options: [
      GeneratorOption("between", .numberBounds, default: [1, 1000], "Lowest and highest number"),
      GeneratorOption("step", .integer(1 ... .max), default: 1, "Difference between two possible numbers"),
    ] + .distribution(), shortForm: "between",
    example: ["integer": ["between": [18, 90], "distribution": "normal"]])

  private let lower: Int
  private let step: Int
  private let count: Int
  private let distribution: Distribution

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    let ends = options.digits("between")?.compactMap { Int($0) } ?? []
    guard ends.count == 2 else { throw GeneratorFault(path: ["between"], "expected whole numbers") }
    try self.init(between: ends[0], and: ends[1], step: options.integer("step") ?? 1, options: options)
  }

  private init(between lower: Int, and upper: Int, step: Int, options: GeneratorOptions)
    throws(GeneratorFault)
  {
    guard lower <= upper else {
      throw GeneratorFault(path: ["between"], "the lowest number \(lower) is above the highest \(upper)")
    }
    let width = UInt(bitPattern: upper &- lower)
    guard width / UInt(step) < UInt(Int.max) else {
      throw GeneratorFault(path: ["between"], "the range has more than 2^63 - 1 numbers")
    }
    self.lower = lower
    self.step = step
    count = Int(width / UInt(step)) + 1
    distribution = try options.distribution(lower: Double(lower), width: Double(width), count: count)
  }

  var uniqueness: Uniqueness { .domain(ValueDomain(size: count)) }

  func longest(below end: Int) -> Int? {
    max(Digits.count(lower), Digits.count(lower &+ (count - 1) &* step))
  }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    append(nth: distribution.index(below: count, row.random), to: &text)
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    text.append(decimal: lower &+ number &* step)
  }
}

/// Decimal numbers with a fixed number of digits after the point.
struct DecimalGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "decimal", "Decimal numbers in a range, both limits included, for `numeric` columns", kind: .number,
    options: [
      GeneratorOption("between", .numberBounds, default: [0, 100], "Lowest and highest number"),
      GeneratorOption(
        "scale", .integer(0...18), "Digits after the point; by default those of the column, or 2"),
    ] + .distribution(), shortForm: "between", example: ["decimal": ["between": [1, 500], "scale": 2]])

  private let lower: Int
  private let count: Int
  private let scale: Int
  private let power: UInt
  private let distribution: Distribution

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    scale = options.integer("scale") ?? context.scale.map { min(max($0, 0), 18) } ?? 2
    power = (0..<scale).reduce(1) { result, _ in result * 10 }
    let texts = options.digits("between") ?? []
    var ends: [Int] = []
    for text in texts {
      guard let end = Self.scaled(text, scale) else {
        throw GeneratorFault(
          path: ["between"], "\(text) has more than \(scale) digits after the point, or more than 18 digits")
      }
      ends.append(end)
    }
    guard ends.count == 2, ends[0] <= ends[1], let width = Optional(ends[1] - ends[0]), width < Int.max else {
      throw GeneratorFault(path: ["between"], "the lowest number is above the highest")
    }
    lower = ends[0]
    count = width + 1
    let unit = 1 / Double(power)
    distribution = try options.distribution(
      lower: Double(lower) * unit, width: Double(width) * unit, count: count)
  }

  var uniqueness: Uniqueness { .domain(ValueDomain(size: count)) }

  func longest(below end: Int) -> Int? {
    let whole = { (value: Int) in
      Digits.count(value / Int(power)) + (value < 0 && value > -Int(power) ? 1 : 0)
    }
    return max(whole(lower), whole(lower + count - 1)) + (scale > 0 ? scale + 1 : 0)
  }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    append(nth: distribution.index(below: count, row.random), to: &text)
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    let value = lower + number
    if value < 0 { text.append(ascii: "-") }
    let (whole, fraction) = value.magnitude.quotientAndRemainder(dividingBy: power)
    text.append(digits: whole, width: 1)
    guard scale > 0 else { return }
    text.append(ascii: ".")
    text.append(digits: fraction, width: scale)
  }

  /// A decimal number times a power of ten; nil if that is not a whole number of at most 18 digits.
  static func scaled(_ text: String, _ scale: Int) -> Int? {
    var digits = text[...]
    let isNegative = digits.first == "-"
    if isNegative { digits.removeFirst() }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return nil }
    var fraction = parts.count == 2 ? parts[1] : ""
    while fraction.last == "0" { fraction.removeLast() }
    guard fraction.utf8.count <= scale else { return nil }
    let all = parts[0] + fraction + String(repeating: "0", count: scale - fraction.utf8.count)
    guard let value = Digits.parse(all) else { return nil }
    return isNegative ? -value : value
  }
}

/// Floating-point numbers.
struct DoubleGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "double", "Floating-point numbers in a range", kind: .number,
    options: [GeneratorOption("between", .numberBounds, default: [0, 1], "Lowest and highest number")]
      + .distribution(["uniform", "normal", "exponential"]), shortForm: "between",
    example: ["double": ["between": [-40, 50], "distribution": "normal"]])

  private let lower: Double
  private let width: Double
  private let distribution: Distribution

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    let ends = options.digits("between")?.compactMap { Double($0) } ?? []
    guard ends.count == 2, ends[0] <= ends[1], (ends[1] - ends[0]).isFinite else {
      throw GeneratorFault(
        path: ["between"], "the lowest number is above the highest, or the range is too large")
    }
    lower = ends[0]
    width = ends[1] - ends[0]
    distribution = try options.distribution(lower: lower, width: width, count: nil)
  }

  func longest(below end: Int) -> Int? { 24 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    // The shortest digits that are read as the same number.
    text.append(contentsOf: (lower + distribution.fraction(row.random) * width).description.utf8)
    return true
  }
}

/// Booleans.
struct BooleanGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "boolean", "`true` with a probability, otherwise `false`", kind: .boolean,
    options: [
      GeneratorOption("probability", .number(0...1), default: .number("0.5"), "Probability of `true`")
    ],
    shortForm: "probability", example: ["boolean": .number("0.8")])

  private let limit: UInt64
  private let always: Bool

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    let probability = options.number("probability") ?? 0.5
    always = probability >= 1
    limit = always ? .max : UInt64(probability * 0x1p64)
  }

  var uniqueness: Uniqueness { .domain(ValueDomain(size: 2)) }

  func longest(below end: Int) -> Int? { 5 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    append(nth: always || row.random[0] < limit ? 1 : 0, to: &text)
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    text.append(literal: number == 1 ? "true" : "false")
  }
}
