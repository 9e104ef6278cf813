/// The place of a record, so that later faults can name it.
public struct FixturePlace: Hashable, Sendable {
  /// The file, for messages.
  public let file: String
  /// The record's number, from 1.
  public let record: Int
  /// The line on which the record begins, from 1.
  public let line: Int
  /// The element of an array in the record; nil for the record itself.
  let element: Element?

  /// An element of an array in a record: `tags[2]`.
  struct Element: Hashable, Sendable, CustomStringConvertible {
    let field: String
    /// From 1.
    let position: Int

    var description: String { "\(field)[\(position)]" }
  }

  /// Creates a place.
  public init(file: String, record: Int, line: Int) {
    self.init(file: file, record: record, line: line, element: nil)
  }

  init(file: String, record: Int, line: Int, element: Element?) {
    self.file = file
    self.record = record
    self.line = line
    self.element = element
  }

  /// A fault of the record.
  ///
  /// - Parameters:
  ///   - code: the code of its kind.
  ///   - field: the field, such as `tags[2]`; nil for the record as a whole.
  ///   - found: the value in the record.
  ///   - expected: what is expected instead.
  public func fault(
    _ code: ErrorCode = .invalidData, field: String? = nil, found: String, expected: String
  ) -> FixtureFault {
    let path = [element?.description, field].compactMap(\.self).joined(separator: ".")
    return FixtureFault(
      code, file: file, line: line, record: record, field: path.isEmpty ? nil : path, found: found,
      expected: expected)
  }

  /// The fault for a record with the key of an earlier one.
  func duplicate(of first: FixturePlace, key: String) -> FixtureFault {
    let other = first.file == file ? first.inFile : "\(first)"
    return fault(.duplicateKey, found: "duplicate key \"\(key)\" (first in \(other))", expected: "")
  }

  private var inFile: String { "record \(record)" + (element.map { ", field '\($0)'" } ?? "") }
}

extension FixturePlace: CustomStringConvertible {
  /// `Seeders/Tags/tags.json:12: record 3`
  public var description: String { "\(file):\(line): \(inFile)" }
}
