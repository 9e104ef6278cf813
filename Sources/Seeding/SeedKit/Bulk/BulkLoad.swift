public import Postgres

/// Rows that are functions of their number, to be loaded by binary COPY over several connections.
public struct BulkLoad: Sendable {
  /// All that decides the rows but for their number, in one canonical text. A load of another
  /// specification must be reset first.
  public var specification: String
  /// How many rows there are to be. Never fewer than are loaded: that takes a reset.
  public var rowCount: Int
  /// How many rows a transaction loads: what is lost at most, per connection, when it is killed.
  public var chunkSize = 2_500
  /// How many connections load at once.
  public var streams = 4
  /// The table.
  public var table: PostgresIdentifier
  /// The columns, in the order in which `encode` appends them.
  public var columns: [PostgresIdentifier]
  /// Appends a row. Called by several tasks at once, for rows in any order.
  public var encode: @Sendable (_ row: Int, _ rows: inout PostgresRowBuffer) throws -> Void
  /// What is to be done before the first of so many new rows, in the transaction that plans them.
  public var begin: @Sendable (_ connection: PostgresConnection, _ newRows: Int) async throws -> Void = {
    _, _ in
  }
  /// An SQL condition that holds while what `finish` made is still there; trusted text.
  public var finishedCondition = "true"
  /// What is to be done once all rows are there, by one process only, in a transaction that also
  /// records that it is done.
  public var finish: @Sendable (_ connection: PostgresConnection) async throws -> Void = { _ in }

  /// Makes a load.
  public init(
    specification: String, rowCount: Int, table: PostgresIdentifier, columns: [PostgresIdentifier],
    encode: @escaping @Sendable (_ row: Int, _ rows: inout PostgresRowBuffer) throws -> Void
  ) {
    self.specification = specification
    self.rowCount = rowCount
    self.table = table
    self.columns = columns
    self.encode = encode
  }
}

/// Why rows could not be loaded in bulk.
public enum BulkLoadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Rows are there that were made otherwise.
  case otherSpecification(SeederID, existing: String, wanted: String)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .otherSpecification(let id, let existing, let wanted):
      """
      the database contains rows of '\(id)' generated with \(existing), but this run uses \(wanted). \
      Run 'seed-runner reset \(id)' first, or use the same options.
      """
    }
  }
}
