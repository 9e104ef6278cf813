import Postgres

/// A table that a seeder keeps equal to its fixtures.
public struct ConvergeTable: Sendable {
  /// A column that the fixtures fill.
  public struct Column: Sendable {
    /// The role of a column.
    public enum Role: Sendable {
      /// A primary key other than the natural key. Existing rows keep theirs, whatever the fixture has. Without
      /// such a column, the natural key must be the primary key or unique.
      case id
      /// Part of the natural key, which matches rows of the fixture with rows of the table.
      case naturalKey
      /// A value that is compared and updated.
      case value
      /// A value for new rows only. Afterwards it belongs to the application.
      case initial
    }

    let name: PostgresIdentifier
    let type: String
    let role: Role

    /// Describes a column.
    ///
    /// - Parameters:
    ///   - name: the column's name.
    ///   - type: the type as SQL, such as `text` or `double precision`; trusted text.
    ///   - role: the role of the column.
    /// - Throws: `PostgresError` for a name that is too long for PostgreSQL.
    public init(_ name: String, _ type: String, _ role: Role = .value) throws {
      self.name = try PostgresIdentifier(name)
      self.type = type
      self.role = role
    }
  }

  let name: PostgresIdentifier
  let columns: [Column]
  let condition: String
  let timestamps: Bool
  let derived: [(column: PostgresIdentifier, expression: String)]

  /// Describes a table.
  ///
  /// - Parameters:
  ///   - name: the table's name.
  ///   - columns: the columns that the fixture fills, in order, with at least one of the role `naturalKey` and at
  ///     most one of the role `id`.
  ///   - condition: the rows within which the natural key is unique, as SQL over the alias `live`; trusted text.
  ///     All rows by default.
  ///   - timestamps: whether the table has `created_at` and `updated_at`. Inserts and updates set them to the time
  ///     of the transaction.
  ///   - derived: additional columns that an update sets: the column's name and an SQL expression over the aliases
  ///     `live` (before) and `excluded` (after); trusted text.
  /// - Throws: `PostgresError` for a name that is too long for PostgreSQL.
  public init(
    _ name: String, columns: [Column], condition: String = "true", timestamps: Bool = true,
    derived: KeyValuePairs<String, String> = [:]
  ) throws {
    self.name = try PostgresIdentifier(name)
    self.columns = columns
    self.condition = condition
    self.timestamps = timestamps
    self.derived = try derived.map { (try PostgresIdentifier($0.key), $0.value) }
  }

  /// The primary key, on which an insert may conflict with an existing row.
  var conflictKey: [Column] {
    let id = columns.filter { $0.role == .id }
    return id.isEmpty ? naturalKey : id
  }
  var naturalKey: [Column] { columns.filter { $0.role == .naturalKey } }
  var values: [Column] { columns.filter { $0.role == .naturalKey || $0.role == .value } }
}
