public import FoundationEssentials

/// A migration that was applied or reverted.
public struct MigrationOutcome: Sendable, Hashable {
  /// The set's name.
  public let set: String
  /// The migration's version.
  public let version: Int
  /// The migration's name.
  public let name: String
  /// How long its statements took.
  public let duration: Duration
}

/// Where a migration stands in a database.
public struct MigrationState: Sendable, Hashable {
  /// What is known of it.
  public enum Standing: Sendable, Hashable {
    /// It is applied, since when.
    case applied(Date)
    /// It is due.
    case pending
    /// It is applied, but its file was edited since; the checksum then.
    case edited(Date, appliedChecksum: String)
    /// It is applied, but this program does not know it.
    case unknown(Date)
  }

  /// The set's name.
  public let set: String
  /// The migration's version.
  public let version: Int
  /// The migration's name.
  public let name: String
  /// Where it stands.
  public let standing: Standing
}
