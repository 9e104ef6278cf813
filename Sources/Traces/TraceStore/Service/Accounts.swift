import Basics
public import FoundationEssentials
public import Postgres

/// The users of the service and their tokens.
public enum Accounts {
  /// Adds a user with a token.
  ///
  /// If the address is already registered or seeded, nothing is changed: the caller has not proven to own it and gets
  /// no token. Of two concurrent registrations of an address, one succeeds.
  ///
  /// - Parameters:
  ///   - email: the address.
  ///   - displayName: the public name, 1 to 200 characters; nil derives one from the user's ID.
  ///   - token: the user's token.
  /// - Returns: the user's ID; nil if the address is already registered.
  /// - Throws: `PostgresError`.
  public static func register(
    _ email: EmailAddress, displayName: String?, token: APIToken, on connection: PostgresConnection
  ) async throws -> UUID? {
    let id = UUID()
    let name = displayName ?? "contributor-\(id.uuidString.prefix(8).lowercased())"
    // Pipelined statements form one transaction.
    let results = try await connection.pipeline([
      """
      INSERT INTO users (id, email, display_name) VALUES (\(id), \(email.description), \(name))
      ON CONFLICT (email) DO NOTHING
      """,
      """
      INSERT INTO api_tokens AS token (token_hash, user_id)
      SELECT \(PostgresBytes(token.digest)), id FROM users WHERE id = \(id) RETURNING user_id
      """,
    ])
    return try results[1].first?.decode(UUID.self)
  }

  /// The owner of a token; nil if the token is unknown.
  ///
  /// Seeded users cannot log in, even if the address was registered before it was seeded.
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
      // This fails on a read replica, but the token is valid nevertheless.
      _ = try? await connection.query(
        "UPDATE api_tokens SET last_used_at = now() WHERE token_hash = \(PostgresBytes(token.digest))")
    }
    return user
  }
}

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
}

extension APIToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `ct_****`
  public var description: String { Self.prefix + "****" }
  /// `ct_****`
  public var debugDescription: String { description }
  /// An empty mirror, so that dumping a token does not reveal it.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
