/// Parses the text format of PostgreSQL's COPY, from chunks of any size.
///
/// A field that is not NULL counts as quoted, because NULL is recognized before escapes are replaced.
struct CopyTextParser: FieldParser {
  private static let backslash = UInt8(ascii: "\\")

  private let delimiter: UInt8
  private let nulls: NullTexts
  private var pending: [UInt8] = []
  private var line = 1
  /// The number of line breaks in the current record, which are escaped.
  private var breaks = 0
  /// The line of the end mark.
  private var endLine: Int?

  init(delimiter: UInt8, nulls: NullTexts) {
    self.delimiter = delimiter
    self.nulls = nulls
  }

  mutating func feed(_ chunk: [UInt8], _ onRecord: (borrowing CSVRecord) throws -> Void) throws {
    var start = chunk.startIndex
    while let end = chunk[start...].firstIndex(of: 0x0A) {
      try take(chunk[start..<end])
      if Self.isEscaped(pending) {
        pending.append(0x0A)
        breaks += 1
      } else {
        try endLine(onRecord)
      }
      start = end + 1
    }
    try take(chunk[start...])
  }

  mutating func finish(_ onRecord: (borrowing CSVRecord) throws -> Void) throws {
    if !pending.isEmpty { try endLine(onRecord) }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) throws {
    guard pending.count + bytes.count <= RecordLimits.size else { throw FieldFailure.tooLarge(line: line) }
    pending += bytes
  }

  /// Whether a backslash escapes the byte that follows.
  private static func isEscaped(_ bytes: [UInt8]) -> Bool {
    !bytes.reversed().prefix { $0 == backslash }.count.isMultiple(of: 2)
  }

  private mutating func endLine(_ onRecord: (borrowing CSVRecord) throws -> Void) throws {
    defer {
      line += breaks + 1
      breaks = 0
      pending.removeAll(keepingCapacity: true)
    }
    if pending.last == 0x0D { pending.removeLast() }
    if let endLine {
      throw FieldFailure(
        line: line, found: "a line after the end mark \\. of line \(endLine)",
        expected: "the data of one table")
    }
    guard pending != Array("\\.".utf8) else {
      endLine = line
      return
    }
    var record = CSVRecord()
    record.line = line
    record.bytes.reserveCapacity(pending.count)
    var start = 0
    var index = 0
    while index <= pending.count {
      if index < pending.count, pending[index] == Self.backslash {
        index += 2
        continue
      }
      if index >= pending.count || pending[index] == delimiter {
        guard record.fields.count < RecordLimits.fields else { throw FieldFailure.tooManyFields(line: line) }
        try add(start..<min(index, pending.count), to: &record)
        start = index + 1
      } else if pending[index] == 0x0D {
        throw FieldFailure(
          line: line, field: record.fields.count, found: "a carriage return", expected: "\\r")
      }
      index += 1
    }
    // A backslash at the end escapes nothing.
    if Self.isEscaped(pending) {
      throw FieldFailure(
        line: line, field: record.fields.count, found: "a backslash at the end of the line",
        expected: "a character after it")
    }
    try onRecord(record)
  }

  private func add(_ range: Range<Int>, to record: inout CSVRecord) throws {
    let start = record.bytes.count
    guard !nulls.contains(range, of: pending) else {
      record.bytes += pending[range]
      record.fields.append(.init(range: start..<record.bytes.count, isQuoted: false))
      return
    }
    var rest = pending[range]
    while let byte = rest.popFirst() {
      guard byte == Self.backslash, let escaped = rest.popFirst() else {
        record.bytes.append(byte)
        continue
      }
      switch escaped {
      case UInt8(ascii: "b"): record.bytes.append(0x08)
      case UInt8(ascii: "f"): record.bytes.append(0x0C)
      case UInt8(ascii: "n"): record.bytes.append(0x0A)
      case UInt8(ascii: "r"): record.bytes.append(0x0D)
      case UInt8(ascii: "t"): record.bytes.append(0x09)
      case UInt8(ascii: "v"): record.bytes.append(0x0B)
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        let digits = rest.prefix(2).prefix { (0x30...0x37).contains($0) }
        rest = rest.dropFirst(digits.count)
        record.bytes.append(
          UInt8(truncatingIfNeeded: digits.reduce(Int(escaped & 7)) { $0 * 8 + Int($1 & 7) }))
      case UInt8(ascii: "x"):
        let digits = rest.prefix(2).prefix { Self.hexadecimal($0) != nil }
        rest = rest.dropFirst(digits.count)
        // Without digits it stands for itself.
        record.bytes.append(
          digits.isEmpty
            ? escaped : UInt8(digits.compactMap(Self.hexadecimal).reduce(0) { $0 * 16 + $1 }))
      default: record.bytes.append(escaped)
      }
    }
    record.fields.append(.init(range: start..<record.bytes.count, isQuoted: true))
  }

  private static func hexadecimal(_ byte: UInt8) -> Int? {
    Character(Unicode.Scalar(byte)).hexDigitValue
  }
}
