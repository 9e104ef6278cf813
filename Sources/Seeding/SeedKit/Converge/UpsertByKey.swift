import Postgres

/// For tables that may be distributed: one statement with `ON CONFLICT` on the primary key.
///
/// A row that exists under the natural key is written with its existing id, so that only the primary key is needed:
/// the one unique key that a distributed table can have. `now()` is in the INSERT, because Citus accepts only
/// immutable functions in the UPDATE. Rows are sorted by key, so that concurrent runs lock them in the same order.
struct UpsertByKey: RowStatements {
  let table: ConvergeTable

  func check(missing: Int, _ writer: RowWriter) async throws {}

  func write(_ writer: RowWriter, _ write: RowWrite) async throws -> RowCounts {
    func list(_ columns: [ConvergeTable.Column], _ prefix: String) -> String {
      columns.map { "\(prefix)\($0.name.quoted)" }.joined(separator: ", ")
    }
    var owned: PostgresQuery = ""
    if let ownership = write.ownership {
      owned = ", \(writer.ownedRows(ownership, inserted: "written.inserted"))"
    }
    let presence = "\(list(Array(table.conflictKey.prefix(1)), "live.")) IS NULL"
    let values = table.columns.map { column in
      let name = column.name.quoted
      return column.role == .id ? "coalesce(live.\(name), staged.\(name))" : "staged.\(name)"
    }
    var updates = table.values.map { "\($0.name.quoted) = excluded.\($0.name.quoted)" }
    if table.timestamps { updates.append("updated_at = excluded.updated_at") }
    updates += table.derived.map { "\($0.column.quoted) = \($0.expression)" }
    var joins = ""
    // Kept rows, whether edited or deleted, are not written.
    var conditions = [write.inserts > 0 ? presence : "false"]
    if let gone = write.gone, write.inserts > 0 {
      joins = """
        LEFT JOIN seed_runner.owned_row AS owner ON owner.table_id = \(gone) AND owner.key = \(writer.stagedKeyText)
        """
      conditions[0] += " AND owner.key IS NULL"
    }
    if let difference = write.difference {
      joins += " LEFT JOIN \(difference.stage.quoted) AS difference ON difference.seed_row = staged.seed_row"
      conditions.append(
        "difference.seed_row IS NOT NULL\(writer.drift == .keep ? " AND NOT difference.drifted" : "")")
    }
    // citus: the coordinator evaluates RETURNING of an INSERT … SELECT from a temporary table
    let row = try await writer.context.session.queryOne(
      """
      WITH written AS (
        INSERT INTO \(table.name) AS live (\(unescaped: list(table.columns, ""))\
      \(unescaped: table.timestamps ? ", created_at, updated_at" : ""))
        SELECT \(unescaped: values.joined(separator: ", "))\(unescaped: table.timestamps ? ", now(), now()" : "")
        FROM \(unescaped: writer.source) AS staged
        LEFT JOIN \(unescaped: writer.counterparts) AS live ON \(unescaped: writer.match) \(unescaped: joins)
        WHERE (\(unescaped: conditions.joined(separator: ") OR (")))
        ORDER BY \(unescaped: list(table.naturalKey, "staged."))
        ON CONFLICT (\(unescaped: list(table.conflictKey, ""))) DO UPDATE
          SET \(unescaped: updates.joined(separator: ", "))
          WHERE (\(unescaped: list(table.values, "live."))) IS DISTINCT FROM (\(unescaped: list(table.values, "excluded.")))
        RETURNING live.xmax = 0 AS inserted, \(unescaped: writer.liveKeyText) AS key,
          \(unescaped: writer.liveDigest) AS digest
      )\(owned)
      SELECT count(*) FILTER (WHERE inserted), count(*) FILTER (WHERE NOT inserted) FROM written
      """)
    let (inserted, updated) = try row.decode(Int.self, Int.self)
    guard inserted + updated == write.inserts + write.updates else {
      throw try await explainAbsence(writer)
    }
    return RowCounts(inserted: inserted, updated: updated)
  }

  /// Explains why fewer rows than expected were written. Rows that still differ were rejected. Otherwise another
  /// program wrote at the same time, and the whole seeder is retried.
  private func explainAbsence(_ writer: RowWriter) async throws -> any Error {
    let faults = try await writer.context.session.query(
      PostgresQuery(
        unescaped: """
          SELECT staged.seed_file, staged.seed_record, staged.seed_line, \(writer.stagedKeyText)
          FROM \(writer.source) AS staged LEFT JOIN \(writer.counterparts) AS live ON \(writer.match)
          WHERE \(writer.isAbsent) OR \(writer.differs) ORDER BY staged.seed_row LIMIT \(FaultCollector.limit)
          """)
    ).map { row in
      let (file, record, line, key) = try row.decode(Int32.self, Int32?.self, Int32?.self, String.self)
      return writer.fault(
        file: file, record: record, line: line,
        found:
          "row '\(key)' is not written to \(writer.name): a trigger or row-level security rejects it",
        expected: "")
    }
    guard faults.isEmpty else { return FixtureError(limited: faults) }
    return PostgresError(
      code: .serverError, message: "another session wrote to \(writer.name) at the same time",
      sqlState: .serializationFailure)
  }
}
