import Postgres

extension SeedContext {
  /// Inserts missing rows, updates rows that differ, and leaves equal rows untouched.
  ///
  /// ```swift
  /// try await context.upsert(countries, into: "countries", key: "code")
  /// ```
  ///
  /// A property fills the column named by its coding key; nil becomes NULL. The database determines the types of
  /// columns. A value that its column would change, such as 1.005 in a `numeric(10,2)`, is a fault. All faults of
  /// all rows are reported before anything is written. Columns without a property keep their values, or get their
  /// defaults in new rows. Other rows of the table stay.
  ///
  /// A seeder may upsert rows into a table several times, with the same key. The upserts may fill different columns
  /// of a row. In columns that both fill, they must agree.
  ///
  /// `Date` is written as a timestamp in UTC, `Data` as `bytea`, nested types as JSON or arrays.
  ///
  /// - Parameters:
  ///   - rows: values that encode as objects.
  ///   - table: the table, with its schema unless the search path finds it.
  ///   - key: the columns of the natural key, which need a unique index.
  ///   - touched: a column that an update sets to the time of the transaction, such as `updated_at`. None by
  ///     default.
  /// - Returns: the row counts, which are also added to the report of the run.
  /// - Throws: ``FixtureError`` with all faults; ``DriftError``; `EncodingError`; `PostgresError`.
  @discardableResult
  public func upsert<Row: Encodable>(
    _ rows: some Sequence<Row>, into table: String, key: String..., touch touched: String? = nil
  ) async throws -> RowCounts {
    let path = "rows of \(Row.self)"
    let file = "rows.jsonl"
    var bytes: [UInt8] = []
    for row in rows {
      bytes += try RowEncoder.json(row).utf8
      bytes.append(UInt8(ascii: "\n"))
    }
    // Parsed like a `seeder.json`, so that names are checked in the same way.
    func list(_ texts: [String]) -> String { "[" + texts.map(JSONOutput.quoted).joined(separator: ",") + "]" }
    let source = """
      {"id": "\(seeder)", "summary": "\(seeder)", "tables": [{
        "table": \(JSONOutput.quoted(table)), "files": "\(file)", "key": \(list(key)), "ownership": "rows"
        \(touched.map { ", \"touch\": \(JSONOutput.quoted($0))" } ?? "")
      }]}
      """
    let definition = try DefinitionReader.read(Array(source.utf8), path: path)
    let outcome = try await DeclarativeLoader(
      definition: definition, folder: .memory(path: path, name: file, bytes: bytes),
      watch: FileWatch(expected: [:]), context: self, isUpsert: true
    ).run()
    return outcome.total
  }
}
