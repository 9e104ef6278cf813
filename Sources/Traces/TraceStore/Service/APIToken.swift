import Basics
public import FoundationEssentials
public import Postgres

/// An API token: `ct_` and 256 random bits.
///
/// It is masked in descriptions. Only its SHA-256 is stored. That needs no salt and no slow hash, because 256 random
/// bits cannot be guessed.
public struct APIToken: Sendable {
  /// The prefix of every token, which makes leaked tokens recognizable.
  public static let prefix = "ct_"
  private static let digits = 64

  /// The token. Show it once, and never log it.
  public let value: String
  /// The SHA-256 of the token, which is stored.
  public var digest: [UInt8] { Digest.sha256(Array(value.utf8)) }
  /// The public ID of the token: the first half of its SHA-256, from which the token cannot be derived.
  public var id: String { Self.id(of: digest) }

  /// Creates a random token.
  public init() {
    var generator = SystemRandomNumberGenerator()
    value =
      Self.prefix
      + (0..<4).map { _ in
        let digits = String(generator.next(), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
      }.joined()
  }

  /// Parses a token. Returns nil if it is malformed.
  public init?(_ text: some StringProtocol) {
    let digits = text.utf8.dropFirst(Self.prefix.utf8.count)
    guard text.hasPrefix(Self.prefix), digits.count == Self.digits,
      digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    value = String(text)
  }

  /// The public ID of a token with a digest.
  public static func id(of digest: [UInt8]) -> String { Digest.hexadecimal(Array(digest.prefix(16))) }
}

extension APIToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `ct_****`
  public var description: String { Self.prefix + "****" }
  /// `ct_****`
  public var debugDescription: String { description }
  /// An empty mirror, so that dumping a token does not reveal it.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// A stored token of a user.
public struct StoredToken: Hashable, Sendable {
  /// The maximum number of tokens of a user.
  public static let most = 20

  /// The public ID of the token.
  public let id: String
  /// What the user calls it.
  public let name: String?
  /// When it was created.
  public let createdAt: Date
  /// When it was last used, to the day.
  public let lastUsedAt: Date?
  /// When it expires; nil if never.
  public let expiresAt: Date?

  /// The tokens of a user that have not expired, oldest first.
  ///
  /// - Throws: `PostgresError`.
  public static func all(of user: UUID, on connection: PostgresConnection) async throws -> [StoredToken] {
    try await connection.query(
      """
      SELECT token_hash, name, created_at, last_used_at, expires_at FROM api_tokens
      WHERE user_id = \(user) AND (expires_at IS NULL OR expires_at > now()) ORDER BY created_at, token_hash
      """
    ).map { row in
      let (hash, name, createdAt, lastUsedAt, expiresAt) = try row.decode(
        PostgresBytes.self, String?.self, Date.self, Date?.self, Date?.self)
      return StoredToken(
        id: APIToken.id(of: hash.bytes), name: name, createdAt: createdAt, lastUsedAt: lastUsedAt,
        expiresAt: expiresAt)
    }
  }

  /// The result of a change of tokens.
  public enum Change: Hashable, Sendable {
    /// The digest of the token that was added or revoked.
    case made([UInt8])
    /// The user has too many tokens, or not the one to revoke.
    case refused
    /// The token of the request has been revoked or has expired, or its owner is banned.
    case unauthorized
  }

  /// Adds a token. Deletes expired ones.
  ///
  /// The changes of a user's tokens are made one after another, so that a token that is being revoked cannot leave
  /// another one behind.
  ///
  /// - Parameters:
  ///   - token: the token.
  ///   - own: the token of the request, which must still be valid.
  ///   - user: the owner of both.
  ///   - name: what the user calls it.
  ///   - expiresAt: when it expires; nil for never.
  ///   - replaces: whether the token of the request is deleted in the same transaction.
  /// - Throws: `PostgresError`.
  public static func add(
    _ token: APIToken, by own: APIToken, of user: UUID, name: String?, expiresAt: Date?, replaces: Bool,
    on connection: PostgresConnection
  ) async throws -> Change {
    let digest = PostgresBytes(token.digest)
    let results = try await connection.pipeline([
      lock(user), removal(of: user), find(own, of: user),
      """
      INSERT INTO api_tokens AS added (token_hash, user_id, name, expires_at)
      SELECT \(digest), own.user_id, \(name), \(expiresAt) FROM api_tokens AS own
      WHERE own.token_hash = \(PostgresBytes(own.digest)) AND own.user_id = \(user)
        AND (SELECT count(*) FROM api_tokens WHERE user_id = \(user)) < \(Int32(replaces ? most + 1 : most))
      RETURNING added.user_id
      """,
      """
      DELETE FROM api_tokens WHERE \(replaces) AND token_hash = \(PostgresBytes(own.digest)) AND user_id = \(user)
        AND EXISTS (SELECT 1 FROM api_tokens WHERE token_hash = \(digest))
      """,
    ])
    guard !results[2].isEmpty else { return .unauthorized }
    return results[3].isEmpty ? .refused : .made(token.digest)
  }

  /// Revokes a token of a user.
  ///
  /// - Parameter own: the token of the request, which must still be valid.
  /// - Throws: `PostgresError`.
  public static func revoke(
    _ id: String, by own: APIToken, of user: UUID, on connection: PostgresConnection
  ) async throws -> Change {
    let results = try await connection.pipeline([
      lock(user), removal(of: user), find(own, of: user),
      """
      DELETE FROM api_tokens WHERE user_id = \(user) AND encode(token_hash, 'hex') LIKE \(id + "%")
        AND EXISTS (SELECT 1 FROM api_tokens WHERE token_hash = \(PostgresBytes(own.digest)) AND user_id = \(user))
      RETURNING token_hash
      """,
    ])
    guard !results[2].isEmpty else { return .unauthorized }
    return try results[3].first.map { .made(try $0.decode(PostgresBytes.self).bytes) } ?? .refused
  }

  private static func lock(_ user: UUID) -> PostgresQuery {
    "SELECT 1 FROM users WHERE id = \(user) FOR NO KEY UPDATE"
  }

  private static func removal(of user: UUID) -> PostgresQuery {
    "DELETE FROM api_tokens WHERE user_id = \(user) AND expires_at <= now()"
  }

  private static func find(_ own: APIToken, of user: UUID) -> PostgresQuery {
    """
    SELECT 1 FROM api_tokens JOIN users ON users.id = user_id
    WHERE token_hash = \(PostgresBytes(own.digest)) AND user_id = \(user) AND banned_at IS NULL
    """
  }

  /// Whether a text has the form of an ID.
  public static func isID(_ text: String) -> Bool {
    text.utf8.count == 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
