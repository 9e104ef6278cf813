public import FoundationEssentials
public import Postgres

/// A trace in the database, without its vector.
public struct StoredTrace: Hashable, Sendable {
  /// The primary key.
  public let id: UUID
  /// The title: what someone would search for.
  public let title: String
  /// The problem, in Markdown.
  public let context: String
  /// The solution, in Markdown.
  public let solution: String
  /// The tags, in alphabetical order.
  public let tags: [String]
  /// `pending` or `validated`.
  public let status: String
  /// The trust score: confirmations minus disputes, by weight, plus 1 for a seeded trace.
  public let trustScore: Double
  /// The weight of its confirmations.
  public let confirmationCount: Int
  /// The user who contributed it.
  public let contributorID: UUID
  /// The display name of the contributor. Followed by a part of the ID unless it is a seed, because names are not unique.
  public let contributor: String
  /// The model that found the solution.
  public let agentModel: String?
  /// The model's version.
  public let agentVersion: String?
  /// Whether it was seeded.
  public let isSeed: Bool
  /// Whether it was flagged. Search excludes flagged traces.
  public let isFlagged: Bool
  /// Whether its contributor is not established and it is not validated. Only its contributor finds it.
  public let isProvisional: Bool
  /// Whether it has an embedding, so that search can find it.
  public let isSearchable: Bool
  /// When it was inserted.
  public let createdAt: Date
  /// When its text last changed.
  public let updatedAt: Date

  /// The columns, from `traces` and `users`.
  // citus: the tags are on the node of the trace
  static let columns: PostgresQuery = """
    traces.id, title, context_text, solution_text,
    ARRAY(SELECT name FROM trace_tags JOIN tags ON tags.id = tag_id WHERE trace_id = traces.id ORDER BY name),
    status, trust_score, confirmation_count, contributor_id, display_name, agent_model, agent_version,
    traces.is_seed, is_flagged, is_provisional, embedding IS NOT NULL, traces.created_at, traces.updated_at
    """

  /// The number of these columns.
  static let columnCount = 18

  init(_ row: PostgresRow) throws {
    let name: String
    (
      id, title, context, solution, tags, status, trustScore, confirmationCount, contributorID, name,
      agentModel,
      agentVersion, isSeed, isFlagged, isProvisional, isSearchable, createdAt, updatedAt
    ) = try row.decode(
      UUID.self, String.self, String.self, String.self, [String].self, String.self, Double.self, Int.self,
      UUID.self, String.self, String?.self, String?.self, Bool.self, Bool.self, Bool.self, Bool.self,
      Date.self,
      Date.self)
    contributor = Accounts.shownName(name, of: contributorID, isSeed: isSeed)
  }

  /// Finds a trace by ID; nil if it does not exist.
  ///
  /// - Throws: `PostgresError`.
  public static func find(_ id: UUID, on connection: PostgresConnection) async throws -> StoredTrace? {
    try await connection.query(query(id)).first.map(StoredTrace.init)
  }

  static func query(_ id: UUID) -> PostgresQuery {
    "SELECT \(columns) FROM traces JOIN users ON users.id = contributor_id WHERE traces.id = \(id)"
  }
}
