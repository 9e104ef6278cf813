/// Random UUIDs.
struct UUID4Generator: CatalogGenerator {
  static let entry = GeneratorEntry("uuid.v4", "Version 4 UUIDs (random)")

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {}

  /// The first 60 of the 122 free bits are the number.
  var uniqueness: Uniqueness { .domain(ValueDomain(size: 1 << 60)) }

  func longest(below end: Int) -> Int? { 36 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    text.append(uuid: row.random[0], row.random[1], version: 4)
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    let high = UInt64(number)
    let bits = (high >> 12) << 16 | high & 0xFFF
    text.append(uuid: bits, CounterRandom.mix(~high), version: 4)
  }
}

/// UUIDs with a time.
struct UUID7Generator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "uuid.v7", "Version 7 UUIDs, whose time grows with the row number",
    options: [
      GeneratorOption("start", .string, default: "2024-01-01", "Time of the first row, in UTC"),
      GeneratorOption(
        "step", .interval, default: "1 second", "Time between two rows, at least 1 millisecond"),
    ])

  private let start: Int
  private let step: Int

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    guard let time = options.string("start").flatMap(Timestamp.parse), time.microseconds >= 0 else {
      throw GeneratorFault(path: ["start"], "expected a date or a time from 1970-01-01 on")
    }
    start = time.microseconds / 1_000
    step = (options.interval("step") ?? 0) / 1_000
    guard step > 0 else { throw GeneratorFault(path: ["step"], "the step must be at least 1 millisecond") }
  }

  /// The time has 48 bits.
  var uniqueness: Uniqueness { .rows(limit: ((1 << 48) - start) / step) }

  func longest(below end: Int) -> Int? { 36 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    let time = UInt64(truncatingIfNeeded: start &+ row.row &* step)
    text.append(uuid: time << 16 | row.random[0] & 0xFFF, row.random[1], version: 7)
    return true
  }
}

extension [UInt8] {
  /// Appends a UUID whose version and variant are set.
  mutating func append(uuid high: UInt64, _ low: UInt64, version: UInt64) {
    let high = high & 0xFFFF_FFFF_FFFF_0FFF | version << 12
    let low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    append(hex: high >> 32, digits: 8)
    append(0x2D)
    append(hex: high >> 16, digits: 4)
    append(0x2D)
    append(hex: high, digits: 4)
    append(0x2D)
    append(hex: low >> 48, digits: 4)
    append(0x2D)
    append(hex: low, digits: 12)
  }
}

/// Texts with random digits and letters.
struct PatternGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "pattern",
    "Text from a pattern. `#` becomes a digit and `?` a letter from A to Z. A backslash "
      + "keeps the next character as it is",
    options: [
      GeneratorOption("format", .string, isRequired: true, "Pattern"),
      GeneratorOption("case", .oneOf(["upper", "lower"]), default: "upper", "Case of the letters"),
    ], shortForm: "format", example: ["pattern": "AB-####-??"])

  private enum Piece {
    case text([UInt8])
    case digit
    case letter
  }

  private let pieces: [Piece]
  private let firstLetter: UInt8
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    firstLetter = options.string("case") == "lower" ? 0x61 : 0x41
    var pieces: [Piece] = []
    var size = 1
    var plain: [UInt8] = []
    var isEscaped = false
    func flush() {
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = []
    }
    for byte in (options.string("format") ?? "").utf8 {
      let base = isEscaped ? 1 : byte == 0x23 ? 10 : byte == 0x3F ? 26 : 1
      if base > 1 {
        flush()
        pieces.append(base == 10 ? .digit : .letter)
        let (product, overflow) = size.multipliedReportingOverflow(by: base)
        guard !overflow else {
          throw GeneratorFault(
            path: ["format"], "the pattern has more than 2^63 - 1 values: use fewer places")
        }
        size = product
      } else if byte == 0x5C && !isEscaped {
        isEscaped = true
        continue
      } else {
        plain.append(byte)
      }
      isEscaped = false
    }
    guard !isEscaped else {
      throw GeneratorFault(path: ["format"], "no character follows the last backslash")
    }
    flush()
    self.pieces = pieces
    values = ValueDomain(size: size)
  }

  func longest(below end: Int) -> Int? {
    pieces.reduce(0) { sum, piece in
      if case .text(let bytes) = piece {
        sum + String(decoding: bytes, as: UTF8.self).unicodeScalars.count
      } else {
        sum + 1
      }
    }
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    var digits = MixedRadix(number)
    for piece in pieces {
      switch piece {
      case .text(let bytes): text.append(contentsOf: bytes)
      case .digit: text.append(0x30 + UInt8(truncatingIfNeeded: digits.next(10)))
      case .letter: text.append(firstLetter + UInt8(truncatingIfNeeded: digits.next(26)))
      }
    }
  }
}
