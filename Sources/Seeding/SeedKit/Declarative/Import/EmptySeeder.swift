import Postgres

/// A declarative seeder without records, for a table.
package struct EmptySeeder: Sendable {
  /// The text of `seeder.json`.
  package let definition: String
  /// The name of the CSV file.
  package let fileName: String
  /// Its first line.
  package let header: String
  /// Whether the table exists, so that the header has its columns.
  package let isFound: Bool
  /// A note that the table does not exist; nil if it does or is not known.
  package let missing: String?

  /// Looks up the table.
  ///
  /// - Throws: ``TableExportError`` for a table without a unique key, or something other than a table; `PostgresError`.
  package static func read(
    _ id: SeederID, table: String, from database: FileImport.Database
  ) async throws -> EmptySeeder {
    let name = TableName(text: table)
    switch database {
    case .unknown: return EmptySeeder(id, name, columns: nil, key: ["name"])
    case .empty:
      return EmptySeeder(
        id, name, columns: nil, key: ["name"], missing: "the table '\(name)' does not exist yet")
    case .connected(let connection, _):
      guard let live = try await LiveTable.find(name, on: connection) else {
        let error = TableExportError(
          missing: name.description, known: try await RelationKind.Known.read(on: connection))
        let text = [error.problem, error.fix].compactMap(\.self).joined(separator: ". ")
        return EmptySeeder(id, name, columns: nil, key: ["name"], missing: text)
      }
      guard let key = live.exportKey else { throw live.withoutKey }
      let columns = live.columns.map(\.name.name).filter { column in
        key.columns.contains(column) || live[column]?.isGenerated == false && !live.isSurrogate(column)
      }
      return EmptySeeder(id, name, columns: columns, key: key.columns, index: live.index(for: key))
    }
  }

  private init(
    _ id: SeederID, _ table: TableName, columns: [String]?, key: [String], index: String? = nil,
    missing: String? = nil
  ) {
    fileName = "\(id).csv"
    isFound = columns != nil
    self.missing = missing
    header = (columns ?? key).map(Self.field).joined(separator: ",")
    let indexed = index.map { "\n      \"index\": \(JSONOutput.quoted($0))," } ?? ""
    definition = """
      // A declarative seeder. Comments are allowed here. Documentation/seeder.md of seed-runner lists all keys.
      {
        "id": \(JSONOutput.quoted(id.rawValue)),
        "summary": \(JSONOutput.quoted("Rows of \(table)")),
        "environments": ["dev", "test", "ci", "ci-local"],
        "tables": [
          {
            "table": \(JSONOutput.quoted(table.description)),
            "files": \(JSONOutput.quoted(fileName)),
            // The natural key: the columns that identify a row. The table needs a unique index on them.
            "key": \(DefinitionText.oneOrMore(key)),\(indexed)
          },
        ],
      }

      """
  }

  /// A field of CSV, quoted if necessary.
  private static func field(_ name: String) -> String {
    let isPlain = !name.utf8.contains { [0x2C, 0x22, 0x0A, 0x0D].contains($0) }
    return isPlain ? name : "\"\(name.replacing("\"", with: "\"\""))\""
  }
}
