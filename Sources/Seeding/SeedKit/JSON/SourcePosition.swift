/// A place in a text.
public struct SourcePosition: Hashable, Sendable {
  /// The line, 1-based. Lines end with LF, CR LF or CR.
  public let line: Int
  /// The column, 1-based, counted in Unicode scalars. A byte order mark counts nothing.
  public let column: Int

  /// Makes a position.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

extension SourcePosition: CustomStringConvertible {
  /// `12:5`, as compilers and editors write it behind a file's name.
  public var description: String { "\(line):\(column)" }
}

extension SourcePosition: Comparable {
  /// Whether one place comes before another.
  public static func < (left: Self, right: Self) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
