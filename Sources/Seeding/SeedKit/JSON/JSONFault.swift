/// A JSON value that is not what was expected.
///
/// It has no file, because a value does not know its file.
public struct JSONFault: Error, Hashable, Sendable {
  /// Where the value starts.
  public let position: SourcePosition
  /// The path, such as `tags[2]`; empty for the value that was read.
  public let path: String
  /// What was found, such as `number 12`; `nothing` for a missing member.
  public let found: String
  /// What was expected, such as `a string`.
  public let expected: String

  /// What is found if a member is missing.
  static let nothing = "nothing"

  /// Both in one sentence, without the place.
  package var problem: String { Self.problem(found: found, expected: expected) }

  static func problem(found: String, expected: String) -> String {
    expected.isEmpty ? found : (found == nothing ? "is missing" : "found \(found)") + "; expected \(expected)"
  }
}

extension JSONFault: CustomStringConvertible {
  /// `3:7: found number 12; expected a string`
  public var description: String { "\(position): \(problem)" }
}

/// Collects the faults of a document from several readers.
package final class JSONFaults {
  package private(set) var list: [JSONFault] = []

  package init() {}

  func add(_ fault: JSONFault) { list.append(fault) }
}
