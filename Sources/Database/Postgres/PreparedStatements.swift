/// Whether the server may keep statements under a name, so that it parses and plans them once.
///
/// It pays for statements that run often and take little time; ``PostgresConnection/pipeline(_:prepared:file:line:)``
/// has them kept that ask for it. A pooler that gives each transaction to another server connection loses the names, unless
/// it keeps book of them, as pgbouncer does from 1.21 on if it is told to.
public enum PreparedStatements: String, Sendable, CaseIterable {
  /// Never.
  case never
  /// On connections that lead to the server and not to a pooler: those whose server process is the one that
  /// the greeting named. A pooler names another one, because it has to recognise who cancels.
  case whenDirect = "auto"
  /// Always.
  case always
}

/// The statements that a connection's server keeps under a name.
struct StatementNames {
  /// How many it keeps at most. What asks for more names than that has text that varies, and goes without.
  static let most = 64

  /// Whether the connection leads to the server itself; nil until that was asked.
  var isDirect: Bool?
  private var names: [String: String] = [:]
  private var count = 0

  /// How a statement is sent.
  enum Use: Sendable {
    /// Without a name.
    case unnamed
    /// Under a new name.
    case prepare(String)
    /// Under a name that the server knows.
    case known(String)
  }

  /// Settles how a statement is sent; a new name counts as known from now on.
  mutating func use(_ sql: String) -> Use {
    if let name = names[sql] { return .known(name) }
    guard names.count < Self.most else { return .unnamed }
    // Never a name again: the server may still have what was forgotten here.
    count += 1
    let name = "seed_runner_\(count)"
    names[sql] = name
    return .prepare(name)
  }

  /// Takes back a new name that the server refused.
  mutating func remove(_ sql: String) { names[sql] = nil }

  /// Forgets all names, because the server seems to have.
  mutating func forget() { names = [:] }
}
