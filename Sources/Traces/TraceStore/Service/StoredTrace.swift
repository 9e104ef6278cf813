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
  /// The trust score: confirmations minus disputes, plus 1 for a seeded trace.
  public let trustScore: Double
  /// The number of users who confirmed it.
  public let confirmationCount: Int
  /// The display name of the contributor.
  public let contributor: String
  /// The model that found the solution.
  public let agentModel: String?
  /// The model's version.
  public let agentVersion: String?
  /// Whether it was seeded.
  public let isSeed: Bool
  /// Whether it was flagged. Search excludes flagged traces.
  public let isFlagged: Bool
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
    status, trust_score, confirmation_count, display_name, agent_model, agent_version, traces.is_seed,
    is_flagged, embedding IS NOT NULL, traces.created_at, traces.updated_at
    """

  /// The number of these columns.
  static let columnCount = 16

  init(_ row: PostgresRow) throws {
    (
      id, title, context, solution, tags, status, trustScore, confirmationCount, contributor, agentModel,
      agentVersion, isSeed, isFlagged, isSearchable, createdAt, updatedAt
    ) = try row.decode(
      UUID.self, String.self, String.self, String.self, [String].self, String.self, Double.self, Int.self,
      String.self, String?.self, String?.self, Bool.self, Bool.self, Bool.self, Date.self, Date.self)
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

extension StoredTrace {
  /// A trace that a user contributes.
  public struct Draft: Hashable, Sendable {
    /// The title, the problem and the solution.
    public let title, context, solution: String
    /// The tags, without duplicates.
    public let tags: [TagName]
    /// The model that found the solution, and its version.
    public let agentModel, agentVersion: String?

    /// Creates a draft. Check the lengths of the texts first: see ``TraceRules``.
    public init(
      title: String, context: String, solution: String, tags: [TagName], agentModel: String?,
      agentVersion: String?
    ) {
      self.title = title
      self.context = context
      self.solution = solution
      self.tags = Set(tags).sorted()
      self.agentModel = agentModel
      self.agentVersion = agentVersion
    }
  }

  /// Inserts a trace of a user with its tags. It is pending and has no embedding. One transaction in one round trip.
  ///
  /// - Throws: `PostgresError`.
  public static func insert(
    _ draft: Draft, contributor: UUID, on connection: PostgresConnection
  ) async throws -> StoredTrace {
    let id = UUID()
    let names = draft.tags.map(\.description)
    let results = try await connection.pipeline([
      // Small tables first, as distributed databases require. `ON CONFLICT` names no constraint, because a concurrent
      // insert of the same tag may conflict on either key.
      """
      INSERT INTO tags (id, name) SELECT * FROM unnest(
        \(names.map { DeterministicID.make(table: "tags", naturalKey: $0) }), \(names))
      ON CONFLICT DO NOTHING
      """,
      """
      INSERT INTO traces (id, title, context_text, solution_text, contributor_id, agent_model, agent_version)
      VALUES (\(id), \(draft.title), \(draft.context), \(draft.solution), \(contributor), \(draft.agentModel),
        \(draft.agentVersion))
      """,
      """
      INSERT INTO trace_tags (trace_id, tag_id) SELECT \(id), tags.id FROM tags WHERE name = ANY(\(names))
      """,
      query(id),
      TraceVectors.announcement,
    ])
    guard let row = results[3].first else {
      throw PostgresError(code: .decodingFailed, message: "the inserted trace cannot be read back")
    }
    return try StoredTrace(row)
  }
}
