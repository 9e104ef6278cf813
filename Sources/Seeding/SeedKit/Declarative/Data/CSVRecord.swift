/// One record of a CSV file.
struct CSVRecord {
  struct Field {
    let range: Range<Int>
    /// Whether the field was quoted, so that it is never NULL.
    let isQuoted: Bool

    /// Whether the field is NULL.
    func isNull(_ nulls: NullTexts, in bytes: [UInt8]) -> Bool {
      !isQuoted && nulls.contains(range, of: bytes)
    }
  }

  /// The bytes of all fields, one after another, unquoted.
  var bytes: [UInt8] = []
  var fields: [Field] = []
  /// The line on which the record begins, from 1.
  var line = 1

  var isBlank: Bool { fields.count == 1 && fields[0].range.isEmpty && !fields[0].isQuoted }

  /// Whether the line ends with a delimiter, or only the last field is empty.
  var endsWithDelimiter: Bool {
    guard fields.count > 1, let last = fields.last else { return false }
    return last.range.isEmpty && !last.isQuoted
  }

  func text(_ index: Int) -> String { String(decoding: bytes[fields[index].range], as: UTF8.self) }
}

/// Splits the bytes of a file into records and fields as they arrive.
protocol FieldParser {
  mutating func feed(_ chunk: [UInt8], _ onRecord: (borrowing CSVRecord) throws -> Void) throws
  mutating func finish(_ onRecord: (borrowing CSVRecord) throws -> Void) throws
}

/// Why splitting failed.
struct FieldFailure: Error {
  let line: Int
  /// The field, from 0; nil if the error is not in a field.
  var field: Int?
  let found: String
  let expected: String
  /// A dialect in which there would be no error; nil if none is likely.
  var dialect: Dialect?

  /// A deviation from RFC 4180.
  enum Dialect {
    case allowing(CSVFormat.Leniency)
    /// Quotes after a backslash.
    case escapes
  }

  /// A record beyond ``RecordLimits/size``.
  static func tooLarge(line: Int, expected: String = "a smaller record") -> FieldFailure {
    FieldFailure(
      line: line, found: "a record of more than \(RecordLimits.size) bytes", expected: expected)
  }

  /// A record beyond ``RecordLimits/fields``.
  static func tooManyFields(line: Int) -> FieldFailure {
    FieldFailure(
      line: line, found: "more than \(RecordLimits.fields) fields in a record",
      expected: "at most \(RecordLimits.fields)")
  }
}
