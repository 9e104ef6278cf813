import FoundationEssentials
import Postgres

/// Looks up a row in the records of its table, in a transaction with ``StableSettings``.
struct RowOriginQuery {
  private let live: LiveTable
  private let key: [String]
  private let connection: PostgresConnection
  private let isSeeded: Bool

  /// - Parameter isSeeded: whether to return nil for a database that was never seeded.
  init?(
    table: String, key: [String], isSeeded isSeededOnly: Bool = true, on connection: PostgresConnection
  ) async throws {
    let name = TableName(text: table)
    let (tables, rows) = try await LiveTable.describe(
      [name], and: ["SELECT to_regclass('seed_runner.owned_table') IS NOT NULL"], on: connection)
    guard let live = tables[name] else {
      if let kind = try await RelationKind.find([name], on: connection)[name] {
        throw RowOriginError.notTable(table, kind: kind)
      }
      let known = try await RelationKind.Known.read(on: connection)
      throw RowOriginError.noTable(table, database: known.database, near: known.nearest(to: table))
    }
    let isSeeded = try rows[0].first?.decode(Bool.self) ?? false
    guard isSeeded || !isSeededOnly else { return nil }
    self.isSeeded = isSeeded
    self.live = live
    self.key = key
    self.connection = connection
  }

  /// A table as recorded for one seeder.
  private struct Owned {
    let id: Int32
    let seeder: String
    let table: String
    let keyColumns: [String]
    let rule: KeyRule
    let valueColumns: [String]
    let isWhole: Bool
  }

  /// The entries for the table.
  private func owned() async throws -> [Owned] {
    guard isSeeded else { return [] }
    return try await connection.query(
      """
      SELECT id, seeder, table_name, key_columns, value_columns, whole_files IS NOT NULL,
        to_jsonb(owned) ->> 'key_predicate'
      FROM seed_runner.owned_table AS owned WHERE table_name = \(live.canonicalName) ORDER BY seeder
      """
    ).map { row in
      let (id, seeder, table, keys, values, isWhole, predicate) = try row.decode(
        Int32.self, String.self, String.self, [String].self, [String].self, Bool.self, String?.self)
      return Owned(
        id: id, seeder: seeder, table: table, keyColumns: keys, rule: KeyRule(predicate: predicate),
        valueColumns: values, isWhole: isWhole)
    }
  }

  /// A message that no row has the key; nil if one has, or if the table has no key with that number of columns.
  func absence() async throws -> String? {
    let known = try await owned().map(\.keyColumns)
    let natural = [live.naturalKey, live.primaryKey].compactMap { names in
      names?.compactMap { live[$0]?.name.quoted }
    }
    guard
      let columns = (known + natural + live.uniqueKeys.map { $0.compactMap { live[$0]?.name.quoted } })
        .first(where: { $0.count == key.count })
    else { return nil }
    let values = try await values(of: columns)
    guard !values.isEmpty else { return nil }
    let isThere = try await connection.queryOne(
      """
      SELECT EXISTS (SELECT 1 FROM \(unescaped: live.quoted) AS live
        WHERE \(condition(values) { _, column in "live.\(column)" }))
      """
    ).decode(Bool.self)
    guard !isThere else { return nil }
    let names = columns.map { column($0)?.name.name ?? $0 }
    let shown = zip(names, key).map { "\($0) '\($1)'" }.joined(separator: " and ")
    return "\(live.name) has no row with \(shown)"
  }

  func run() async throws -> [RowOrigin] {
    let all = try await owned()
    let fitting = all.filter { $0.keyColumns.count == key.count }
    if fitting.isEmpty, let first = all.first {
      throw RowOriginError.wrongKey(
        table: live.name.description, columns: first.keyColumns.map { column($0)?.name.name ?? $0 },
        given: key.count)
    }
    var origins: [RowOrigin] = []
    for owned in fitting where !owned.isWhole { origins += try await origin(owned) }
    guard origins.isEmpty else { return origins }
    for owned in fitting where owned.isWhole { origins += try await originOfWhole(owned) }
    return origins
  }

  private func column(_ quoted: String) -> LiveTable.Column? {
    live.columns.first { $0.name.quoted == quoted }
  }

  /// The key columns with their types. Without type modifiers, because `numeric(5,1)` would round. Empty if a
  /// column no longer exists.
  private func values(of keyColumns: [String]) async throws -> [(column: String, type: String)] {
    var result: [(String, String)] = []
    for (name, value) in zip(keyColumns, key) {
      guard let column = column(name) else { return [] }
      do {
        try await connection.query("SELECT \(value)::text::\(unescaped: column.baseType)")
      } catch let error as PostgresError where error.sqlState?.classCode == "22" {
        throw RowOriginError.wrongValue(value, column: column.name.name, type: column.baseType)
      }
      result.append((name, column.baseType))
    }
    return result
  }

  /// A condition that compares an expression for each key column with the given value.
  private func condition(
    _ values: [(column: String, type: String)], _ expression: (Int, String) -> String
  ) -> PostgresQuery {
    var query: PostgresQuery = "true"
    for (index, value) in values.enumerated() {
      query =
        "\(query) AND \(unescaped: expression(index, value.column)) = \(key[index])::text::\(unescaped: value.type)"
    }
    return query
  }

  /// The row's key as the table prints it now; nil if the row does not exist.
  private func liveRow(
    _ owned: Owned, _ values: [(column: String, type: String)]
  ) async throws -> (key: String, digest: UUID)? {
    guard !values.isEmpty else { return nil }
    return try await connection.query(
      """
      SELECT \(unescaped: RowText.key(owned.keyColumns, of: "live")),
        \(unescaped: RowText.digest(owned.valueColumns, of: "live"))
      FROM \(unescaped: owned.rule.rows(of: live.quoted)) AS live
      WHERE \(condition(values) { _, column in "live.\(column)" }) LIMIT 1
      """
    ).first?.decode(String.self, UUID.self)
  }

  private func origin(_ owned: Owned) async throws -> [RowOrigin] {
    let values = try await values(of: owned.keyColumns)
    guard !values.isEmpty else { return try await entries(owned, "owner.key = \(givenText)", digest: nil) }
    let row = try await liveRow(owned, values)
    let found = try await entries(
      owned, "(owner.key = \(givenText) OR owner.key = \(row?.key))", digest: row?.digest)
    guard found.isEmpty else { return found }
    // The row no longer exists, or its key is now spelled differently, so the recorded keys are compared by value.
    try await connection.query("SAVEPOINT seed_why")
    do {
      let parts = condition(values) { index, _ in
        let text = values.count == 1 ? "owner.key" : "(owner.key::text[])[\(index + 1)]"
        return "\(text)::\(values[index].type)"
      }
      return try await entries(owned, parts, digest: row?.digest)
    } catch let error as PostgresError where error.sqlState?.classCode == "22" {
      // The columns had different types when the keys were recorded.
      try await connection.query("ROLLBACK TO SAVEPOINT seed_why")
      return []
    }
  }

  private var givenText: PostgresQuery {
    key.count == 1 ? "\(key[0])" : "(\(key)::text[])::text"
  }

  private func entries(
    _ owned: Owned, _ condition: PostgresQuery, digest live: UUID?
  ) async throws -> [RowOrigin] {
    try await connection.query(
      """
      SELECT owner.key, file.path, owner.record, owner.inserted, owner.digest, history.run_id,
        history.started_at, history.environment, history.program_version
      FROM seed_runner.owned_row AS owner
      LEFT JOIN seed_runner.source_file AS file ON file.id = owner.file_id
      LEFT JOIN seed_runner.history AS history ON history.attempt_id = owner.attempt_id
      WHERE owner.table_id = \(owned.id) AND \(condition)
      """
    ).map { row in
      let (key, file, record, inserted, digest, run, date, environment, version) = try row.decode(
        String.self, String?.self, Int32?.self, Bool.self, UUID.self, UUID?.self, Date?.self, String?.self,
        String?.self)
      return RowOrigin(
        isOfWholeTable: false, seeder: owned.seeder, table: owned.table, key: key, file: file,
        record: record.map(Int.init), isInserted: inserted, isAsWritten: live.map { $0 == digest },
        runID: run,
        writtenAt: date, environment: environment, programVersion: version)
    }
  }

  private func originOfWhole(_ owned: Owned) async throws -> [RowOrigin] {
    guard let row = try await liveRow(owned, values(of: owned.keyColumns)) else { return [] }
    return [
      RowOrigin(
        isOfWholeTable: true, seeder: owned.seeder, table: owned.table, key: row.key, file: nil, record: nil,
        isInserted: true, isAsWritten: nil, runID: nil, writtenAt: nil, environment: nil, programVersion: nil)
    ]
  }
}
