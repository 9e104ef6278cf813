public import FoundationEssentials
public import Postgres

/// The users who moderate, whom the operator appoints.
public enum Moderators {
  /// A user, as the operator sees it.
  public struct User: Hashable, Sendable {
    /// The user's ID.
    public let id: UUID
    /// The public name, which need not be unique.
    public let name: String
    /// Whether the user is seeded. Seeded users have no tokens.
    public let isSeed: Bool
    /// Whether the user is banned.
    public let isBanned: Bool
    /// Whether the user is a moderator.
    public let isModerator: Bool
    /// The time of the registration.
    public let registeredAt: Date

    /// The name as the service shows it: with a part of the ID unless it is a seed.
    public var shownName: String { Accounts.shownName(name, of: id, isSeed: isSeed) }

    fileprivate static let columns: PostgresQuery =
      "id, display_name, is_seed, banned_at IS NOT NULL, role = 'moderator', created_at"

    fileprivate init(_ row: PostgresRow) throws {
      (id, name, isSeed, isBanned, isModerator, registeredAt) = try row.decode(
        UUID.self, String.self, Bool.self, Bool.self, Bool.self, Date.self)
    }
  }

  /// All moderators, in the order of their names.
  ///
  /// - Throws: `PostgresError`.
  public static func all(on connection: PostgresConnection) async throws -> [User] {
    try await connection.query(
      "SELECT \(User.columns) FROM users WHERE role = 'moderator' ORDER BY display_name, id"
    ).map(User.init)
  }

  /// The users with an ID or a name, in the order of their IDs. The name may have the part of the ID with which the
  /// service shows it.
  ///
  /// - Parameter limit: the maximum number of users.
  /// - Throws: `PostgresError`.
  public static func users(
    named text: String, limit: Int, on connection: PostgresConnection
  ) async throws -> [User] {
    if let id = UUID(uuidString: text) {
      return try await connection.query("SELECT \(User.columns) FROM users WHERE id = \(id)").map(User.init)
    }
    return try await connection.query(
      """
      SELECT \(User.columns) FROM users
      WHERE display_name = \(text) OR (NOT is_seed AND display_name || ' (' || left(id::text, 8) || ')' = \(text))
      ORDER BY id LIMIT \(Int32(limit))
      """
    ).map(User.init)
  }

  /// Appoints a user, or withdraws that. A user who no longer moderates stays established if it was before.
  ///
  /// - Returns: false if nothing was changed: the user is a moderator already, or is none, or may not be one because it
  ///   is a seed or banned.
  /// - Throws: `PostgresError`.
  public static func appoint(
    _ user: UUID, _ isModerator: Bool, on connection: PostgresConnection
  ) async throws -> Bool {
    let role = isModerator ? "moderator" : "member"
    let rows = try await connection.query(
      """
      UPDATE users SET role = \(role) WHERE id = \(user) AND role <> \(role)
        AND (NOT \(isModerator) OR (NOT is_seed AND banned_at IS NULL)) RETURNING id
      """)
    return !rows.isEmpty
  }
}
