/// Why migrations could not be applied or reverted. Migrations applied before the error stay applied.
public struct MigrationError: Error, Sendable, CustomStringConvertible {
  /// The kind of error.
  public enum Code: String, Sendable {
    /// A migration's file is malformed.
    case invalidFile
    /// Two sets with different migrations have the same name.
    case conflictingSets
    /// An applied migration was edited afterwards.
    case checksumMismatch
    /// A due migration is older than an applied one.
    case outOfOrder
    /// A migration has no section to revert it.
    case notRevertible
    /// The database has a migration that this program does not contain.
    case unknownVersion
    /// The server refused a statement.
    case failed
    /// The server does not provide an extension.
    case extensionUnavailable
    /// The role lacks a privilege.
    case insufficientPrivilege
    /// Another program held the lock for too long.
    case lockTimeout
  }

  /// The kind of error.
  public let code: Code
  /// The problem, the place and the fix.
  public let description: String
  /// The server's error, if there is one.
  public let underlying: (any Error)?
  /// Whether an extension is missing or this role may not create it. Sets that need none can still be applied.
  public let isExtensionMissing: Bool

  /// The set of the migration that failed, if it is one migration.
  public let set: String?

  /// The problem and the place.
  package let problem: String
  /// The fix, if it is not part of the problem.
  package let fix: String?

  init(
    _ code: Code, _ problem: String, fix: String? = nil, set: String? = nil, underlying: (any Error)? = nil,
    isExtensionMissing: Bool = false
  ) {
    self.code = code
    self.set = set
    self.problem = problem
    self.fix = fix
    description = fix.map { "\(problem)\n\($0)" } ?? problem
    self.underlying = underlying
    self.isExtensionMissing = isExtensionMissing
  }

  /// The same error with another fix.
  package func withFix(_ fix: String) -> MigrationError {
    MigrationError(
      code, problem, fix: fix, set: set, underlying: underlying, isExtensionMissing: isExtensionMissing)
  }

  /// Two owners have different sets with the same name.
  package static func conflict(set: String, owners first: String, _ second: String) -> MigrationError {
    MigrationError(
      .conflictingSets, "\(first) and \(second) have different migration sets named '\(set)'",
      fix: "rename one of the sets, or return the same set from both")
  }

  static func invalidFiles(_ faults: [String]) -> MigrationError {
    MigrationError(.invalidFile, faults.joined(separator: "\n"))
  }
}
