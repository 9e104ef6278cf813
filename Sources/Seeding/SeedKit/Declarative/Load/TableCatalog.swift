import Postgres
import Threads

/// The tables that a run's definitions name, described once for all seeders.
///
/// A table may be changed between its description and its use, by another session or by an earlier seeder. So each
/// seeder describes its tables again, together with its first statements, and compares.
final class TableCatalog: Sendable {
  private struct Entry {
    let table: LiveTable
    /// The table as ``TableDescription/tables(_:details:)`` describes it without details.
    let outline: LiveTable
  }

  /// A table has changed since it was described.
  struct Stale: Error {}

  private let entries = Lock<[TableName: Entry]>([:])

  /// Adds tables.
  ///
  /// - Parameters:
  ///   - description: the statements.
  ///   - results: their rows.
  /// - Throws: `PostgresError`.
  func add(
    _ description: TableDescription, _ results: [PostgresRows], on connection: PostgresConnection
  ) async throws {
    let outlines = try description.tables(results)
    var tables = outlines
    if let query = try description.detailsQuery(results) {
      // The same settings, because the texts of types and defaults depend on them.
      let details = try await connection.pipeline([StableSettings.statement, query])[1]
      tables = try description.tables(results, details: details)
    }
    entries.withLock { entries in
      for (name, table) in tables {
        entries[name] = outlines[name].map { Entry(table: table, outline: $0) }
      }
    }
  }

  /// The tables with these names; nil unless all are known.
  func tables(_ names: [TableName]) -> [TableName: LiveTable]? {
    entries.withLock { entries in
      let known = names.compactMap { name in entries[name].map { (name, $0.table) } }
      return known.count == names.count ? Dictionary(known, uniquingKeysWith: { first, _ in first }) : nil
    }
  }

  /// Compares the tables with another description.
  ///
  /// - Throws: ``Stale``.
  func check(_ description: TableDescription, _ results: [PostgresRows]) throws {
    let now = try description.tables(results)
    let known = entries.withLock { entries in entries.mapValues(\.outline) }
    guard description.names.allSatisfy({ now[$0] == known[$0] }) else { throw Stale() }
  }

  /// Removes all tables, so that they are described again.
  func clear() { entries.withLock { $0 = [:] } }
}
