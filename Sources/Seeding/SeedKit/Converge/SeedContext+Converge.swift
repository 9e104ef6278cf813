public import Postgres

extension SeedContext {
  /// Makes a table equal to the rows of a fixture: inserts missing rows, updates rows that differ, and leaves equal
  /// rows untouched. Rows of the table that are not in the fixture stay.
  ///
  /// It takes one COPY and a few statements, independent of the number of rows. Written rows are recorded.
  /// ``driftPolicy`` decides about rows that were edited outside seed-runner since.
  ///
  /// - Parameters:
  ///   - table: the table and its columns.
  ///   - rows: a value for each column, in order. Values are sent in binary, so their types must be those of the
  ///     columns.
  ///   - places: the place of each row's record, in the order of rows; empty if the rows do not come from files.
  /// - Returns: the row counts, which are also added to the report of the run.
  /// - Throws: `PostgresError`; ``DriftError``; ``FixtureError``, also for a table with child tables.
  @discardableResult
  public func converge(
    _ table: ConvergeTable, rows: [[any PostgresEncodable & Sendable]], places: [FixturePlace] = []
  ) async throws -> RowCounts {
    guard !rows.isEmpty else {
      count(RowCounts(), in: table.name.name)
      return RowCounts()
    }
    let stage = try await stage(
      columns: table.columns.map { ($0.name, $0.type) }, rows: rows, places: places)
    return try await converge(table, from: stage)
  }

  /// Makes a table equal to staged rows, as ``converge(_:rows:places:)`` does.
  ///
  /// - Parameters:
  ///   - table: the table and its columns.
  ///   - stage: the staged rows.
  ///   - rows: a query over the stage that returns the table's columns and `staged.seed_row`, `seed_file`,
  ///     `seed_record` and `seed_line`; trusted text. The whole stage by default.
  /// - Throws: as ``converge(_:rows:places:)``.
  @discardableResult
  public func converge(
    _ table: ConvergeTable, from stage: Stage, rows: String? = nil
  ) async throws -> RowCounts {
    guard stage.rowCount > 0 else {
      count(RowCounts(), in: table.name.name)
      return RowCounts()
    }
    var writer = RowWriter(
      context: self, name: table.name.name, canonicalName: table.name.name,
      quoted: table.name.quoted, key: table.naturalKey.map(\.name.quoted),
      stagedKey: table.naturalKey.map(\.name.quoted),
      columns: table.columns.map { column in
        .init(
          quoted: column.name.quoted, stagedName: column.name.quoted,
          isCompared: column.role == .naturalKey || column.role == .value)
      },
      tableColumns: [], condition: table.condition,
      source: rows.map { "(\($0))" } ?? stage.name.quoted,
      rowCount: stage.rowCount, files: stage.files, drift: driftPolicy, comparesImages: false,
      statements: UpsertByKey(table: table))
    // On a cluster, the comparison depends on where the table is.
    let results = try await session.pipeline(
      sharingOpening: [description(of: table.name)] + (sharding.isCluster ? [] : [writer.comparisonQuery]))
    try name(&writer, results[0])
    writer.comparison = results.dropFirst().first?.first
    let counts = try await writer.run()
    count(counts, in: table.name.name)
    return counts
  }

  /// The query for the schema and name of a table, its child tables and its columns.
  private func description(of table: PostgresIdentifier) -> PostgresQuery {
    """
    SELECT n.nspname || '.' || c.relname, \(unescaped: InheritingTables.list(of: "c")),
      ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = to_regclass(\(table.quoted))
    """
  }

  /// Fills in the table's schema and columns.
  ///
  /// - Throws: ``FixtureError`` for a table with child tables.
  private func name(_ writer: inout RowWriter, _ description: PostgresRows) throws {
    guard
      let (name, inheriting, columns) = try description.first?.decode(
        String.self, [String].self, [String].self)
    else { return }
    if let inheriting = InheritingTables(inheriting, of: writer.name) {
      throw FixtureError([
        FixtureFault(
          .unsupportedTable, file: writer.files.first ?? writer.name, field: "table", found: inheriting.found,
          expected: InheritingTables.expected)
      ])
    }
    writer.canonicalName = name
    if let table = (writer.statements as? UpsertByKey)?.table,
      let refusal = ShardingRules.refusal(
        of: writer.name, writer.placement, key: table.conflictKey.map(\.name.name))
    {
      throw FixtureError([
        FixtureFault(
          .unsupportedTable, file: writer.files.first ?? writer.name, field: "key", found: refusal.found,
          expected: refusal.expected)
      ])
    }
    writer.tableColumns = try columns.map { try PostgresIdentifier($0).quoted }
  }
}
