/// One fault in a fixture, with its place.
public struct FixtureFault: Hashable, Sendable, Codable {
  /// The file, as a person finds it in the project.
  public let file: String
  /// The line, 1-based, where known.
  public let line: Int?
  /// The column in the line, 1-based and counted in Unicode scalars, where known.
  public let column: Int?
  /// The record, 1-based, where the fault is in one.
  public let record: Int?
  /// The field, such as `tags[2]`.
  public let field: String?
  /// What is there, `nothing` if it is missing. If ``expected`` is empty, a problem in full, such as `duplicate key "NO" (first in record 1)`.
  public let found: String
  /// What should be there.
  public let expected: String

  /// Both in one sentence, without the place.
  public var problem: String { JSONFault.problem(found: found, expected: expected) }

  /// Makes a fault.
  public init(
    file: String, line: Int? = nil, column: Int? = nil, record: Int? = nil, field: String? = nil,
    found: String,
    expected: String
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.record = record
    self.field = field
    self.found = found
    self.expected = expected
  }

  /// A fault of a JSON value in a file.
  init(_ fault: JSONFault, file: String, record: Int? = nil) {
    self.init(
      file: file, line: fault.position.line, record: record, field: fault.path.isEmpty ? nil : fault.path,
      found: fault.found, expected: fault.expected)
  }
}

extension FixtureFault: CustomStringConvertible {
  /// `Seeders/Tags/tags.json:12: record 3, field 'name': found …; expected …`
  public var description: String {
    var place = file + [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    let parts = [record.map { "record \($0)" }, field.map { "field '\($0)'" }].compactMap(\.self)
    if !parts.isEmpty { place += ": " + parts.joined(separator: ", ") }
    return "\(place): \(problem)"
  }
}

/// All the faults of a fixture. Nothing was written.
public struct FixtureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The faults, in the order of the file.
  public let faults: [FixtureFault]
  /// How many were found; more than are listed if there are very many.
  public let total: Int
  /// Whether there are no more than `total`.
  public let isTotalKnown: Bool

  /// A text that is not JSON.
  init(_ error: JSONParseError, file: String, record: Int? = nil) {
    self.init([
      FixtureFault(
        file: file, line: error.position.line, column: error.position.column, record: record,
        field: record == nil ? nil : error.field, found: error.found,
        expected: [error.expected, error.remedy ?? ""].filter { !$0.isEmpty }.joined(separator: "; "))
    ])
  }

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - faults: those that are listed.
  ///   - total: how many were found; nil if all are listed.
  ///   - isTotalKnown: whether there are no more.
  public init(_ faults: [FixtureFault], total: Int? = nil, isTotalKnown: Bool = true) {
    self.faults = faults
    self.total = total ?? faults.count
    self.isTotalKnown = isTotalKnown
  }

  /// Makes an error of what queries with a limit of ``FaultCollector/limit`` rows found: there may be more.
  init(limited faults: [FixtureFault]) {
    self.init(
      Array(faults.prefix(FaultCollector.limit)), total: faults.count,
      isTotalKnown: faults.count < FaultCollector.limit)
  }

  /// `3 faults`, `at least 200 faults; the first 200 are listed`
  func summary(place: String = "") -> String {
    let count = (isTotalKnown ? "" : "at least ") + "\(total) fault\(total == 1 ? "" : "s")\(place)"
    return isTotalKnown && total <= faults.count ? count : "\(count); the first \(faults.count) are listed"
  }

  /// Each fault on a line; the total last if there are more than are listed.
  public var description: String {
    (faults.map(\.description) + (total > faults.count || !isTotalKnown ? [summary()] : []))
      .joined(separator: "\n")
  }
}
