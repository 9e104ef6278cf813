import Postgres

/// A table that a seeder keeps equal to its fixtures.
public struct ConvergeTable: Sendable {
  /// A column that the fixtures fill.
  public struct Column: Sendable {
    /// What a column is for.
    public enum Role: Sendable {
      /// A primary key apart from the natural key. Rows that exist keep theirs, whatever the fixture
      /// says. Without one the natural key must be the primary key or be unique.
      case id
      /// Part of the natural key, by which a row of the fixture finds the row of the table.
      case naturalKey
      /// A value that is compared and, if it differs, updated.
      case value
      /// A value that a new row starts with and that is the application's from then on.
      case initial
    }

    let name: PostgresIdentifier
    let type: String
    let role: Role

    /// Makes a column.
    ///
    /// - Parameters:
    ///   - name: the column's name.
    ///   - type: its type as SQL, such as `text` or `double precision`; trusted text.
    ///   - role: what it is for.
    /// - Throws: `PostgresError` for a name that PostgreSQL would cut off.
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
  ///   - columns: the columns that a row of the fixture fills, in order: at least one with
  ///     the role `naturalKey`, at most one with `id`.
  ///   - condition: which rows of the table the natural key speaks of, as SQL over the alias `live`;
  ///     trusted text. All rows by default.
  ///   - timestamps: whether the table has `created_at` and `updated_at`, which an insert and an
  ///     update set to the transaction's time.
  ///   - derived: what becomes of further columns when a row is updated: the column's name and an
  ///     SQL expression over the aliases `live` (before) and `excluded` (after); trusted text.
  /// - Throws: `PostgresError` for a name that PostgreSQL would cut off.
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

  /// The columns of the unique key on which an insert may meet a row: the primary key.
  var conflictKey: [Column] {
    let id = columns.filter { $0.role == .id }
    return id.isEmpty ? naturalKey : id
  }
  var naturalKey: [Column] { columns.filter { $0.role == .naturalKey } }
  var values: [Column] { columns.filter { $0.role == .naturalKey || $0.role == .value } }
}
