import Postgres

extension GeneratedSeeder {
  /// Deletes the generated rows, children first, found by their keys. Rows of others that have these keys now stay.
  public func reset(in context: BulkContext) async throws -> SeedOutcome {
    var outcome = SeedOutcome()
    let (plan, replaced) = try await context.pool.withConnection { connection in
      // With the numbers of rows of the load, which references depend on.
      var loaded = self
      for table in definition.tables {
        let count = try await connection.query(
          "SELECT row_count FROM seed_runner.bulk_load WHERE seeder = \("\(id)/\(table.table)")")
        loaded.counts.rows[table.table.description] = try count.first?.decode(Int.self) ?? 0
      }
      let plan = try await loaded.tables(on: connection)
      for table in plan.tables {
        try await checkKeys(of: table, context.part(part(table.live)), on: connection)
      }
      var replaced: Set<String> = []
      for table in plan.tables where try await loaded.isReplaced(table, on: connection) {
        replaced.insert(loadName(table.live))
      }
      return (plan, replaced)
    }
    for (table, columns) in plan.completed where !replaced.contains(loadName(table.live)) {
      let sets = columns.map { "\(table.columns[$0].name.quoted) = NULL" }.joined(separator: ", ")
      let part = context.part(part(table.live))
      try await context.pool.withTransaction { connection in
        guard let match = try await stageLoadedKeys(of: table, part, on: connection) else { return }
        try await connection.query(
          """
          WITH staged AS (SELECT * FROM seed_generated_keys)
          UPDATE \(unescaped: table.live.ownRows) AS live SET \(unescaped: sets) FROM staged WHERE \(unescaped: match)
          """
        )
        try await context.part("\(self.part(table.live)) references").forgetLoad(on: connection)
      }
    }
    for table in plan.tables.reversed() {
      let part = context.part(part(table.live))
      let isReplaced = replaced.contains(loadName(table.live))
      if isReplaced {
        context.note("the rows of \(table.live.name) with the keys of generated ones are others, and stay")
      }
      let deleted = try await context.pool.withTransaction(setup: context.sharding.settings) { connection in
        try await part.lockLoad(on: connection)
        if rebuildsIndexes(of: table), !isReplaced {
          // Faster than the removal of each row from them, if most rows of the table are generated.
          let loaded = try await loadedRows(of: loadName(table.live), on: connection)
          try await part.dropIndexes(of: table.live.quoted, ifFewerRowsThan: 2 * loaded, on: connection)
        }
        let deleted = isReplaced ? 0 : try await delete(table, part, on: connection)
        try await part.restoreIndexes(of: table.live.quoted, on: connection)
        try await part.forgetLoad(on: connection)
        return deleted
      }
      outcome.add(.init(name: table.live.name.description, counts: RowCounts(deleted: deleted)))
    }
    return outcome
  }
}
