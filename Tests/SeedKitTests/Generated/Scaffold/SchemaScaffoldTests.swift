import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Definitions made from a schema")
struct SchemaScaffoldTests {
  /// `SCAFFOLD_ROWS=10000` tries large tables.
  private static let rows =
    ProcessInfo.processInfo.environment["SCAFFOLD_ROWS"].flatMap { Int($0) } ?? 120

  @Test("fill all tables, and a reset leaves them as before", arguments: ScaffoldSchema.all)
  func fill(schema: ScaffoldSchema) async throws {
    try await GeneratedFolder.with(schema.sql, tables: "") { folder in
      let scaffold = try await Self.scaffold("public", in: folder)
      if let path = ProcessInfo.processInfo.environment["SCAFFOLD_OUTPUT"] {
        try Data(scaffold.definition.utf8).write(to: URL(filePath: "\(path)/\(schema.name).json5"))
      }
      #expect(scaffold.omitted.map(\.table) == schema.omitted, "\(scaffold.omitted)")
      let definition = try DefinitionReader.read(Array(scaffold.definition.utf8), path: "seeder.json")
      let first = try await folder.counts()
      #expect(first.unchanged == 0 && first.inserted >= Self.rows)
      for table in definition.tables {
        guard case .fixed(let rows, _)? = table.generate?.rows else { continue }
        let quoted = try table.table.quoted()
        #expect(try await folder.number("SELECT count(*) FROM \(quoted)") == rows, "\(table.table)")
      }
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: first.inserted))
      let reset = try await folder.reset()
      #expect(reset.tables.total == RowCounts(deleted: first.inserted))
      for table in definition.tables {
        #expect(
          try await folder.number("SELECT count(*) FROM \(try table.table.quoted())") == 0, "\(table.table)")
      }
    }
  }

  @Test("do not depend on settings of the session")
  func settings() async throws {
    let sql = """
      CREATE TABLE log (id int PRIMARY KEY, at date NOT NULL CHECK (at BETWEEN '2025-03-02' AND '2025-04-01'));
      """
    try await GeneratedFolder.with(sql, tables: "") { folder in
      let definition = try await folder.database.withConnection { connection in
        try await connection.runScript("SET DateStyle = 'German'")
        return try await SchemaScaffold.read(
          .init(schema: "public", id: #require(SeederID(rawValue: "made")), rows: 10), seeders: [],
          on: connection
        ).definition
      }
      #expect(definition.contains(#""at": {"date": ["2025-03-02", "2025-04-01"]}"#), "\(definition)")
    }
  }

  @Test("make values depend on another column, and mark guesses among alternatives")
  func conditions() async throws {
    let sql = """
      CREATE TABLE bill (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status text NOT NULL CHECK (status IN ('new', 'sent', 'paid')),
        paid_at date, size int NOT NULL, CHECK ((status = 'paid') = (paid_at IS NOT NULL)),
        CONSTRAINT sizes CHECK (size IN (1, 2) OR size > 100));
      """
    try await GeneratedFolder.with(sql, tables: "") { folder in
      let definition = try await Self.scaffold("public", in: folder).definition
      #expect(definition.contains(#""status": {"pick": ["new", "sent", "paid"]}"#), "\(definition)")
      #expect(definition.contains(#""when": {"status": ["paid"]}"#), "\(definition)")
      #expect(
        definition.contains("// check: one of the alternatives of the constraint sizes"), "\(definition)")
      _ = try await folder.counts()
      let states = try await folder.number("SELECT count(DISTINCT status) FROM bill")
      #expect(states == 3)
    }
  }

  private static func scaffold(_ schema: String, in folder: GeneratedFolder) async throws -> SchemaScaffold {
    let id = try #require(SeederID(rawValue: "made"))
    let scaffold = try await folder.database.withConnection { connection in
      try await SchemaScaffold.read(
        .init(schema: schema, id: id, rows: rows), seeders: [], on: connection)
    }
    try Data(scaffold.definition.utf8).write(to: URL(filePath: "\(folder.folder.path)/seeder.json"))
    return scaffold
  }
}
