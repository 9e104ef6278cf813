public import Postgres

/// Rows that are computed from their numbers and loaded with binary COPY over several connections.
public struct BulkLoad: Sendable {
  /// A canonical text of everything that decides the rows, except their number. If it changes, the load must be
  /// reset first.
  public var specification: String
  /// The number of rows. To reduce it, the load must be reset first.
  public var rowCount: Int
  /// The number of rows in a transaction, which is the most that a killed connection loses.
  public var chunkSize = 2_500
  /// The number of connections that load at the same time.
  public var streams = 4
  /// The number before the first row's in a column of consecutive numbers; 0 without one. It is decided by the process
  /// that plans the first rows.
  var firstNumber = 0
  /// The table, quoted.
  let table: String
  /// The columns in the order of `encode`.
  public var columns: [PostgresIdentifier]
  /// How rows are encoded.
  enum Encoding: Sendable {
    case binary(@Sendable (_ row: Int, _ rows: inout PostgresRowBuffer) throws -> Void)
    /// COPY's text format. The second array is for temporary use.
    case text(@Sendable (_ row: Int, _ lines: inout [UInt8], _ scratch: inout [UInt8]) throws -> Void)
  }
  let encoding: Encoding
  /// A column that the server computes from the others.
  struct Computed: Sendable {
    let column: PostgresIdentifier
    /// An SQL expression; trusted text.
    let expression: String
  }
  /// The columns that the server computes. With any, rows are copied into a temporary table first.
  var computed: [Computed] = []
  /// Called before the first new row, in the transaction that plans the chunks.
  public var begin: @Sendable (_ connection: PostgresConnection, _ newRows: Int) async throws -> Void = {
    _, _ in
  }
  /// The error for rows that the server rejects; nil for the server's.
  var explain: @Sendable (PostgresError) -> (any Error)? = { _ in nil }
  /// An SQL condition that is true if the result of `finish` exists; trusted text.
  public var finishedCondition = "true"
  /// Called once all rows are loaded, by only one process, in the transaction that records the end.
  public var finish: @Sendable (_ connection: PostgresConnection) async throws -> Void = { _ in }

  /// Creates a load with binary COPY.
  ///
  /// - Parameters:
  ///   - specification: see ``specification``.
  ///   - rowCount: see ``rowCount``.
  ///   - table: the table.
  ///   - columns: the columns in the order of `encode`.
  ///   - encode: appends a row. Called concurrently, for rows in any order.
  public init(
    specification: String, rowCount: Int, table: PostgresIdentifier, columns: [PostgresIdentifier],
    encode: @escaping @Sendable (_ row: Int, _ rows: inout PostgresRowBuffer) throws -> Void
  ) {
    self.specification = specification
    self.rowCount = rowCount
    self.table = table.quoted
    self.columns = columns
    encoding = .binary(encode)
  }

  /// Creates a load.
  ///
  /// - Parameter table: the table, quoted.
  init(
    specification: String, rowCount: Int, table: String, columns: [PostgresIdentifier], encoding: Encoding
  ) {
    self.specification = specification
    self.rowCount = rowCount
    self.table = table
    self.columns = columns
    self.encoding = encoding
  }
}

/// Why rows could not be loaded.
public enum BulkLoadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The table contains rows of another specification.
  case otherSpecification(SeederID, existing: String, wanted: String)
  /// The SQL expressions of computed columns made another number of rows.
  case otherCount(String, rows: Int, written: Int)
  /// The table rejects a row.
  case rejectedRow(String, problem: String)
  /// Rows were deleted or replaced outside seed-runner: a sentence for each table.
  case changedRows(SeederID, [String])
  /// A reset deleted the load while it was running.
  case resetMeanwhile(SeederID)

  /// The problem and the fix.
  public var description: String {
    switch self {
    case .otherCount(let table, let rows, let written):
      """
      the SQL expressions of \(table) made \(written) rows of \(rows). Use no function that returns a set.
      """
    case .rejectedRow(let table, let problem):
      """
      \(table) rejects a generated row: \(problem). Correct the generators, or remove the rows of others with which it \
      conflicts.
      """
    case .changedRows(let id, let problems):
      """
      \(problems.joined(separator: "; ")). Run 'seed-runner reset \(id)', then load them again.
      """
    case .resetMeanwhile(let id): "the rows of '\(id)' were reset while they were loaded. Run it again."
    case .otherSpecification(let id, let existing, let wanted):
      """
      the database contains rows of '\(id)' generated with \(existing), but this run uses \(wanted). \
      Run 'seed-runner reset \(id)' first, or use the same options.
      """
    }
  }
}
