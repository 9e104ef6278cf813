/// Parses the records of a CSV file, or of a file in PostgreSQL's COPY text format.
final class CSVRecordParser: RecordParser {
  let path: String
  let faults: FaultCollector
  let format: CSVFormat
  /// Receives the field names. Returns whether they are valid.
  let onHeader: ([String]) -> Bool
  /// Receives each record, which may have an empty field after those with names.
  let onRecord: (borrowing CSVRecord, FixturePlace) -> Void

  private let allowsTrailingDelimiter: Bool
  private let skipsBlankLines: Bool
  private var parser: any FieldParser
  private var names: [String]?
  private var record = 0
  private var blankLine: Int?

  init(
    path: String, format: CSVFormat, of dataFormat: DataFormat = .csv, faults: FaultCollector,
    onHeader: @escaping ([String]) -> Bool,
    onRecord: @escaping (borrowing CSVRecord, FixturePlace) -> Void
  ) {
    self.path = path
    self.format = format
    self.faults = faults
    self.onHeader = onHeader
    self.onRecord = onRecord
    allowsTrailingDelimiter = format.allowed.contains(.trailingDelimiter)
    skipsBlankLines = format.allowed.contains(.blankLines)
    let delimiter = format.delimiter(of: dataFormat)
    parser =
      dataFormat == .copy
      ? CopyTextParser(delimiter: delimiter, nulls: format.nulls(of: .copy))
      : CSVParser(format, delimiter: delimiter)
  }

  func feed(_ chunk: [UInt8]) throws {
    try locating { try parser.feed(chunk) { try take($0) } }
  }

  func finish() throws {
    try locating { try parser.finish { try take($0) } }
    guard names == nil else { return }
    switch format.header {
    case .line:
      throw FixtureError([
        FixtureFault(
          .malformedFile, file: path, line: 1, found: "an empty file",
          expected: "a header line with the field names")
      ])
    case .names(let given): try begin(given)
    case .positions: return
    }
  }

  /// Adds file, record and field to an error of the parser.
  private func locating(_ read: () throws -> Void) throws {
    do {
      try read()
    } catch let error as FieldFailure {
      var field: String?
      if let index = error.field {
        field = names.map { index < $0.count ? $0[index] : "\(index + 1)" } ?? "\(index + 1)"
      }
      throw FixtureError([
        FixtureFault(
          .malformedFile, file: path, line: error.line,
          record: field == nil || names == nil ? nil : record + 1,
          field: field, found: error.found, expected: error.expected)
      ])
    }
  }

  /// The names, if the first record contains none. Reads them otherwise.
  private func header(_ line: borrowing CSVRecord) throws -> [String]? {
    // An empty last name of a line with a trailing delimiter is none.
    let fields = line.fields.indices.dropLast(allowsTrailingDelimiter && line.endsWithDelimiter ? 1 : 0)
    switch format.header {
    case .names(let given):
      try begin(given)
      return given
    case .positions:
      let positions = fields.map { "\($0 + 1)" }
      try begin(positions)
      return positions
    case .line:
      guard !line.isBlank else {
        throw FixtureError([
          FixtureFault(
            .malformedFile, file: path, line: line.line, found: "an empty line",
            expected: "the header, with the field names")
        ])
      }
      var names: [String] = []
      for index in fields { names.append(line.text(index)) }
      try begin(names)
      return nil
    }
  }

  private func begin(_ names: [String]) throws {
    self.names = names
    // Without field names no record can be read. Their faults are already collected.
    if !onHeader(names) { throw FixtureError([]) }
  }

  private func take(_ line: borrowing CSVRecord) throws {
    if skipsBlankLines, line.isBlank { return }
    var known = names
    if known == nil { known = try header(line) }
    guard let names = known else { return }
    if names.count > 1, line.isBlank {
      blankLine = blankLine ?? line.line
      return
    }
    if let blank = blankLine {
      // Empty lines at the end of a file are harmless. In between, they indicate missing data.
      faults.add(
        FixtureFault(
          .malformedFile, file: path, line: blank, found: "an empty line",
          expected: "\(names.count) fields, or " + CSVFormat.Leniency.blankLines.setting))
      blankLine = nil
    }
    record += 1
    if record % RecordLimits.cancellationInterval == 0 { try Task.checkCancellation() }
    let isExact = line.fields.count == names.count
    let isLonger = line.fields.count == names.count + 1 && line.endsWithDelimiter
    guard isExact || isLonger && allowsTrailingDelimiter else {
      let setting = isLonger ? ", or " + CSVFormat.Leniency.trailingDelimiter.setting : ""
      faults.add(
        FixtureFault(
          .malformedFile, file: path, line: line.line, record: record,
          found: "\(line.fields.count) field\(line.fields.count == 1 ? "" : "s")",
          expected: "\(names.count), \(format.header.reason)\(setting)"))
      return
    }
    onRecord(line, FixturePlace(file: path, record: record, line: line.line))
  }
}

extension CSVFormat.Header {
  /// Why a record has a certain number of fields.
  fileprivate var reason: String {
    switch self {
    case .line: "as in the header"
    case .names: "as in 'header' of \(DeclarativeSeeder.fileName)"
    case .positions: "as in the first record"
    }
  }
}
