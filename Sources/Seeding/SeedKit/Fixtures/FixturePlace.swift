/// Where a record stands, so that a fault found later can still name it.
public struct FixturePlace: Hashable, Sendable {
  /// The file, as a person finds it.
  public let file: String
  /// The record's number, 1-based.
  public let record: Int
  /// The line on which the record begins, 1-based.
  public let line: Int
  /// The element of an array in the record, if that is the place.
  let element: Element?

  /// An element of an array in a record: `tags[2]`.
  struct Element: Hashable, Sendable, CustomStringConvertible {
    let field: String
    /// From 1.
    let position: Int

    var description: String { "\(field)[\(position)]" }
  }

  /// Makes a place.
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
  ///   - found: what is there.
  ///   - expected: what should be there.
  public func fault(
    _ code: ErrorCode = .invalidData, field: String? = nil, found: String, expected: String
  ) -> FixtureFault {
    let path = [element?.description, field].compactMap(\.self).joined(separator: ".")
    return FixtureFault(
      code, file: file, line: line, record: record, field: path.isEmpty ? nil : path, found: found,
      expected: expected)
  }

  /// A record whose key an earlier one has.
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
