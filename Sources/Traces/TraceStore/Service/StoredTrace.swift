public import FoundationEssentials
public import Postgres

/// A trace as the database has it, without its vector.
public struct StoredTrace: Hashable, Sendable {
  /// Its primary key.
  public let id: UUID
  /// What somebody would type.
  public let title: String
  /// The problem, in Markdown.
  public let context: String
  /// The solution, in Markdown.
  public let solution: String
  /// The tags, in alphabetical order.
  public let tags: [String]
  /// `pending` or `validated`.
  public let status: String
  /// How far it is trusted: confirmations less disputes, 1 for a seed.
  public let trustScore: Double
  /// How many users confirmed it.
  public let confirmationCount: Int
  /// The name of whoever contributed it.
  public let contributor: String
  /// The model that found the solution.
  public let agentModel: String?
  /// The model's version.
  public let agentVersion: String?
  /// Whether it is a seed.
  public let isSeed: Bool
  /// Whether it was flagged, so that search leaves it out.
  public let isFlagged: Bool
  /// Whether it has a vector, so that search can find it.
  public let isSearchable: Bool
  /// When it was inserted.
  public let createdAt: Date
  /// When its text last changed.
  public let updatedAt: Date

  /// Its columns, from `traces` and `users`.
  static let columns: PostgresQuery = """
    traces.id, title, context_text, solution_text,
    ARRAY(SELECT name FROM trace_tags JOIN tags ON tags.id = tag_id WHERE trace_id = traces.id ORDER BY name),
    status, trust_score, confirmation_count, display_name, agent_model, agent_version, traces.is_seed,
    is_flagged, embedding IS NOT NULL, traces.created_at, traces.updated_at
    """

  /// How many columns those are.
  static let columnCount = 16

  init(_ row: PostgresRow) throws {
    (
      id, title, context, solution, tags, status, trustScore, confirmationCount, contributor, agentModel,
      agentVersion, isSeed, isFlagged, isSearchable, createdAt, updatedAt
    ) = try row.decode(
      UUID.self, String.self, String.self, String.self, [String].self, String.self, Double.self, Int.self,
      String.self, String?.self, String?.self, Bool.self, Bool.self, Bool.self, Date.self, Date.self)
  }

  /// Finds a trace by its id; nil if there is none.
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
  /// What a user contributes.
  public struct Draft: Hashable, Sendable {
    /// The title, the problem and the solution.
    public let title, context, solution: String
    /// The tags, each once.
    public let tags: [TagName]
    /// The model that found the solution, and its version.
    public let agentModel, agentVersion: String?

    /// Makes a draft. Its texts are to be checked before: ``TraceRules``.
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

  /// Inserts a trace of a user: pending, without a vector, with the tags that it names. One transaction,
  /// one round trip.
  ///
  /// - Throws: `PostgresError`.
  public static func insert(
    _ draft: Draft, contributor: UUID, on connection: PostgresConnection
  ) async throws -> StoredTrace {
    let id = UUID()
    let names = draft.tags.map(\.description)
    let results = try await connection.pipeline([
      // Small tables first: a distributed database takes them in no other order. Any conflict will do: of
      // two who bring the same tag at once, either key may be the one that the second runs into.
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
