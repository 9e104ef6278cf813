/// One record of a CSV file.
struct CSVRecord {
  struct Field {
    let range: Range<Int>
    let isQuoted: Bool

    /// Whether the field is NULL.
    func isNull(_ nullText: [UInt8], in bytes: [UInt8]) -> Bool {
      !isQuoted && range.count == nullText.count && bytes[range].elementsEqual(nullText)
    }
  }

  /// The bytes of all fields, one after another, unquoted.
  fileprivate(set) var bytes: [UInt8] = []
  fileprivate(set) var fields: [Field] = []
  /// The line on which the record begins, from 1.
  fileprivate(set) var line = 1

  var isBlank: Bool { fields.count == 1 && fields[0].range.isEmpty && !fields[0].isQuoted }

  func text(_ index: Int) -> String { String(decoding: bytes[fields[index].range], as: UTF8.self) }
}

/// Parses CSV according to RFC 4180, from chunks of any size.
///
/// The available libraries do not distinguish quoted from unquoted empty fields, do not report the line of an
/// error, or treat a line of `\.` as the end of data.
struct CSVParser {
  /// Why parsing failed.
  struct Failure: Error {
    let line: Int
    /// The field, from 0; nil if the error is not in a field.
    var field: Int?
    let found: String
    let expected: String
  }

  private enum State {
    case fieldStart, plain, quoted, quoteInQuoted, carriageReturn
  }

  private let delimiter: UInt8
  private var record = CSVRecord()
  private var state = State.fieldStart
  private var fieldStart = 0
  private var isQuoted = false
  private var line = 1
  private var quoteLine = 1

  init(delimiter: UInt8) { self.delimiter = delimiter }

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
          if byte == 0x22 {
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
          switch bytes[index] {
          case 0x22:
            throw Failure(
              line: line, field: record.fields.count, found: "a quote in an unquoted field",
              expected: "the whole field in quotes, with inner quotes doubled")
          default: try end(bytes[index], onRecord)
          }
          index += 1
        case .quoted:
          let start = index
          while index < bytes.count, bytes[index] != 0x22 {
            if bytes[index] == 0x0A { line += 1 }
            index += 1
          }
          record.bytes.append(contentsOf: bytes[start..<index])
          if index < bytes.count {
            state = .quoteInQuoted
            index += 1
          }
        case .quoteInQuoted:
          if byte == 0x22 {
            record.bytes.append(0x22)
            state = .quoted
            index += 1
          } else if isSpecial(byte) {
            try end(byte, onRecord)
            index += 1
          } else {
            // A header of quoted names with another delimiter.
            if line == 1, record.fields.isEmpty, CSVFormat.delimiters.contains(byte) {
              throw Failure(
                line: line,
                found: "\(CSVFormat.shown(byte)) after the first name, not \(CSVFormat.shown(delimiter))",
                expected: CSVFormat.setting(byte))
            }
            throw Failure(
              line: line, field: record.fields.count,
              found: "a character after the closing quote of a field",
              expected: "a delimiter or the end of the line; quotes inside a field are doubled")
          }
        case .carriageReturn:
          guard byte == 0x0A else { throw loneCarriageReturn("quotes around a field that contains it") }
          try endRecord(onRecord)
          index += 1
        }
        guard record.bytes.count <= RecordLimits.size else {
          throw Failure(
            line: record.line, found: "a record of more than \(RecordLimits.size) bytes",
            expected: state == .quoted ? "a closing quote for line \(quoteLine)" : "a smaller record")
        }
      }
    }
  }

  /// Ends the last record, which may lack a line break.
  mutating func finish(_ onRecord: (borrowing CSVRecord) throws -> Void) throws {
    switch state {
    case .quoted:
      throw Failure(line: quoteLine, found: "an unclosed quote", expected: "")
    case .carriageReturn:
      throw loneCarriageReturn("a line break")
    case .fieldStart where record.fields.isEmpty: return
    case .fieldStart, .plain, .quoteInQuoted:
      endField()
      try endRecord(onRecord)
    }
  }

  private func isSpecial(_ byte: UInt8) -> Bool {
    byte == delimiter || byte == 0x0A || byte == 0x0D || byte == 0x22
  }

  private func loneCarriageReturn(_ expected: String) -> Failure {
    // On the first line, all lines end with a carriage return.
    guard line == 1 else {
      return Failure(line: line, found: "a carriage return without a line feed", expected: expected)
    }
    return Failure(
      line: line, found: "lines that end with a carriage return only",
      expected: "lines that end with LF or CRLF: convert the file")
  }

  private mutating func end(_ byte: UInt8, _ onRecord: (borrowing CSVRecord) throws -> Void) throws {
    guard record.fields.count < RecordLimits.fields else {
      throw Failure(
        line: record.line, found: "more than \(RecordLimits.fields) fields in a record",
        expected: "at most \(RecordLimits.fields)")
    }
    endField()
    switch byte {
    case delimiter: state = .fieldStart
    case 0x0A: try endRecord(onRecord)
    default: state = .carriageReturn
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
