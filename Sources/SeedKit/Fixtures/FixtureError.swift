/// One fault in a fixture, with its place.
public struct FixtureFault: Hashable, Sendable, Codable {
  /// The file, as a person finds it in the project.
  public let file: String
  /// The line, 1-based, where known.
  public let line: Int?
  /// The record, 1-based, where the fault is in one.
  public let record: Int?
  /// The field, such as `tags[2]`.
  public let field: String?
  /// What is there.
  public let found: String
  /// What should be there.
  public let expected: String

  /// Makes a fault.
  public init(
    file: String, line: Int? = nil, record: Int? = nil, field: String? = nil, found: String,
    expected: String
  ) {
    self.file = file
    self.line = line
    self.record = record
    self.field = field
    self.found = found
    self.expected = expected
  }
}

extension FixtureFault: CustomStringConvertible {
  /// `Seeders/Tags/tags.json:12: record 3, field 'name': found …; expected …`
  public var description: String {
    var place = file + (line.map { ":\($0)" } ?? "")
    let parts = [record.map { "record \($0)" }, field.map { "field '\($0)'" }].compactMap(\.self)
    if !parts.isEmpty { place += ": " + parts.joined(separator: ", ") }
    return "\(place): found \(found); expected \(expected)"
  }
}

/// All the faults of a fixture. Nothing was written.
public struct FixtureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The faults, in the order of the file.
  public let faults: [FixtureFault]

  /// Makes an error.
  public init(_ faults: [FixtureFault]) { self.faults = faults }

  /// Each fault on a line.
  public var description: String { faults.map(\.description).joined(separator: "\n") }
}
