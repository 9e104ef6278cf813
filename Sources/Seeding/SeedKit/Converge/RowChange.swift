/// What a run would do with one row.
public struct RowChange: Hashable, Sendable, Codable {
  /// What would happen to the row.
  public enum Action: String, Sendable, Codable {
    /// The row is missing and would be inserted.
    case insert
    /// The row differs and would be updated.
    case update
    /// The row is no longer in the fixture and would be deleted.
    case delete
    /// The row would stay as it is: it was edited or deleted outside seed-runner, or it is no longer in the fixture
    /// but is referenced by rows of others or kept by a trigger.
    case keep
  }

  /// A column of the row.
  public struct Column: Hashable, Sendable, Codable {
    /// The column's name.
    public let name: String
    /// The current value, as PostgreSQL prints it; nil for NULL or a missing row.
    public let old: String?
    /// The value in the fixture; nil for NULL or a row that would be deleted.
    public let new: String?
  }

  /// The table.
  public let table: String
  /// The natural key.
  public let key: String
  /// What would happen to the row.
  public let action: Action
  /// Whether the row was edited or deleted outside seed-runner.
  public let isDrift: Bool
  /// Whether the row was deleted outside seed-runner.
  public var isRemoved = false
  /// Why the row would be kept, such as `referenced by orders`; nil for drift.
  public var reason: String?
  /// The file of the record.
  public let file: String?
  /// The record's number, from 1.
  public let record: Int?
  /// The columns that differ; for an insert, all columns with a value.
  public let columns: [Column]
}

/// Collects what a run would do. A class, because the steps of a run share it.
final class ChangeRecorder {
  /// The maximum number of rows listed for each table. Counts always include all rows.
  static let rowLimit = 1_000

  private(set) var changes: [RowChange] = []

  func add(_ rows: [RowChange]) { changes += rows }
}
