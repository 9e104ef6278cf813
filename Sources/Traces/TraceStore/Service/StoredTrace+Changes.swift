public import FoundationEssentials
public import Postgres

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

    private var names: [String] { tags.map(\.description) }

    /// Adds missing tags. Small tables come first, as distributed databases require. `ON CONFLICT` names no constraint,
    /// because a concurrent insert of the same tag may conflict on either key.
    fileprivate var tagging: PostgresQuery {
      """
      INSERT INTO tags (id, name) SELECT * FROM unnest(
        \(names.map { DeterministicID.make(table: "tags", naturalKey: $0) }), \(names))
      ON CONFLICT DO NOTHING
      """
    }

    fileprivate func linking(_ id: UUID) -> PostgresQuery {
      """
      INSERT INTO trace_tags (trace_id, tag_id)
      SELECT traces.id, tags.id FROM traces JOIN tags ON tags.name = ANY(\(names)) WHERE traces.id = \(id)
      """
    }
  }

  /// The maximum number of provisional traces of a user.
  public static let mostProvisional = 100

  /// The result of a contribution.
  public enum Insertion: Hashable, Sendable {
    /// The trace.
    case inserted(StoredTrace)
    /// The user has ``mostProvisional`` provisional traces.
    case tooManyProvisional
    /// The user was banned meanwhile.
    case banned
  }

  /// Inserts a trace of a user with its tags. It is pending and has no embedding. One transaction in one round trip.
  ///
  /// The trace of a user who is not established is provisional.
  ///
  /// The user is locked first, so that a ban either prevents the trace or flags it, and the limit is exact.
  ///
  /// - Throws: `PostgresError`.
  public static func insert(
    _ draft: Draft, contributor: UUID, on connection: PostgresConnection
  ) async throws -> Insertion {
    let id = UUID()
    let results = try await connection.pipeline([
      draft.tagging,
      "SELECT banned_at IS NULL FROM users WHERE id = \(contributor) FOR NO KEY UPDATE",
      """
      INSERT INTO traces (id, title, context_text, solution_text, contributor_id, agent_model, agent_version,
        is_provisional)
      SELECT \(id), \(draft.title), \(draft.context), \(draft.solution), users.id, \(draft.agentModel),
        \(draft.agentVersion), \(isNew)
      FROM users WHERE users.id = \(contributor) AND banned_at IS NULL AND (NOT \(isNew) OR
        (SELECT count(*) FROM traces WHERE contributor_id = \(contributor) AND is_provisional)
          < \(Int32(mostProvisional)))
      """,
      draft.linking(id),
      query(id),
      TraceVectors.announcement,
    ])
    guard try results[1].first?.decode(Bool.self) ?? false else { return .banned }
    return try results[4].first.map { .inserted(try StoredTrace($0)) } ?? .tooManyProvisional
  }

  /// Whether a user is not established, in SQL.
  private static let isNew: PostgresQuery = "NOT (is_established OR role = 'moderator')"

  /// Replaces the text and the tags of a user's own trace.
  ///
  /// It is a new trace to everybody else: it loses its votes, its validation and its embedding, so that no text can be
  /// exchanged after it was confirmed. A worker is notified and embeds the new text.
  ///
  /// - Returns: nil if the trace does not exist, is a seed, or belongs to another user.
  /// - Throws: `PostgresError`.
  public static func update(
    _ id: UUID, to draft: Draft, by contributor: UUID, on connection: PostgresConnection
  ) async throws -> StoredTrace? {
    try await connection.withTransaction { connection in
      let changed = try await connection.pipeline([
        draft.tagging,
        """
        UPDATE traces SET title = \(draft.title), context_text = \(draft.context), solution_text = \(draft.solution),
          agent_model = \(draft.agentModel), agent_version = \(draft.agentVersion), updated_at = now(),
          status = 'pending', trust_score = 0, confirmation_count = 0, embedding = NULL, embedding_model_id = NULL,
          embedding_model_version = NULL,
          is_provisional = (SELECT \(isNew) FROM users WHERE users.id = \(contributor))
        WHERE id = \(id) AND contributor_id = \(contributor) AND NOT is_seed RETURNING id
        """,
      ])
      guard !changed[1].isEmpty else { return nil }
      let results = try await connection.pipeline([
        "DELETE FROM votes WHERE trace_id = \(id)", "DELETE FROM trace_tags WHERE trace_id = \(id)",
        draft.linking(id), query(id), TraceVectors.announcement,
      ])
      return try results[3].first.map { try StoredTrace($0) }
    }
  }

  /// Deletes a trace with its votes, tags and reports.
  ///
  /// - Parameter contributor: the user whose trace it must be; nil for a moderator, who may delete any trace except
  ///   seeds.
  /// - Returns: false if there is no such trace.
  /// - Throws: `PostgresError`.
  public static func delete(
    _ id: UUID, of contributor: UUID?, on connection: PostgresConnection
  ) async throws -> Bool {
    let rows = try await connection.query(
      """
      DELETE FROM traces WHERE id = \(id) AND NOT is_seed AND (\(contributor)::uuid IS NULL
        OR contributor_id = \(contributor)::uuid) RETURNING id
      """)
    return !rows.isEmpty
  }
}
