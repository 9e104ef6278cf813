/// A position in a text.
public struct SourcePosition: Hashable, Sendable {
  /// The line, from 1. Lines end with LF, CR LF or CR.
  public let line: Int
  /// The column, from 1, in Unicode scalars. A byte order mark does not count.
  public let column: Int

  /// Creates a position.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

extension SourcePosition: CustomStringConvertible {
  /// `12:5`, the format of compilers and editors.
  public var description: String { "\(line):\(column)" }
}

extension SourcePosition: Comparable {
  /// Whether one position is before another.
  public static func < (left: Self, right: Self) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
