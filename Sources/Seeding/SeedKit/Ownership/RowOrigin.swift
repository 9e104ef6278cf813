public import FoundationEssentials
public import Postgres

/// The origin of a row.
public struct RowOrigin: Sendable, Codable {
  /// Whether only the table as a whole is recorded, because it was loaded from large files.
  public let isOfWholeTable: Bool
  /// The seeder that wrote it.
  public let seeder: String
  /// Schema and name of the table.
  public let table: String
  /// The natural key.
  public let key: String
  /// The file of the record; nil if the row does not come from a file.
  public let file: String?
  /// The record's number in the file, from 1.
  public let record: Int?
  /// Whether the seeder inserted the row, as opposed to updating an existing one.
  public let isInserted: Bool
  /// Whether the row still has the values that the seeder wrote; nil if it no longer exists.
  public let isAsWritten: Bool?
  /// The run that wrote it last; nil if the history entry no longer exists.
  public let runID: UUID?
  /// When the seeder started in that run.
  public let writtenAt: Date?
  /// The environment of that run.
  public let environment: String?
  /// The version of the program that wrote it.
  public let programVersion: String?

  /// Finds the seeders that wrote a row. Only reads.
  ///
  /// Keys are compared by value: `1.0` finds a stored `1.00`, and `ABC` finds a stored `abc` of type `citext`.
  /// Settings of the role or the database have no effect.
  ///
  /// - Parameters:
  ///   - table: the table, with its schema unless the search path finds it.
  ///   - key: the values of the natural key, as text, in the order of its columns.
  ///   - connection: the database.
  /// - Returns: an empty array if no seeder wrote the row.
  /// - Throws: ``RowOriginError`` for an unknown table or a wrong key; `PostgresError`.
  public static func find(
    table: String, key: [String], on connection: PostgresConnection
  ) async throws -> [RowOrigin] {
    do {
      return try await connection.withTransaction(
        setup: [StableSettings.statement, SeedRunner.idleTimeout]
      ) { connection in
        try await RowOriginQuery(table: table, key: key, on: connection)?.run() ?? []
      }
    } catch let error as PostgresTransactionError {
      throw error.cause
    }
  }
}

extension RowOrigin {
  /// The seeders that generated rows of a table, with the numbers of rows. These are owned as a whole, so single rows
  /// are not recorded.
  ///
  /// - Throws: `PostgresError`.
  public static func generators(
    of table: String, on connection: PostgresConnection
  ) async throws -> [(seeder: String, rowCount: Int)] {
    let isRecorded = try await connection.queryOne("SELECT to_regclass('seed_runner.bulk_load') IS NOT NULL")
      .decode(Bool.self)
    guard isRecorded else { return [] }
    let name = TableName(text: table)
    return try await connection.query(
      "SELECT seeder, row_count FROM seed_runner.bulk_load WHERE row_count > 0 ORDER BY seeder"
    ).compactMap { row in
      let (load, rowCount) = try row.decode(String.self, Int.self)
      let parts = load.split(separator: "/", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { return nil }
      let loaded = TableName(text: parts[1])
      let isSame =
        loaded.name == name.name && (loaded.schema ?? name.schema) == (name.schema ?? loaded.schema)
      return isSame ? (parts[0], rowCount) : nil
    }
  }
}

extension RowOrigin {
  /// A message that the row does not exist, with the columns by which it was looked up; nil if it exists or if the
  /// table has no key with that number of columns.
  ///
  /// - Parameters:
  ///   - table: as for ``find(table:key:on:)``.
  ///   - key: as for ``find(table:key:on:)``.
  ///   - connection: the database.
  /// - Throws: ``RowOriginError`` for an unknown table or a wrong key; `PostgresError`.
  public static func absence(
    table: String, key: [String], on connection: PostgresConnection
  ) async throws -> String? {
    do {
      return try await connection.withTransaction(setup: [StableSettings.statement]) { connection in
        try await RowOriginQuery(table: table, key: key, isSeeded: false, on: connection)?.absence()
      }
    } catch let error as PostgresTransactionError {
      throw error.cause
    }
  }
}

extension RowOrigin {
  /// Writes all properties. The run has lowercase letters, as in the history and in reports.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(isOfWholeTable, forKey: .isOfWholeTable)
    try container.encode(seeder, forKey: .seeder)
    try container.encode(table, forKey: .table)
    try container.encode(key, forKey: .key)
    try container.encodeIfPresent(file, forKey: .file)
    try container.encodeIfPresent(record, forKey: .record)
    try container.encode(isInserted, forKey: .isInserted)
    try container.encodeIfPresent(isAsWritten, forKey: .isAsWritten)
    try container.encodeIfPresent(runID?.uuidString.lowercased(), forKey: .runID)
    try container.encodeIfPresent(writtenAt, forKey: .writtenAt)
    try container.encodeIfPresent(environment, forKey: .environment)
    try container.encodeIfPresent(programVersion, forKey: .programVersion)
  }
}

/// Why the origin of a row cannot be looked up.
public enum RowOriginError: FixableError, Hashable, Sendable {
  /// A suggestion; nil if there is none.
  public var fix: String? {
    switch self {
    case .noTable(_, _, let near?): "Did you mean '\(near)'?"
    case .noTable: "name a table, with its schema unless the search_path finds it"
    case .notTable: "choose a table"
    case .wrongKey(_, let columns, _):
      "give a value for each of \(columns.joined(separator: ", ")), in this order"
    case .wrongValue(_, _, let type): "give a value of type \(type)"
    }
  }

  /// The table does not exist. `near` is a similar name.
  case noTable(String, database: String, near: String?)
  /// The relation has no rows of its own, such as a view.
  case notTable(String, kind: String)
  /// The key has a different number of columns.
  case wrongKey(table: String, columns: [String], given: Int)
  /// A value is not valid for its column's type.
  case wrongValue(String, column: String, type: String)

  /// The problem.
  public var problem: String {
    switch self {
    case .noTable(let name, let database, _): "no table '\(name)' in the database '\(database)'"
    case .notTable(let name, let kind): "'\(name)' is \(kind), not a table"
    case .wrongKey(let table, let columns, let given):
      """
      the key of \(table) is (\(columns.joined(separator: ", "))): expected \(columns.count) \
      value\(columns.count == 1 ? "" : "s"), found \(given)
      """
    case .wrongValue(let value, let column, let type):
      "invalid value '\(value)' for the column '\(column)' of type \(type)"
    }
  }
}
