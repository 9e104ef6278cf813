/// Why a document is not valid JSON, and where.
///
/// It quotes single characters and object keys but no values, which may be secret.
public struct JSONParseError: Error, Hashable, Sendable {
  /// The position of the error.
  public let position: SourcePosition
  /// The same position as a byte offset from 0.
  public let offset: Int
  /// What was found.
  public let found: String
  /// What was expected.
  public let expected: String
  /// The fix, as a sentence; nil if `expected` says enough.
  public let fix: String?
  /// The path of the member, such as `tags[2]`; nil outside of members and elements.
  public internal(set) var field: String?
  /// Whether an object has a duplicate key.
  var isDuplicateKey = false
  /// The start of an object that should probably be an array, because it has a value without a key; otherwise nil.
  var objectForArray: SourcePosition?
  /// Whether a limit of ``JSONParser/Limits`` was exceeded. The document may be valid.
  var isLimit = false
}

extension JSONParseError: CustomStringConvertible {
  /// `line 3, column 7: found …; expected …. Remedy.`
  public var description: String {
    "line \(position.line), column \(position.column): "
      + (expected.isEmpty ? found : "found \(found); expected \(expected)")
      + (fix.map { ". \($0)" } ?? "")
  }
}
