/// Parses CSV according to RFC 4180 and the deviations that a ``CSVFormat`` declares, from chunks of any size.
///
/// The available libraries do not distinguish quoted from unquoted empty fields, do not report the line of an
/// error, or treat a line of `\.` as the end of data.
struct CSVParser: FieldParser {
  private enum State {
    case fieldStart, plain, quoted, escaped, quoteInQuoted, carriageReturn, comment
  }

  private let delimiter: UInt8
  private let quote: UInt8
  /// Whether there is a quote character at all.
  private let hasQuote: Bool
  /// The quote if quotes are doubled.
  private let escape: UInt8
  private let comment: UInt8?
  private let allowsBareQuotes: Bool
  private let endsAtCarriageReturn: Bool
  /// Whether the first byte of a line may have a special meaning.
  private let checksLineStart: Bool
  private var record = CSVRecord()
  private var state = State.fieldStart
  private var fieldStart = 0
  private var isQuoted = false
  /// Whether a line feed belongs to the carriage return before it.
  private var skipsLineFeed = false
  /// Whether the last part of a quoted field ended with a carriage return.
  private var endedWithReturn = false
  private var line = 1
  private var quoteLine = 1

  init(_ format: CSVFormat = CSVFormat(), delimiter: UInt8) {
    self.delimiter = delimiter
    // A byte that never occurs in UTF-8.
    quote = format.quote ?? 0xFF
    hasQuote = format.quote != nil
    escape = format.escape ?? quote
    comment = format.comment
    allowsBareQuotes = format.quote == nil || format.allowed.contains(.bareQuotes)
    endsAtCarriageReturn = format.allowed.contains(.carriageReturns)
    checksLineStart = comment != nil || endsAtCarriageReturn
  }

  /// Parses a chunk.
  ///
  /// - Parameter onRecord: receives each complete record.
  mutating func feed(_ chunk: [UInt8], _ onRecord: (borrowing CSVRecord) throws -> Void) throws {
    try chunk.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        switch state {
        case .fieldStart:
          if checksLineStart, record.fields.isEmpty, isLineStart(byte) {
            index += 1
          } else if byte == quote, hasQuote {
            isQuoted = true
            quoteLine = line
            state = .quoted
            index += 1
          } else {
            state = .plain
          }
        case .plain:
          let start = index
          while index < bytes.count, !isSpecial(bytes[index]) { index += 1 }
          if index > start { record.bytes.append(contentsOf: bytes[start..<index]) }
          guard index < bytes.count else { break }
          if bytes[index] != quote {
            try end(bytes[index], onRecord)
          } else if allowsBareQuotes {
            record.bytes.append(quote)
          } else {
            throw bareQuote
          }
          index += 1
        case .quoted:
          let start = index
          while index < bytes.count, bytes[index] != quote, bytes[index] != escape {
            if bytes[index] == 0x0A { line += 1 }
            index += 1
          }
          record.bytes.append(contentsOf: bytes[start..<index])
          if endsAtCarriageReturn { line += loneReturns(bytes[start..<index]) }
          if index < bytes.count {
            state = bytes[index] == quote ? .quoteInQuoted : .escaped
            index += 1
          }
        case .escaped:
          if byte == quote || byte == escape {
            record.bytes.append(byte)
            index += 1
          } else {
            record.bytes.append(escape)
          }
          state = .quoted
        case .quoteInQuoted:
          if byte == quote, escape == quote {
            record.bytes.append(quote)
            state = .quoted
            index += 1
          } else if isSpecial(byte), byte != quote {
            try end(byte, onRecord)
            index += 1
          } else {
            throw afterQuote(byte)
          }
        case .carriageReturn:
          guard byte == 0x0A else { throw loneCarriageReturn("quotes around a field that contains it") }
          try endRecord(onRecord)
          index += 1
        case .comment:
          while index < bytes.count, !endsLine(bytes[index]) { index += 1 }
          guard index < bytes.count else { break }
          line += 1
          record.line = line
          skipsLineFeed = bytes[index] == 0x0D
          state = .fieldStart
          index += 1
        }
        guard record.bytes.count <= RecordLimits.size else {
          guard state == .quoted else { throw FieldFailure.tooLarge(line: record.line) }
          throw FieldFailure.tooLarge(line: record.line, expected: "a closing quote for line \(quoteLine)")
        }
      }
    }
  }

  /// Ends the last record, which may lack a line break.
  mutating func finish(_ onRecord: (borrowing CSVRecord) throws -> Void) throws {
    switch state {
    case .quoted, .escaped:
      throw FieldFailure(line: quoteLine, found: "an unclosed quote", expected: "")
    case .carriageReturn:
      throw loneCarriageReturn("a line break")
    case .comment: return
    case .fieldStart where record.fields.isEmpty: return
    case .fieldStart, .plain, .quoteInQuoted:
      endField()
      try endRecord(onRecord)
    }
  }

  private func isSpecial(_ byte: UInt8) -> Bool {
    byte == delimiter || byte == 0x0A || byte == 0x0D || byte == quote
  }

  private func endsLine(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D && endsAtCarriageReturn }

  /// Whether the first byte of a line is no data: the rest of a line end, or the start of a comment.
  private mutating func isLineStart(_ byte: UInt8) -> Bool {
    defer { skipsLineFeed = false }
    if skipsLineFeed, byte == 0x0A { return true }
    guard byte == comment else { return false }
    state = .comment
    return true
  }

  /// The number of carriage returns in a part of a quoted field that are not followed by a line feed.
  private mutating func loneReturns(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    var count = bytes.first == 0x0A && endedWithReturn ? -1 : 0
    endedWithReturn = bytes.last == 0x0D
    count += zip(bytes, bytes.dropFirst()).count { $0 == 0x0D && $1 != 0x0A } + (endedWithReturn ? 1 : 0)
    return count
  }

  private mutating func end(_ byte: UInt8, _ onRecord: (borrowing CSVRecord) throws -> Void) throws {
    guard record.fields.count < RecordLimits.fields else {
      throw FieldFailure.tooManyFields(line: record.line)
    }
    endField()
    switch byte {
    case delimiter: state = .fieldStart
    case 0x0A: try endRecord(onRecord)
    default:
      guard endsAtCarriageReturn else {
        state = .carriageReturn
        return
      }
      try endRecord(onRecord)
      skipsLineFeed = true
    }
  }

  private mutating func endField() {
    record.fields.append(.init(range: fieldStart..<record.bytes.count, isQuoted: isQuoted))
    fieldStart = record.bytes.count
    isQuoted = false
  }

  private mutating func endRecord(_ onRecord: (borrowing CSVRecord) throws -> Void) throws {
    line += 1
    try onRecord(record)
    record.bytes.removeAll(keepingCapacity: true)
    record.fields.removeAll(keepingCapacity: true)
    record.line = line
    fieldStart = 0
    state = .fieldStart
  }
}

extension CSVParser {
  private var bareQuote: FieldFailure {
    FieldFailure(
      line: line, field: record.fields.count, found: "a quote in an unquoted field",
      expected: "the whole field in quotes, with inner quotes doubled, or "
        + CSVFormat.Leniency.bareQuotes.setting, dialect: .allowing(.bareQuotes))
  }

  private func afterQuote(_ byte: UInt8) -> FieldFailure {
    // A header of quoted names with another delimiter.
    if line == 1, record.fields.isEmpty, CSVFormat.delimiters.contains(byte) {
      return FieldFailure(
        line: line,
        found: "\(CSVFormat.shown(byte)) after the first name, not \(CSVFormat.shown(delimiter))",
        expected: CSVFormat.setting(byte))
    }
    return FieldFailure(
      line: line, field: record.fields.count,
      found: "a character after the closing quote of a field",
      expected: "a delimiter or the end of the line; quotes inside a field are doubled", dialect: .escapes)
  }

  private func loneCarriageReturn(_ expected: String) -> FieldFailure {
    // On the first line, all lines end with a carriage return.
    guard line == 1 else {
      return FieldFailure(
        line: line, found: "a carriage return without a line feed", expected: expected,
        dialect: .allowing(.carriageReturns))
    }
    return FieldFailure(
      line: line, found: "lines that end with a carriage return only",
      expected: "lines that end with LF or CRLF, or " + CSVFormat.Leniency.carriageReturns.setting,
      dialect: .allowing(.carriageReturns))
  }
}
