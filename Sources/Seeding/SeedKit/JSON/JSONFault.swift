/// A JSON value that is not what its reader expects.
///
/// It names no file, since a value knows none.
public struct JSONFault: Error, Hashable, Sendable {
  /// Where the value starts.
  public let position: SourcePosition
  /// The member, such as `tags[2]`; empty for the value that was read.
  public let path: String
  /// What is there, such as `number 12`; `nothing` for a missing member.
  public let found: String
  /// What should be there, such as `a string`.
  public let expected: String

  /// What is found where a member is missing.
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

/// The faults of a document, from all who read parts of it.
package final class JSONFaults {
  package private(set) var list: [JSONFault] = []

  package init() {}

  func add(_ fault: JSONFault) { list.append(fault) }
}
