public import FoundationEssentials
public import Postgres

/// The users of the service and their tokens.
public enum Accounts {
  /// Adds a user with a first token.
  ///
  /// An address that is known, be it a seed's, is left alone: nobody has shown to own it, so it gets no
  /// further token. Of two registrations of one address at once, one succeeds.
  ///
  /// - Parameters:
  ///   - email: the address.
  ///   - displayName: the name shown to others, 1 to 200 characters; nil for one made of the user's id.
  ///   - token: the token that the user will have.
  /// - Returns: the user's id; nil if the address is known.
  /// - Throws: `PostgresError`.
  public static func register(
    _ email: EmailAddress, displayName: String?, token: APIToken, on connection: PostgresConnection
  ) async throws -> UUID? {
    let id = UUID()
    let name = displayName ?? "contributor-\(id.uuidString.prefix(8).lowercased())"
    // Sent together, they are one transaction.
    let results = try await connection.pipeline([
      """
      INSERT INTO users (id, email, display_name) VALUES (\(id), \(email.description), \(name))
      ON CONFLICT (email) DO NOTHING
      """,
      """
      INSERT INTO api_tokens (token_hash, user_id)
      SELECT \(PostgresBytes(token.digest)), id FROM users WHERE id = \(id) RETURNING user_id
      """,
    ])
    return try results[1].first?.decode(UUID.self)
  }

  /// The user to whom a token belongs; nil if there is none.
  ///
  /// A seed is nobody who could log in, also if somebody registered its address before it was seeded.
  ///
  /// - Throws: `PostgresError`.
  public static func user(of token: APIToken, on connection: PostgresConnection) async throws -> UUID? {
    let rows = try await connection.query(
      """
      SELECT user_id, coalesce(last_used_at < now() - interval '1 day', true)
      FROM api_tokens JOIN users ON users.id = user_id
      WHERE token_hash = \(PostgresBytes(token.digest)) AND NOT is_seed
      """)
    guard let (user, isStale) = try rows.first?.decode(UUID.self, Bool.self) else { return nil }
    if isStale {
      // On a replica it fails, and the user is known all the same.
      _ = try? await connection.query(
        "UPDATE api_tokens SET last_used_at = now() WHERE token_hash = \(PostgresBytes(token.digest))")
    }
    return user
  }
}
