/// Where a record stands, so that a fault found later can still name it.
public struct FixturePlace: Hashable, Sendable {
  /// The file, as a person finds it.
  public let file: String
  /// The record's number, 1-based.
  public let record: Int
  /// The line on which the record begins, 1-based.
  public let line: Int

  /// Makes a place.
  public init(file: String, record: Int, line: Int) {
    self.file = file
    self.record = record
    self.line = line
  }

  /// A fault of the record.
  ///
  /// - Parameters:
  ///   - field: the field, such as `tags[2]`; nil for the record as a whole.
  ///   - found: what is there.
  ///   - expected: what should be there.
  public func fault(field: String? = nil, found: String, expected: String) -> FixtureFault {
    FixtureFault(file: file, line: line, record: record, field: field, found: found, expected: expected)
  }
}

extension FixturePlace: CustomStringConvertible {
  /// `Seeders/Tags/tags.json:12: record 3`
  public var description: String { "\(file):\(line): record \(record)" }
}
