public import Postgres

/// A tag's name in the one form in which it is stored.
public struct TagName: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The most characters of a name.
  public static let maximumLength = 50
  /// What a name looks like, for error texts.
  public static let rule = """
    a tag of at most \(maximumLength) letters a–z, digits, '-', '.', '+' and '#', starting with a letter or digit
    """

  /// The name.
  public let description: String

  /// Normalises a name: white space at the ends is dropped, letters become lower case, white space
  /// inside becomes one hyphen.
  ///
  /// Returns nil if what comes out breaks the ``rule``.
  public init?(_ text: String) {
    let words = text.lowercased().split(whereSeparator: \.isWhitespace)
    let name = words.joined(separator: "-")
    guard (1...Self.maximumLength).contains(name.utf8.count), let first = name.utf8.first,
      Self.isLetterOrDigit(first),
      name.utf8.allSatisfy({ Self.isLetterOrDigit($0) || ".+#-".utf8.contains($0) })
    else { return nil }
    description = name
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// Orders by name.
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// A tag and how many traces have it.
public struct TagCount: Hashable, Sendable {
  /// The tag's name.
  public let name: String
  /// How many traces have it.
  public let traceCount: Int

  /// The tags that most traces have, the most common first; tags without a trace too.
  ///
  /// - Throws: `PostgresError`.
  public static func mostCommon(_ limit: Int, on connection: PostgresConnection) async throws -> [TagCount] {
    try await connection.query(
      """
      SELECT name, count(trace_id) FROM tags LEFT JOIN trace_tags ON tag_id = tags.id
      GROUP BY tags.id, name ORDER BY count(trace_id) DESC, name LIMIT \(Int32(limit))
      """
    ).map { row in
      let (name, count) = try row.decode(String.self, Int.self)
      return TagCount(name: name, traceCount: count)
    }
  }
}
