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
