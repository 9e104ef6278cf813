import Postgres

extension SeedContext {
  /// Inserts missing rows, updates rows that differ, and leaves equal rows untouched.
  ///
  /// ```swift
  /// try await context.upsert(countries, into: "countries", key: "code")
  /// ```
  ///
  /// Each property fills the column named by its coding key; nil becomes NULL. The database determines the types of
  /// columns. A value that the column would round, truncate or convert, such as 1.005 in a `numeric(10,2)`, is a
  /// fault. All faults of all rows are reported before anything is written. Columns without a property keep their values, or get their
  /// defaults in new rows. Other rows of the table stay.
  ///
  /// A seeder may upsert rows into a table several times, with the same key. The upserts may fill different columns
  /// of a row. In columns that both fill, they must agree.
  ///
  /// `Date` is written as a timestamp in UTC with a time zone, so its column must be `timestamptz`. `Data` is written
  /// as `bytea`, nested types as JSON or arrays. JSON has no NaN and no infinity, so these are faults in nested types.
  ///
  /// - Parameters:
  ///   - rows: values that encode as objects.
  ///   - table: the table, with its schema unless the search path finds it.
  ///   - key: the columns of the natural key, which need a unique index.
  ///   - touched: a column that an update sets to the time of the transaction, such as `updated_at`. None by
  ///     default.
  /// - Returns: the row counts, which are also added to the report of the run.
  /// - Throws: ``FixtureError`` with all faults, also of rows that cannot be encoded; ``DriftError``;
  ///   `PostgresError`.
  @discardableResult
  public func upsert<Row: Encodable>(
    _ rows: some Sequence<Row>, into table: String, key: String..., touch touched: String? = nil
  ) async throws -> RowCounts {
    let path = "rows of \(Row.self)"
    let file = "rows.jsonl"
    var bytes: [UInt8] = []
    let faults = FaultCollector()
    for (index, row) in rows.enumerated() {
      do {
        bytes += try RowEncoder.json(row).utf8
        bytes.append(UInt8(ascii: "\n"))
      } catch {
        faults.add(FixtureFault(encoding: error, for: table, file: path, record: index + 1))
      }
    }
    try faults.check()
    // Parsed like a `seeder.json`, so that names are checked in the same way.
    func list(_ texts: [String]) -> String { "[" + texts.map(JSONOutput.quoted).joined(separator: ",") + "]" }
    let source = """
      {"id": "\(seeder)", "summary": "\(seeder)", "tables": [{
        "table": \(JSONOutput.quoted(table)), "files": "\(file)", "key": \(list(key)), "ownership": "rows"
        \(touched.map { ", \"touch\": \(JSONOutput.quoted($0))" } ?? "")
      }]}
      """
    do {
      let definition = try DefinitionReader.read(Array(source.utf8), path: path, isUpsert: true)
      let outcome = try await DeclarativeLoader(
        definition: definition, folder: .memory(path: path, name: file, bytes: bytes),
        watch: FileWatch(expected: [:]), context: self, isUpsert: true
      ).run()
      return outcome.total
    } catch let error as FixtureError {
      throw error.withoutLines(of: path)
    }
  }
}

extension FixtureError {
  /// The same error without the lines of the generated file, which does not exist on disk.
  fileprivate func withoutLines(of path: String) -> FixtureError {
    let faults = faults.map { fault in
      fault.file != path
        ? fault
        : FixtureFault(
          fault.code, file: path, record: fault.record, field: fault.field, found: fault.found,
          expected: fault.expected)
    }
    return FixtureError(faults, total: total, isTotalKnown: isTotalKnown)
  }
}

extension FixtureFault {
  /// The fault of a row that cannot be encoded.
  fileprivate init(encoding error: any Error, for table: String, file: String, record: Int) {
    var field: String?
    var problem = "\(error)"
    if case EncodingError.invalidValue(_, let context) = error {
      if !context.codingPath.isEmpty { field = context.codingPath.map(\.stringValue).joined(separator: ".") }
      problem = context.debugDescription
    }
    self.init(
      file: file, record: record, field: field, found: "cannot encode the row for \(table): \(problem)",
      expected: "")
  }
}
