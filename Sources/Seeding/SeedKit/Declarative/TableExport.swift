import FoundationEssentials
public import Postgres

/// Why a table cannot be exported.
public struct TableExportError: FixableError, Hashable, Sendable {
  /// The problem.
  public let problem: String
  /// The fix; nil if there is none.
  public let fix: String?

  init(_ problem: String, fix: String?) {
    self.problem = problem
    self.fix = fix
  }

  /// The table does not exist.
  init(missing table: String, known: RelationKind.Known) {
    problem = "no table '\(table)' in the database '\(known.database)'"
    fix = known.nearest(to: table).map { "Did you mean '\($0)'?" }
  }
}

/// Reads the rows of tables as a declarative seeder that would create them.
public struct TableExport: Sendable {
  /// A table to read.
  public struct Request: Sendable {
    let table: TableName
    let key: [String]
    let columns: [String]

    /// Describes a table to read.
    ///
    /// - Parameters:
    ///   - table: the table, with its schema unless the search path finds it.
    ///   - key: the columns of the natural key. If empty, the table's natural key.
    ///   - columns: the columns to write in addition to the key. If empty, all except generated ones.
    public init(table: String, key: [String] = [], columns: [String] = []) {
      self.table = TableName(text: table)
      self.key = key
      self.columns = columns
    }
  }

  /// The contents of `seeder.json`.
  public let definition: String
  /// The data files.
  public let files: [(name: String, text: String)]
  /// The number of records.
  public let count: Int
  /// What to do before the export can be loaded into an empty database.
  public let notes: [String]

  /// Reads tables in one transaction, from one snapshot.
  ///
  /// Generated columns are left out, and so are generated primary keys that are not the natural key. A foreign key
  /// to such a table becomes a reference by that table's natural key. Tables come after those that they reference.
  /// Referenced tables that are not exported become dependencies on the seeders that fill them.
  ///
  /// - Parameters:
  ///   - requests: the tables.
  ///   - id: the id of the seeder.
  ///   - seeders: the seeders among which dependencies are searched.
  ///   - connection: the database.
  /// - Throws: ``TableExportError`` for a request that does not match the table; `PostgresError`.
  public static func read(
    _ requests: [Request], id: SeederID, seeders: [RegisteredSeeder] = [], on connection: PostgresConnection
  ) async throws -> TableExport {
    do {
      return try await connection.withTransaction(
        isolation: .repeatableRead, setup: [StableSettings.statement, SeedRunner.idleTimeout]
      ) { connection in
        var tables: [ExportedTable] = []
        for request in requests {
          let table = try await ExportedTable(request, on: connection)
          if !tables.contains(where: { $0.live.canonicalName == table.live.canonicalName }) {
            tables.append(table)
          }
        }
        tables = ordered(tables)
        let own = Set(tables.map(\.live.canonicalName))
        let targets = tables.flatMap(\.targets).filter { !own.contains($0.live.canonicalName) }
        let owners = try await SeedersOfTables.find(
          targets.map(\.live), among: seeders.filter { $0.id != id }, on: connection)
        var files: [(name: String, text: String)] = []
        var count = 0
        for index in tables.indices {
          let data = try await tables[index].data(on: connection)
          tables[index].fileName = fileName(of: tables[index].live, data.format, among: files.map(\.name))
          count += data.count
          files.append((tables[index].fileName, data.text))
        }
        var notes = tables.flatMap(\.notes)
        var unfilled: Set<String> = []
        for target in targets where owners[target.live.canonicalName] == nil {
          guard unfilled.insert(target.live.canonicalName).inserted else { continue }
          notes.append(
            "rows reference \(target.live.name), which no seeder fills: export it too, and add its seeder to 'dependencies'"
          )
        }
        return TableExport(
          definition: definition(tables, id: id, dependencies: Set(owners.values).sorted()), files: files,
          count: count, notes: notes)
      }
    } catch let error as PostgresTransactionError {
      throw error.cause
    }
  }

  /// Tables after those that they reference. Tables in a cycle keep their order.
  private static func ordered(_ tables: [ExportedTable]) -> [ExportedTable] {
    var remaining = tables
    var result: [ExportedTable] = []
    while !remaining.isEmpty {
      let names = Set(remaining.map(\.live.canonicalName))
      let next =
        remaining.firstIndex { table in
          table.targets.allSatisfy {
            $0.live.canonicalName == table.live.canonicalName || !names.contains($0.live.canonicalName)
          }
        } ?? 0
      result.append(remaining.remove(at: next))
    }
    return result
  }

  private static func fileName(
    of table: LiveTable, _ format: DataFormat, among taken: [String]
  ) -> String {
    let name = "\(table.name.name).\(format.rawValue)"
    return taken.contains(name) ? "\(table.canonicalName).\(format.rawValue)" : name
  }

  private static func definition(
    _ tables: [ExportedTable], id: SeederID, dependencies: [SeederID]
  ) -> String {
    DefinitionText.seeder(
      id: id, summary: "Rows of " + tables.map(\.live.name.description).joined(separator: ", "),
      dependencies: dependencies, tables: tables.map(\.definition))
  }
}

/// The text of a `seeder.json`.
enum DefinitionText {
  /// The whole text.
  ///
  /// - Parameter tables: the text of each table's object, indented by four spaces.
  static func seeder(
    id: SeederID, summary: String, dependencies: [SeederID] = [], tables: [String]
  ) -> String {
    let needed =
      dependencies.isEmpty ? "" : "\n  \"dependencies\": \(list(dependencies.map(\.rawValue))),"
    let comment =
      tables.contains { $0.contains("// check: ") }
      ? "// Review what follows each comment 'check:', then remove the comment.\n" : ""
    return """
      \(comment){
        "id": \(JSONOutput.quoted(id.rawValue)),
        "summary": \(JSONOutput.quoted(summary)),\(needed)
        "tables": [
      \(tables.joined(separator: ",\n"))
        ]
      }

      """
  }

  /// An array of strings.
  static func list(_ texts: [String]) -> String {
    "[\(texts.map(JSONOutput.quoted).joined(separator: ", "))]"
  }

  /// A string, or an array of several.
  static func oneOrMore(_ texts: [String]) -> String {
    texts.count == 1 ? JSONOutput.quoted(texts[0]) : list(texts)
  }
}
