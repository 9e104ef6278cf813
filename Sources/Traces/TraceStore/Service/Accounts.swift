import Basics
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

/// What a user of the service shows to be known: `ct_` and 256 random bits.
///
/// It shows in no description. Only its SHA-256 is stored, which needs no salt and no slow function: nobody
/// guesses 256 random bits.
public struct APIToken: Sendable {
  /// What every token begins with, so that one that leaked is recognised for what it is.
  public static let prefix = "ct_"
  private static let digits = 64

  /// The token itself. To be shown once, and never to be logged.
  public let value: String
  /// What is stored of it.
  public var digest: [UInt8] { Digest.sha256(Array(value.utf8)) }

  /// Makes a new one from the system's random numbers.
  public init() {
    var generator = SystemRandomNumberGenerator()
    value =
      Self.prefix
      + (0..<4).map { _ in
        let digits = String(generator.next(), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
      }.joined()
  }

  /// Takes a token as somebody sent it. Nil if no token looks like that.
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
  /// Nothing to look into.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
