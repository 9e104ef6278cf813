public import Postgres

/// The name of a tag in its normalized form.
public struct TagName: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The maximum length in characters.
  public static let maximumLength = 50
  /// The expected form, for error messages.
  public static let rule = """
    a tag of at most \(maximumLength) letters a–z, digits, '-', '.', '+' and '#', starting with a letter or digit
    """

  /// The name.
  public let description: String

  /// Normalizes a name: removes surrounding whitespace, converts letters to lowercase, and replaces inner whitespace
  /// with one hyphen.
  ///
  /// Returns nil if the result violates the ``rule``.
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

/// A tag and the number of traces that have it and that everybody finds.
public struct TagCount: Hashable, Sendable {
  /// The name of the tag.
  public let name: String
  /// The number of traces with the tag.
  public let traceCount: Int

  /// The tags sorted by the number of traces that everybody finds, largest first. Includes tags without a trace, but
  /// not those that only other traces have, such as spam.
  ///
  /// - Throws: `PostgresError`.
  public static func mostCommon(_ limit: Int, on connection: PostgresConnection) async throws -> [TagCount] {
    // The other traces are few and have an index. Comparing all tagged traces would read the whole table.
    try await connection.query(
      """
      SELECT name, coalesce(every.count, 0) - coalesce(other.count, 0) AS found FROM tags
      LEFT JOIN (SELECT tag_id, count(*) FROM trace_tags GROUP BY tag_id) AS every ON every.tag_id = tags.id
      LEFT JOIN (
        SELECT tag_id, count(*) FROM trace_tags JOIN traces ON traces.id = trace_id WHERE \(TraceVisibility.hidden)
        GROUP BY tag_id
      ) AS other ON other.tag_id = tags.id
      WHERE every.count IS NULL OR every.count > coalesce(other.count, 0)
      ORDER BY found DESC, name LIMIT \(Int32(limit))
      """
    ).map { row in
      let (name, count) = try row.decode(String.self, Int.self)
      return TagCount(name: name, traceCount: count)
    }
  }
}
