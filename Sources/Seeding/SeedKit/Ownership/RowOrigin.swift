public import FoundationEssentials
public import Postgres

/// Where a row came from.
public struct RowOrigin: Sendable, Codable {
  /// Whether the history knows the row's table as a whole only, because it was loaded from large files.
  public let isOfWholeTable: Bool
  /// The seeder that wrote it.
  public let seeder: String
  /// Schema and name of the table.
  public let table: String
  /// The natural key.
  public let key: String
  /// The file of its record; nil for rows that come from none.
  public let file: String?
  /// The record's number in the file, from 1.
  public let record: Int?
  /// Whether the seeder made the row, as opposed to having changed one that was there.
  public let isInserted: Bool
  /// Whether the row is still as the seeder wrote it; nil if it is gone.
  public let isAsWritten: Bool?
  /// The run that wrote it last; nil if its entry in the history is gone.
  public let runID: UUID?
  /// When that run's seeder started.
  public let writtenAt: Date?
  /// The environment of that run.
  public let environment: String?
  /// The version of the program that wrote it.
  public let programVersion: String?

  /// Finds the seeders that wrote a row. Reads only.
  ///
  /// A key is found by its value, however it is spelled: `1.0` for a stored `1.00`, `ABC` for a stored `abc` of
  /// `citext`. No setting of the role or the database has a part in it.
  ///
  /// - Parameters:
  ///   - table: the table, with its schema if that is not found by the search path.
  ///   - key: the values of the natural key, as text, in the order of its columns.
  ///   - connection: the database.
  /// - Returns: nothing for a row that no seeder wrote.
  /// - Throws: ``RowOriginError`` for what cannot be asked; `PostgresError`.
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
  /// Says that a row is not in its table, and by which columns it was looked up; nil if it is there, or if the table
  /// has no key of so many columns.
  ///
  /// - Parameters:
  ///   - table: as for ``find(table:key:on:)``.
  ///   - key: as for ``find(table:key:on:)``.
  ///   - connection: the database.
  /// - Throws: ``RowOriginError`` for what cannot be asked; `PostgresError`.
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

/// Why it cannot be told where a row came from.
public enum RowOriginError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What to do about it, where that is known.
  public var remedy: String? {
    guard case .noTable(_, _, let near?) = self else { return nil }
    return "Did you mean '\(near)'?"
  }

  /// There is no such table; another name may be meant.
  case noTable(String, database: String, near: String?)
  /// There is something of that name that has no rows of its own, such as a view.
  case notTable(String, kind: String)
  /// The key has another number of columns.
  case wrongKey(table: String, columns: [String], given: Int)
  /// A value is none of its column's type.
  case wrongValue(String, column: String, type: String)

  /// What is wrong.
  public var description: String {
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
