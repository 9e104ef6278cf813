public import Postgres

extension SeedContext {
  /// Makes a table equal to rows of a fixture: inserts those that are missing, updates those that
  /// differ, leaves equal ones untouched. Rows of the table that the fixture does not name stay.
  ///
  /// One COPY and one statement, whatever the number of rows.
  ///
  /// - Parameters:
  ///   - table: the table and its columns.
  ///   - rows: a value for each column, in their order. Sent in binary form, so a value's type must
  ///     be the column's own.
  /// - Returns: what became of the rows.
  /// - Throws: `PostgresError`.
  public func converge(
    _ table: ConvergeTable, rows: [[any PostgresEncodable & Sendable]]
  ) async throws -> SeedOutcome.Table {
    guard !rows.isEmpty else { return .init(name: table.name.name, counts: RowCounts()) }
    let stage = try await stage(columns: table.columns.map { ($0.name, $0.type) }, rows: rows)
    let (inserted, updated) = try await connection.queryOne(table.convergeQuery(from: stage))
      .decode(Int.self, Int.self)
    let unchanged = stage.rowCount - inserted - updated
    return .init(
      name: table.name.name,
      counts: RowCounts(inserted: inserted, updated: updated, unchanged: unchanged))
  }
}

extension ConvergeTable {
  /// One statement that classifies and writes.
  ///
  /// A row that exists under the natural key is written under its own id, so that `ON CONFLICT`
  /// needs the primary key only: the one unique key that a distributed table can have. `now()`
  /// stands in the insert, not in the update, because Citus takes only immutable functions there.
  /// Rows are sorted by key, so that two runs lock them in the same order.
  func convergeQuery(from stage: Stage) -> PostgresQuery {
    func list(_ columns: [Column], _ prefix: String) -> String {
      columns.map { "\(prefix)\($0.name.quoted)" }.joined(separator: ", ")
    }
    let key = list(conflictKey, "")
    let presence = list(Array(conflictKey.prefix(1)), "live.")
    let match = naturalKey.map { "live.\($0.name.quoted) = staged.\($0.name.quoted)" }
    let source = columns.map { column in
      let name = column.name.quoted
      return column.role == .id ? "coalesce(live.\(name), staged.\(name))" : "staged.\(name)"
    }
    var updates = values.map { "\($0.name.quoted) = excluded.\($0.name.quoted)" }
    if timestamps { updates.append("updated_at = excluded.updated_at") }
    updates += derived.map { "\($0.column.quoted) = \($0.expression)" }
    return PostgresQuery(
      unescaped: """
        WITH written AS (
          INSERT INTO \(name.quoted) AS live (\(list(columns, ""))\(timestamps ? ", created_at, updated_at" : ""))
          SELECT \(source.joined(separator: ", "))\(timestamps ? ", now(), now()" : "")
          FROM \(stage.name.quoted) AS staged
          LEFT JOIN \(name.quoted) AS live ON \(match.joined(separator: " AND ")) AND \(condition)
          WHERE \(presence) IS NULL OR (\(list(values, "live."))) IS DISTINCT FROM (\(list(values, "staged.")))
          ORDER BY \(list(naturalKey, "staged."))
          ON CONFLICT (\(key)) DO UPDATE SET \(updates.joined(separator: ", "))
          WHERE (\(list(values, "live."))) IS DISTINCT FROM (\(list(values, "excluded.")))
          RETURNING live.xmax = 0 AS inserted
        )
        SELECT count(*) FILTER (WHERE inserted), count(*) FILTER (WHERE NOT inserted) FROM written
        """)
  }
}
