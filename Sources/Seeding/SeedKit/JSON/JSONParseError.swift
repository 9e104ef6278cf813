/// Why a text is not JSON, and where.
///
/// It quotes single characters and the keys of objects, never a value: values can be secrets.
public struct JSONParseError: Error, Hashable, Sendable {
  /// Where.
  public let position: SourcePosition
  /// The same place as a number of bytes from the start of the file, 0-based.
  public let offset: Int
  /// What is there.
  public let found: String
  /// What should be there.
  public let expected: String
  /// What to do about it: a sentence, where there is more to say than `expected` says.
  public let fix: String?
  /// The member in which it is, such as `tags[2]`, seen from the outermost value; nil if in none.
  public internal(set) var field: String?
  /// Whether it is a key that an object has twice.
  var isDuplicateKey = false
  /// Where an object begins that holds a value without a key, as an array does; nil for other errors.
  var objectForArray: SourcePosition?
  /// Whether it is more than ``JSONParser/Limits`` allow, and may be JSON.
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
