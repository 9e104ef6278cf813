import Basics
public import FoundationEssentials
public import Postgres

/// The users of the service and their tokens.
public enum Accounts {
  /// The owner of a token.
  public struct Identity: Hashable, Sendable {
    /// The user.
    public let user: UUID
    /// Whether the user may moderate.
    public let isModerator: Bool

    /// Creates an identity.
    public init(user: UUID, isModerator: Bool) {
      self.user = user
      self.isModerator = isModerator
    }
  }

  /// The result of a registration.
  public enum Registration: Hashable, Sendable {
    /// The user's ID.
    case registered(UUID)
    /// The address is already registered or seeded.
    case addressTaken
    /// The name is that of a seeded contributor.
    case nameReserved
  }

  /// Adds a user with a token.
  ///
  /// If the address is already registered or seeded, nothing is changed: the caller has not proven to own it and gets
  /// no token. Of two concurrent registrations of an address, one succeeds.
  ///
  /// - Parameters:
  ///   - email: the address.
  ///   - displayName: the public name; nil derives one from the user's ID.
  ///   - network: the network of the request.
  ///   - token: the user's token.
  /// - Throws: `PostgresError`.
  public static func register(
    _ email: EmailAddress, displayName: DisplayName?, from network: ClientNetwork, token: APIToken,
    on connection: PostgresConnection
  ) async throws -> Registration {
    let id = UUID()
    let name = displayName?.description ?? "contributor-\(id.uuidString.prefix(8).lowercased())"
    if let displayName {
      let reserved = try await connection.query("SELECT display_name FROM users WHERE is_seed")
        .map { try $0.decode(String.self) }
      if reserved.contains(where: { displayName.isLike($0) }) { return .nameReserved }
    }
    // Pipelined statements form one transaction.
    let results = try await connection.pipeline([
      """
      INSERT INTO users (id, email, display_name, network)
      VALUES (\(id), \(email.description), \(name), \(network.digest)) ON CONFLICT (email) DO NOTHING
      """,
      """
      INSERT INTO api_tokens AS token (token_hash, user_id)
      SELECT \(PostgresBytes(token.digest)), id FROM users WHERE id = \(id) RETURNING user_id
      """,
    ])
    return try results[1].first.map { .registered(try $0.decode(UUID.self)) } ?? .addressTaken
  }

  /// The owner of a token; nil if the token is unknown or has expired, or its owner is banned.
  ///
  /// Seeded users cannot log in, even if the address was registered before it was seeded.
  ///
  /// - Parameter records: whether the use of the token may be recorded.
  /// - Throws: `PostgresError`.
  public static func identity(
    of token: APIToken, records: Bool = true, on connection: PostgresConnection
  ) async throws -> Identity? {
    let rows = try await connection.query(
      """
      SELECT user_id, role = 'moderator', coalesce(last_used_at < now() - interval '1 day', true)
      FROM api_tokens JOIN users ON users.id = user_id
      WHERE token_hash = \(PostgresBytes(token.digest)) AND NOT is_seed AND banned_at IS NULL
        AND (expires_at IS NULL OR expires_at > now())
      """)
    guard let (user, isModerator, isStale) = try rows.first?.decode(UUID.self, Bool.self, Bool.self) else {
      return nil
    }
    if isStale, records {
      // This fails on a read replica, but the token is valid nevertheless.
      _ = try? await connection.query(
        "UPDATE api_tokens SET last_used_at = now() WHERE token_hash = \(PostgresBytes(token.digest))")
    }
    return Identity(user: user, isModerator: isModerator)
  }
}

extension Accounts {
  /// A name with the first digits of the user's ID unless it is a seed, because names are not unique.
  static func shownName(_ name: String, of user: UUID, isSeed: Bool) -> String {
    let mark = user.uuidString.prefix(8).lowercased()
    return isSeed || name.hasSuffix(mark) ? name : "\(name) (\(mark))"
  }
}

/// The network that a request comes from. Several accounts of one network count as one.
public struct ClientNetwork: Hashable, Sendable {
  /// A digest of the network, so that the database contains no addresses in plain text.
  public let digest: String

  /// Creates a network.
  ///
  /// - Parameter name: the address, or the part of it that belongs to one subscriber.
  public init(_ name: String) { digest = String(Digest.sha256Hex(Array(name.utf8)).prefix(32)) }
}
