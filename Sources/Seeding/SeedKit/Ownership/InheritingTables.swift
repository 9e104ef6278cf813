import Postgres

/// The tables that inherit from a table that is not partitioned.
///
/// A statement for a table also reads, updates and deletes the rows of its child tables. Unique constraints do not
/// cover these rows, so a row with the key of a record may be in a child table.
struct InheritingTables: Hashable {
  /// The table, for messages.
  let table: String
  let names: [String]

  /// SQL for an array of the names.
  ///
  /// - Parameter alias: that of `pg_class`.
  static func list(of alias: String) -> String {
    """
    ARRAY(SELECT inhrelid::regclass::text FROM pg_inherits
      WHERE inhparent = \(alias).oid AND \(alias).relkind = 'r' ORDER BY 1)
    """
  }

  /// - Returns: nil if no table inherits.
  init?(_ names: [String], of table: String) {
    guard !names.isEmpty else { return nil }
    self.names = names
    self.table = table
  }

  /// `the table p, from which c inherits`
  var found: String {
    "the table \(table), from which \(names.joined(separator: ", ")) inherit\(names.count == 1 ? "s" : "")"
  }

  static let expected =
    "a table without child tables, or a partitioned table: a write could change rows of the child tables"

  /// The error if no file can be named.
  var error: PostgresError {
    PostgresError(
      code: .serverError, message: "rows cannot be deleted from \(found); expected \(Self.expected)",
      sqlState: .featureNotSupported)
  }
}
