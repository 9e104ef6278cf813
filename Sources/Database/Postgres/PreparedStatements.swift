/// When to use prepared statements, which the server parses and plans once.
///
/// They pay off for short statements that run often. ``PostgresConnection/pipeline(_:prepared:file:line:)`` uses
/// them on request. A pooler that assigns each transaction to another server connection loses them, unless it
/// tracks them, as pgbouncer can since 1.21.
public enum PreparedStatements: String, Sendable, CaseIterable {
  /// Never.
  case never
  /// On direct connections to a server: those whose server process has the id sent on connecting. A pooler sends
  /// another id, because it has to recognize cancel requests.
  case whenDirect = "auto"
  /// Always.
  case always
}

/// The prepared statements of a connection.
struct StatementNames {
  /// The maximum number. If there are more, the texts vary, and further statements are not prepared.
  static let most = 64

  /// Whether the connection leads directly to the server; nil if not checked yet.
  var isDirect: Bool?
  private var names: [String: String] = [:]
  private var count = 0

  /// How a statement is sent.
  enum Use: Sendable {
    /// Not prepared.
    case unnamed
    /// Prepared now, with this name.
    case prepare(String)
    /// Prepared before, with this name.
    case known(String)
  }

  /// Decides how to send a statement. A new name counts as known from now on.
  mutating func use(_ sql: String) -> Use {
    if let name = names[sql] { return .known(name) }
    guard names.count < Self.most else { return .unnamed }
    // Names are never reused, because the server may still have statements that were forgotten here.
    count += 1
    let name = "seed_runner_\(count)"
    names[sql] = name
    return .prepare(name)
  }

  /// Removes a new name that the server rejected.
  mutating func remove(_ sql: String) { names[sql] = nil }

  /// Forgets all names, because the server no longer has the statements.
  mutating func forget() { names = [:] }
}
