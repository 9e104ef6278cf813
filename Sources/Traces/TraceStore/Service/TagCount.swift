public import Postgres

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
