import Basics

/// One fault in a fixture, with its place.
public struct FixtureFault: Hashable, Sendable, Codable {
  /// The code of its kind.
  public let code: ErrorCode
  /// The path of the file, as a person finds it in the project.
  public let file: String
  /// The line, 1-based, if known.
  public let line: Int?
  /// The column in the line, 1-based and counted in Unicode scalars, if known.
  public let column: Int?
  /// The record, 1-based, if the fault is in one.
  public let record: Int?
  /// The field, such as `tags[2]`.
  public let field: String?
  /// What was found, `nothing` if it is missing. If ``expected`` is empty, the whole problem, such as
  /// `duplicate key "NO" (first in record 1)`.
  public let found: String
  /// What was expected.
  public let expected: String

  /// Found and expected in one sentence, without the place.
  public var problem: String { JSONFault.problem(found: found, expected: expected) }

  /// Makes a fault.
  public init(
    _ code: ErrorCode = .invalidData, file: String, line: Int? = nil, column: Int? = nil, record: Int? = nil,
    field: String? = nil, found: String, expected: String
  ) {
    self.code = code
    self.file = file
    self.line = line
    self.column = column
    self.record = record
    self.field = field
    self.found = found
    self.expected = expected
  }

  /// A fault of a JSON value in a file.
  init(_ fault: JSONFault, file: String, record: Int? = nil, code: ErrorCode = .invalidData) {
    self.init(
      code, file: file, line: fault.position.line, record: record,
      field: fault.path.isEmpty ? nil : fault.path,
      found: fault.found, expected: fault.expected)
  }
}

extension FixtureFault: CustomStringConvertible {
  /// `Seeders/Tags/tags.json:12: record 3, field 'name': found …; expected …`
  public var description: String {
    var place = file + [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    let parts = [record.map { "record \($0)" }, field.map { "field '\($0)'" }].compactMap(\.self)
    if !parts.isEmpty { place += ": " + parts.joined(separator: ", ") }
    // "field 'name' is missing"
    // Files, fields and values may contain line breaks.
    return TerminalText.line(
      place + (field != nil && found == JSONFault.nothing && !expected.isEmpty ? " " : ": ") + problem)
  }
}

/// The faults of a fixture. Nothing was written.
public struct FixtureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The faults, in the order of the file. At most 200 are listed.
  public let faults: [FixtureFault]
  /// The number of faults found.
  public let total: Int
  /// Whether `total` is exact. If not, there may be more.
  public let isTotalKnown: Bool

  /// A file that is not valid JSON.
  init(_ error: JSONParseError, file: String, record: Int? = nil) {
    self.init([
      FixtureFault(
        .malformedFile, file: file, line: error.position.line, column: error.position.column, record: record,
        field: record == nil ? nil : error.field, found: error.found,
        expected: [error.expected, error.fix ?? ""].filter { !$0.isEmpty }.joined(separator: "; "))
    ])
  }

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - faults: the listed faults.
  ///   - total: the number of faults found. Nil if all are listed.
  ///   - isTotalKnown: whether `total` is exact.
  public init(_ faults: [FixtureFault], total: Int? = nil, isTotalKnown: Bool = true) {
    self.faults = faults
    self.total = total ?? faults.count
    self.isTotalKnown = isTotalKnown
  }

  /// Makes an error of faults found by queries that return at most ``FaultCollector/limit`` rows.
  init(limited faults: [FixtureFault]) {
    self.init(
      Array(faults.prefix(FaultCollector.limit)), total: faults.count,
      isTotalKnown: faults.count < FaultCollector.limit)
  }

  /// `3 errors`, `at least 200 errors; the first 200 are listed`
  func summary(place: String = "") -> String {
    let count = (isTotalKnown ? "" : "at least ") + "\(total) error\(total == 1 ? "" : "s")\(place)"
    return isTotalKnown && total <= faults.count ? count : "\(count); the first \(faults.count) are listed"
  }

  /// One line per fault, then the total if not all are listed.
  public var description: String {
    (faults.map(\.description) + (total > faults.count || !isTotalKnown ? [summary()] : []))
      .joined(separator: "\n")
  }
}
