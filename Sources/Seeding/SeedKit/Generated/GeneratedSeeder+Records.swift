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
}
