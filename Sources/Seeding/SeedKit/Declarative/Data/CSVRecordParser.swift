/// Parses the records of a CSV file. The first line contains the field names.
final class CSVRecordParser: RecordParser {
  let path: String
  let faults: FaultCollector
  /// Receives the field names. Returns whether they are valid.
  let onHeader: ([String]) -> Bool
  let onRecord: (borrowing CSVRecord, FixturePlace) -> Void

  private var parser: CSVParser
  private var names: [String]?
  private var record = 0
  private var blankLine: Int?

  init(
    path: String, format: CSVFormat, faults: FaultCollector,
    onHeader: @escaping ([String]) -> Bool,
    onRecord: @escaping (borrowing CSVRecord, FixturePlace) -> Void
  ) {
    self.path = path
    self.faults = faults
    self.onHeader = onHeader
    self.onRecord = onRecord
    parser = CSVParser(delimiter: format.delimiter)
  }

  func feed(_ chunk: [UInt8]) throws {
    try locating { try parser.feed(chunk) { try take($0) } }
  }

  func finish() throws {
    try locating { try parser.finish { try take($0) } }
    if names == nil {
      throw FixtureError([
        FixtureFault(
          .malformedFile, file: path, line: 1, found: "an empty file",
          expected: "a header line with the field names")
      ])
    }
  }

  /// Adds file, record and field to an error of the parser.
  private func locating(_ read: () throws -> Void) throws {
    do {
      try read()
    } catch let error as CSVParser.Failure {
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

  private func take(_ line: borrowing CSVRecord) throws {
    guard let names else {
      guard !line.isBlank else {
        throw FixtureError([
          FixtureFault(
            .malformedFile, file: path, line: line.line, found: "an empty line",
            expected: "the header, with the field names")
        ])
      }
      let names = line.fields.indices.map { line.text($0) }
      self.names = names
      // Without field names no record can be read. Their faults are already collected.
      if !onHeader(names) { throw FixtureError([]) }
      return
    }
    if names.count > 1, line.isBlank {
      blankLine = blankLine ?? line.line
      return
    }
    if let blank = blankLine {
      // Empty lines at the end of a file are harmless. In between, they indicate missing data.
      faults.add(
        FixtureFault(
          .malformedFile, file: path, line: blank, found: "an empty line", expected: "\(names.count) fields"))
      blankLine = nil
    }
    record += 1
    if record % RecordLimits.cancellationInterval == 0 { try Task.checkCancellation() }
    guard line.fields.count == names.count else {
      faults.add(
        FixtureFault(
          .malformedFile, file: path, line: line.line, record: record,
          found: "\(line.fields.count) field\(line.fields.count == 1 ? "" : "s")",
          expected: "\(names.count), as in the header"))
      return
    }
    onRecord(line, FixturePlace(file: path, record: record, line: line.line))
  }
}
