import FoundationEssentials
import Postgres

/// What the records of loads say about rows in the database.
extension GeneratedSeeder {
  /// Names the rows of a failed load that stay in the table.
  func noteKeptRows(of table: LiveTable, in part: BulkContext) async {
    let name = loadName(table)
    let kept = try? await part.pool.withConnection { connection in
      (
        rows: try await loadedRows(of: name, on: connection),
        isWithoutIndexes: try await isWithoutIndexes(on: connection)
      )
    }
    guard let kept, kept.rows > 0 else { return }
    part.note(
      "\(kept.rows) rows of \(table.name) stay\(kept.isWithoutIndexes ? ", without their indexes" : ""); "
        + "the next run continues, and 'reset \(id)' deletes them")
  }

  /// Rejects rows of another definition. No table may grow then, because the references of others depend on it.
  ///
  /// - Returns: the tables with rows that the definition no longer has, and those for which another definition planned
  ///   rows and loaded none.
  @discardableResult
  func checkDefinition(
    of tables: [GeneratedTable], on connection: PostgresConnection
  ) async throws -> (removed: [String], planned: Set<String>) {
    let rows = try await connection.query(
      """
      SELECT load.seeder, load.specification,
        count(*) FILTER (WHERE chunk.loaded_at IS NOT NULL) > 0
      FROM seed_runner.bulk_load AS load JOIN seed_runner.bulk_chunk AS chunk USING (seeder)
      WHERE starts_with(load.seeder, \("\(id)/")) GROUP BY load.seeder ORDER BY 1
      """
    ).map { try $0.decode(String.self, String.self, Bool.self) }
    var planned: Set<String> = []
    for (name, existing, hasRows) in rows {
      guard let wanted = tables.first(where: { loadName($0.live) == name }).map(specification),
        existing != wanted
      else { continue }
      guard !hasRows else {
        throw BulkLoadError.otherSpecification(id, existing: existing, wanted: wanted)
      }
      planned.insert(name)
    }
    let known = Set(definition.tables.map { "\(id)/\($0.table)" })
    let removed = rows.filter { $0.2 && !known.contains($0.0) }.map {
      String($0.0.dropFirst(id.rawValue.count + 1))
    }
    return (removed, planned)
  }

  /// Rejects rows that were deleted or replaced outside seed-runner.
  ///
  /// - Parameter isThorough: whether rows are counted and compared. Otherwise tables without any row are found.
  func checkLoaded(
    _ tables: [GeneratedTable], isThorough: Bool, on connection: PostgresConnection
  ) async throws {
    var problems: [String] = []
    for table in tables {
      let loaded = try await loadedRows(of: loadName(table.live), on: connection)
      guard loaded > 0 else { continue }
      let found = try await foundRows(of: table, isThorough: isThorough, on: connection) ?? loaded
      if found < loaded {
        problems.append("\(loaded - found) of \(loaded) generated rows of \(table.live.name) were deleted")
      } else if isThorough, try await isReplaced(table, on: connection) {
        problems.append("the generated rows of \(table.live.name) were replaced by others with the same keys")
      }
    }
    guard problems.isEmpty else { throw BulkLoadError.changedRows(id, problems) }
  }

  /// The number of rows that can be generated ones; nil if there are enough.
  private func foundRows(
    of table: GeneratedTable, isThorough: Bool, on connection: PostgresConnection
  ) async throws -> Int? {
    guard isThorough else {
      let hasRows = try await connection.queryOne(
        "SELECT EXISTS (SELECT 1 FROM \(unescaped: table.live.ownRows))"
      ).decode(Bool.self)
      return hasRows ? nil : 0
    }
    guard let key = numberedKey(of: table) else {
      return try await connection.queryOne("SELECT count(*) FROM \(unescaped: table.live.ownRows)").decode(
        Int.self)
    }
    let first = firstNumber(of: table)
    return try await connection.queryOne(
      """
      SELECT count(*) FROM \(unescaped: table.live.ownRows)
      WHERE \(try PostgresIdentifier(key)) BETWEEN \(first + 1) AND \(first + table.rowCount)
      """
    ).decode(Int.self)
  }

  private static let comparedRows = 200

  /// Whether the rows with the keys of generated ones are others, such as those of an application after a TRUNCATE.
  /// Of rows spread over all loaded ones, most then differ in most of the other columns.
  func isReplaced(_ table: GeneratedTable, on connection: PostgresConnection) async throws -> Bool {
    let key = try key(of: table)
    let others = table.columns.filter { column in
      if case .later = column.encoder { false } else { !key.contains(column.name.name) }
    }.map(\.name.name)
    // A trigger may change all values, and so may another definition.
    let recorded = try await connection.query(
      "SELECT specification FROM seed_runner.bulk_load WHERE seeder = \(loadName(table.live))"
    ).first?.decode(String.self)
    guard ownedRows == nil, !others.isEmpty, !table.live.changesInsertedRows, recorded == specification(table)
    else { return false }
    let ranges = try await BulkContext.loadedRanges(of: loadName(table.live), on: connection)
    let step = max(1, ranges.reduce(0) { $0 + $1.count } / Self.comparedRows)
    let positions = (key + others).compactMap(table.column)
    let rows = ranges.flatMap { stride(from: $0.lowerBound, to: $0.upperBound, by: step) }.map { row in
      positions.map { column -> String? in
        var value: [UInt8] = []
        return table.append(column, of: row, to: &value) ? String(decoding: value, as: UTF8.self) : nil
      }
    }
    guard !rows.isEmpty else { return false }
    func typed(_ index: Int) -> String {
      "(wanted.row->>\(index))::\(table.live[table.columns[positions[index]].name.name]?.storedType ?? "text")"
    }
    let names = positions.map { table.columns[$0].name.quoted }
    let keys = key.indices.map { "live.\(names[$0]) = \(typed($0))" }.joined(separator: " AND ")
    let equal = positions.indices.dropFirst(key.count).map {
      "(live.\(names[$0])::text IS NOT DISTINCT FROM \(typed($0))::text)::integer"
    }.joined(separator: " + ")
    let document = String(decoding: try JSONEncoder().encode(rows), as: UTF8.self)
    let (found, same) = try await connection.queryOne(
      """
      SELECT count(*), count(*) FILTER (WHERE 2 * (\(unescaped: equal)) >= \(others.count))
      FROM json_array_elements(\(document)::json) AS wanted (row)
      JOIN \(unescaped: table.live.ownRows) AS live ON \(unescaped: keys)
      """
    ).decode(Int.self, Int.self)
    return found > 0 && 2 * same < found
  }
}
