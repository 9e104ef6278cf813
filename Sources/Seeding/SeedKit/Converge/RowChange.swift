/// What a run would do with one row.
public struct RowChange: Hashable, Sendable, Codable {
  /// What would become of it.
  public enum Action: String, Sendable, Codable {
    /// It is missing and would be inserted.
    case insert
    /// It differs and would be updated.
    case update
    /// It left the fixture and would be deleted.
    case delete
    /// Somebody edited or removed it since it was written, or it left the fixture and rows of others refer to
    /// it or a trigger keeps it, and it would stay so.
    case keep
  }

  /// One column of it.
  public struct Column: Hashable, Sendable, Codable {
    /// The column's name.
    public let name: String
    /// The value that is there, as PostgreSQL prints it; nil for NULL or for a row that is not there.
    public let old: String?
    /// The value that the fixture has; nil for NULL or for a row that would go.
    public let new: String?
  }

  /// The table.
  public let table: String
  /// The natural key.
  public let key: String
  /// What would become of it.
  public let action: Action
  /// Whether somebody edited or removed it since it was written.
  public let isDrift: Bool
  /// Whether somebody removed it since it was written.
  public var isRemoved = false
  /// Why it would be kept, such as `referenced by orders`, where that is not for drift.
  public var reason: String?
  /// The file of the record.
  public let file: String?
  /// The record's number, from 1.
  public let record: Int?
  /// The columns that differ; of a row that would be inserted, all that have a value.
  public let columns: [Column]
}

/// Collects what a run would do; a class, because it is filled on the way.
final class ChangeRecorder {
  /// How many rows of a table are told one by one; the counts are always of all.
  static let rowLimit = 1_000

  private(set) var changes: [RowChange] = []

  func add(_ rows: [RowChange]) { changes += rows }
}
