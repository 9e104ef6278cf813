public import Postgres

extension SeedContext {
  /// Makes a table equal to rows of a fixture: inserts those that are missing, updates those that
  /// differ, leaves equal ones untouched. Rows of the table that the fixture does not name stay.
  ///
  /// One COPY and a few statements, whatever the number of rows. The history remembers the rows that
  /// were written; one that somebody edited since then is treated as ``driftPolicy`` says.
  ///
  /// - Parameters:
  ///   - table: the table and its columns.
  ///   - rows: a value for each column, in their order. Sent in binary form, so a value's type must
  ///     be the column's own.
  ///   - places: where each row's record stands, in the order of the rows; empty if they come from none.
  /// - Returns: what became of the rows; the run's report has it already.
  /// - Throws: `PostgresError`; ``DriftError``; ``FixtureError``, also for a table from which others inherit.
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
  ///   - stage: rows that were staged before.
  ///   - rows: the rows as a query over the stage, with a column for each of the table's and `staged.seed_row`,
  ///     `seed_file`, `seed_record` and `seed_line`; trusted text. The stage itself by default.
  /// - Throws: as there.
  @discardableResult
  public func converge(
    _ table: ConvergeTable, from stage: Stage, rows: String? = nil
  ) async throws -> RowCounts {
    let counts = try await RowWriter(
      context: self, name: table.name.name,
      canonicalName: try await canonicalName(of: table.name, from: stage.files),
      quoted: table.name.quoted, key: table.naturalKey.map(\.name.quoted),
      stagedKey: table.naturalKey.map(\.name.quoted),
      columns: table.columns.map { column in
        .init(
          quoted: column.name.quoted, stagedName: column.name.quoted,
          isCompared: column.role == .naturalKey || column.role == .value)
      },
      condition: table.condition, source: rows.map { "(\($0))" } ?? stage.name.quoted,
      rowCount: stage.rowCount, files: stage.files, drift: driftPolicy, comparesImages: false,
      statements: UpsertByKey(table: table)
    ).run()
    count(counts, in: table.name.name)
    return counts
  }

  /// - Parameter files: where the rows come from, for the refusal of a table from which others inherit.
  private func canonicalName(of table: PostgresIdentifier, from files: [String]) async throws -> String {
    let found = try await connection.query(
      """
      SELECT n.nspname || '.' || c.relname, \(unescaped: InheritingTables.list(of: "c"))
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.oid = to_regclass(\(table.quoted))
      """)
    guard let (name, inheriting) = try found.first?.decode(String.self, [String].self) else {
      return table.name
    }
    if let inheriting = InheritingTables(inheriting, of: table.name) {
      throw FixtureError([
        FixtureFault(
          .unsupportedTable, file: files.first ?? table.name, field: "table", found: inheriting.found,
          expected: InheritingTables.expected)
      ])
    }
    return name
  }
}
