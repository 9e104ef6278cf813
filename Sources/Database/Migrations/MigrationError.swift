/// Why the schema could not be brought where it should be. What was applied before stays applied.
public struct MigrationError: Error, Sendable, CustomStringConvertible {
  /// The kind of fault.
  public enum Code: String, Sendable {
    /// A migration's file is malformed.
    case invalidFile
    /// A migration that is applied was edited afterwards.
    case checksumMismatch
    /// A migration is due that is older than one that is applied.
    case outOfOrder
    /// A migration has no way back.
    case notRevertible
    /// The database has a migration that this program does not know.
    case unknownVersion
    /// The server refused a statement.
    case failed
    /// The server does not have an extension.
    case extensionUnavailable
    /// The role lacks a right.
    case insufficientPrivilege
    /// Another program held the lock for too long.
    case lockTimeout
  }

  /// The kind of fault.
  public let code: Code
  /// What happened, where, and what to do.
  public let description: String
  /// The server's error, where it was the server.
  public let underlying: (any Error)?
  /// Whether an extension is missing, or may not be created by this role: sets that need none can be applied.
  public let isExtensionMissing: Bool

  /// What happened and where.
  package let problem: String
  /// What to do, where it is known apart from that.
  package let fix: String?

  init(
    _ code: Code, _ problem: String, fix: String? = nil, underlying: (any Error)? = nil,
    isExtensionMissing: Bool = false
  ) {
    self.code = code
    self.problem = problem
    self.fix = fix
    description = fix.map { "\(problem)\n\($0)" } ?? problem
    self.underlying = underlying
    self.isExtensionMissing = isExtensionMissing
  }

  static func invalidFiles(_ faults: [String]) -> MigrationError {
    MigrationError(.invalidFile, faults.joined(separator: "\n"))
  }
}
