import Postgres

/// The statements that describe tables.
///
/// One set of statements describes all tables, because planning them costs the server more than running them. For
/// the same reason, only the columns that need it are queried a second time.
struct TableDescription {
  let names: [TableName]
  /// The statements whose rows ``tables(_:details:)`` reads.
  let queries: [PostgresQuery]
  private let quoted: [String]

  init(of names: some Collection<TableName>) throws {
    self.names = Array(Set(names)).sorted { $0.description < $1.description }
    quoted = try self.names.map { try $0.quoted() }
    queries = [
      LiveTable.tables(quoted), LiveTable.simpleColumns(quoted), LiveTable.uniqueKeys(quoted),
      LiveTable.constraints(quoted),
    ]
  }

  /// The query for the columns that need it; nil if none does.
  func detailsQuery(_ results: [PostgresRows]) throws -> PostgresQuery? {
    try results[1].contains { try $0.decode("is_wrapped", as: Bool.self) }
      ? LiveTable.wrappedColumns(quoted) : nil
  }

  /// Reads the results. Missing tables are left out.
  func tables(_ results: [PostgresRows], details: PostgresRows? = nil) throws -> [TableName: LiveTable] {
    let results = try results.map(byTable)
    let wrapped = try details.map(byTable) ?? [:]
    var result: [TableName: LiveTable] = [:]
    for (index, name) in names.enumerated() {
      let rows = results.map { $0[index + 1] ?? [] }
      result[name] = try LiveTable(name, rows, details: wrapped[index + 1] ?? [])
    }
    return result
  }

  /// Groups rows by their first column, the position of the table in the list of names.
  private func byTable(_ rows: PostgresRows) throws -> [Int: [PostgresRow]] {
    try Dictionary(grouping: rows) { row -> Int in try row.decode("place") }
  }
}
