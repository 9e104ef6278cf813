import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Ownership of rows")
struct OwnershipTests {
  private static let list = #"{table: "t", files: "t.csv", key: "k"}"#

  static let keys: [(name: String, sql: String, first: String, second: String)] = [
    ("numeric", "CREATE TABLE t (k numeric PRIMARY KEY, a text)", "1.0", "1.00"),
    ("double precision", "CREATE TABLE t (k float8 PRIMARY KEY, a text)", "0", "-0"),
    ("interval", "CREATE TABLE t (k interval PRIMARY KEY, a text)", "1 day", "24:00:00"),
  ]

  @Test("follows a key with another spelling", arguments: keys, [16, 18])
  func keyText(_ example: (name: String, sql: String, first: String, second: String), major: Int) async throws
  {
    try await SeederFolder.with(
      example.sql, tables: #"{table: "t", files: "t.csv", key: "k", policy: "sync"}"#,
      files: ["t.csv": "k,a\n\(example.first),x\n"], major: major
    ) { folder in
      _ = try await folder.counts()
      try folder.write("k,a\n\(example.second),x\n", to: "t.csv")
      #expect(try await folder.counts().drifted == 0)
      #expect(try await folder.counts().written == 0)
      try folder.write("k,a\n\(example.first),x\n", to: "t.csv")
      #expect(try await folder.changes(environment: .test).filter(\.isDrift) == [])
      _ = try await folder.counts()
      try folder.write("k,a\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(deleted: 1))
    }
  }

  private static func inSchema(_ schema: String, _ folder: SeederFolder) throws -> PostgresConfiguration {
    var configuration = folder.database.configuration
    try configuration.setParameter("options", to: "-csearch_path=\(schema)")
    return configuration
  }

  private static func run(
    _ folder: SeederFolder, in schema: String, ifChanged: Bool = false
  ) async throws -> SeederReport {
    let seeder = try DeclarativeSeeder(directory: folder.path)
    let report = try await Harness.run(
      [seeder], on: folder.database, configuration: try inSchema(schema, folder),
      options: { $0.skipsCurrent = ifChanged })
    return try #require(report.seeders.first)
  }

  private func withTwoSchemas(_ major: Int, _ body: (SeederFolder) async throws -> Void) async throws {
    try await SeederFolder.with(
      "CREATE SCHEMA ta; CREATE SCHEMA tb; CREATE TABLE ta.t (k text PRIMARY KEY, a text); CREATE TABLE tb.t (LIKE ta.t INCLUDING ALL)",
      tables: Self.list, files: ["t.csv": "k,a\n1,x\n"], major: major, body)
  }

  @Test("in one schema does not affect another, including --if-changed", arguments: [16, 18])
  func ifChanged(major: Int) async throws {
    try await withTwoSchemas(major) { folder in
      for schema in ["ta", "tb"] {
        let report = try await Self.run(folder, in: schema, ifChanged: true)
        #expect(report.outcome == .seeded)
      }
      for schema in ["ta", "tb"] {
        let report = try await Self.run(folder, in: schema, ifChanged: true)
        #expect(report.outcome == .unchanged)
      }
    }
  }

  @Test("in one schema is not affected by a reset in another", arguments: [16, 18])
  func resetOfOneSchema(major: Int) async throws {
    try await withTwoSchemas(major) { folder in
      for schema in ["ta", "tb"] { _ = try await Self.run(folder, in: schema) }
      _ = try await folder.reset(configuration: try Self.inSchema("ta", folder))
      #expect(try await folder.rows("SELECT ARRAY[k] FROM ta.t").isEmpty)
      #expect(try await folder.rows("SELECT ARRAY[k] FROM tb.t") == ["1"])
    }
  }

  @Test("in one schema is reported by 'why' for that schema", arguments: [16, 18])
  func why(major: Int) async throws {
    try await withTwoSchemas(major) { folder in
      _ = try await Self.run(folder, in: "tb")
      func origins(_ schema: String) async throws -> [RowOrigin] {
        try await PostgresConnection.with(try Self.inSchema(schema, folder)) { connection in
          try await RowOrigin.find(table: "t", key: ["1"], on: connection)
        }
      }
      #expect(try await origins("ta").isEmpty)
      #expect(try await origins("tb").map(\.table) == ["tb.t"])
    }
  }

  struct Entries: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let tables: String
    let files: [String: String]
  }

  static let sets: [Entries] = [
    Entries(
      testDescription: "two entries",
      tables: #"""
        {table: "t", files: "a.csv", key: "k", policy: "sync"}, {table: "t", files: "b.csv", key: "k", policy: "sync"}
        """#,
      files: ["a.csv": "k,a\n1,x\n2,y\n", "b.csv": "k,a\n3,z\n4,w\n"]),
    Entries(
      testDescription: "entries that fill different columns",
      tables: #"""
        {table: "t", files: "a.csv", key: "k", policy: "sync"}, {table: "t", files: "b.csv", key: "k", policy: "sync"}
        """#,
      files: ["a.csv": "k,a\n1,x\n2,y\n", "b.csv": "k,b\n3,z\n4,w\n"]),
    Entries(
      testDescription: "two arrays",
      tables: #"""
        {table: "p", files: "p.json", key: "id", children: [
          {table: "t", field: "l", parent: "p", key: "k", policy: "sync", columns: {k: "$value"}},
          {table: "t", field: "m", parent: "p", key: "k", policy: "sync", columns: {k: "$value"}}]}
        """#,
      files: ["p.json": #"[{"id": 1, "l": ["1", "2"], "m": ["3", "4"]}]"#]),
  ]
  private static let sql =
    "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (k text PRIMARY KEY, a text, b text, p int REFERENCES p)"

  @Test("covers all entries for a table together", arguments: sets, [16, 18])
  func together(_ example: Entries, major: Int) async throws {
    try await SeederFolder.with(Self.sql, tables: example.tables, files: example.files, major: major) {
      folder in
      _ = try await folder.counts()
      #expect(try await folder.rows("SELECT ARRAY[k] FROM t ORDER BY k") == ["1", "2", "3", "4"])
      let before = try await folder.versions()
      #expect(try await folder.counts().written == 0)
      #expect(try await folder.versions() == before)
    }
  }

  @Test("ends for rows that are no longer in any entry")
  func leavesOne() async throws {
    try await SeederFolder.with(Self.sql, tables: Self.sets[0].tables, files: Self.sets[0].files) { folder in
      _ = try await folder.counts()
      try folder.write("k,a\n1,x\n", to: "a.csv")
      #expect(try await folder.counts() == RowCounts(unchanged: 3, deleted: 1))
      #expect(try await folder.rows("SELECT ARRAY[k] FROM t ORDER BY k") == ["1", "3", "4"])
    }
  }

  static let contradictions: [FaultCase] = [
    FaultCase(
      name: "two values for a row",
      sql: sql,
      tables: #"{table: "t", files: "a.csv", key: "k"}, {table: "t", files: "b.csv", key: "k"}"#,
      files: ["a.csv": "k,a\n1,x\n", "b.csv": "k,a\n1,y\n"],
      expected: [
        "b.csv:2: record 1, field 'a': found a different value for the key '1' than in a.csv:2: record 1; expected the same value, or one record for the row"
      ]),
    FaultCase(
      name: "two policies", sql: sql,
      tables:
        #"{table: "t", files: "a.csv", key: "k"}, {table: "t", files: "b.csv", key: "k", policy: "sync"}"#,
      files: ["a.csv": "k,a\n1,x\n", "b.csv": "k,a\n2,y\n"],
      expected: [
        "seeder.json:1: field 'table': found the table t with a different key, policy, onDrift or touch than in line 1; expected the same in all entries for a table"
      ]),
  ]

  @Test("is rejected for entries that contradict each other", arguments: contradictions, [16, 18])
  func contradict(_ example: FaultCase, major: Int) async throws { try await example.check(major: major) }

  @Test("works for two entries that agree on a row and complete each other")
  func agree() async throws {
    try await SeederFolder.with(
      Self.sql, tables: #"{table: "t", files: "a.csv", key: "k"}, {table: "t", files: "b.csv", key: "k"}"#,
      files: ["a.csv": "k,a\n1,x\n", "b.csv": "k,a,b\n1,x,y\n"]
    ) { folder in
      _ = try await folder.counts()
      #expect(try await folder.rows("SELECT ARRAY[k, a, b] FROM t") == ["1│x│y"])
      #expect(try await folder.counts().written == 0)
    }
  }

  @Test(
    "of a row belongs to one seeder, and a second one that disagrees fails with its name",
    arguments: [16, 18])
  func twoSeeders(major: Int) async throws {
    try await SeederFolder.with(Self.sql, tables: Self.list, files: ["t.csv": "k,a\n1,x\n"], major: major) {
      folder in
      try await TemporaryFolder.with { other in
        let definition =
          #"{"id": "other", "summary": "s", "tables": [{"table": "t", "files": "t.csv", "key": "k"}]}"#
        try other.write(definition, to: "seeder.json")
        try other.write("k,a\n1,y\n2,z\n", to: "t.csv")
        let seeders = [
          try DeclarativeSeeder(directory: folder.path), try DeclarativeSeeder(directory: other.path),
        ]
        let report = try await Harness.run(seeders, on: folder.database, options: { $0.jobs = 1 })
        #expect(report.seeders.map(\.outcome) == [.seeded, .failed])
        let fault = try #require(report.seeders.last?.failure?.faults.first?.description)
        #expect(
          fault.replacing(other.path, with: "").contains(
            "record 1, field 'a': found a different value than the seeder 'awkward' writes to row '1' of t")
        )
        try other.write("k,b\n1,y\n", to: "t.csv")
        for _ in 1...2 {
          let agreed = try await Harness.run(seeders, on: folder.database, options: { $0.jobs = 1 })
          #expect(agreed.isSuccess, "they fill different columns")
        }
        #expect(try await folder.rows("SELECT ARRAY[k, a, b] FROM t") == ["1│x│y"])
      }
    }
  }

  @Test("of a row that another seeder also writes prevents sync from deleting it", arguments: [16, 18])
  func sharedRow(major: Int) async throws {
    try await SeederFolder.with(
      Self.sql, tables: #"{table: "t", files: "t.csv", key: "k", policy: "sync"}"#,
      files: ["t.csv": "k,a\n1,x\n2,y\n"], major: major
    ) { folder in
      try await TemporaryFolder.with { other in
        try other.write(
          #"{"id": "other", "summary": "s", "tables": [{"table": "t", "files": "t.csv", "key": "k"}]}"#,
          to: "seeder.json")
        try other.write("k,b\n1,z\n", to: "t.csv")
        let seeders = [
          try DeclarativeSeeder(directory: folder.path), try DeclarativeSeeder(directory: other.path),
        ]
        _ = try await Harness.run(seeders, on: folder.database)
        try folder.write("k,a\n", to: "t.csv")
        let report = try await Harness.run(seeders, on: folder.database)
        #expect(report.seeders.first?.tables.total == RowCounts(deleted: 1))
        #expect(try await folder.rows("SELECT ARRAY[k, a, b] FROM t") == ["1│x│z"])
      }
    }
  }

  static let names = ["seed_row", "seed_file", "seed_missing", "v0", "x0", "n0", "live", "staged"]

  @Test("works for columns with the names of internal ones", arguments: names)
  func ours(_ name: String) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (k int PRIMARY KEY, \(name) text UNIQUE CHECK (\(name) <> 'no'))", tables: Self.list,
      files: ["t.csv": "k,\(name)\n1,x\n2,y\n"]
    ) { folder in
      _ = try await folder.counts()
      try folder.write("k,\(name)\n1,y\n2,x\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(updated: 2))
      #expect(try await folder.rows("SELECT ARRAY[k::text, \(name)] FROM t ORDER BY k") == ["1│y", "2│x"])
    }
  }

  @Test("of a whole table can change to single rows and back")
  func change() async throws {
    func tables(_ ownership: String) -> String {
      #"{table: "t", files: "t.csv", key: "k", ownership: "\#(ownership)"}"#
    }
    try await SeederFolder.with(Self.sql, tables: tables("table"), files: ["t.csv": "k,a\n1,x\n2,y\n"]) {
      folder in
      func owned() async throws -> [String] {
        try await folder.rows(
          "SELECT ARRAY[count(*)::text, count(whole_files)::text] FROM seed_runner.owned_table LEFT JOIN seed_runner.owned_row ON table_id = id"
        )
      }
      _ = try await folder.counts()
      #expect(try await owned() == ["1│1"], "no row by itself")
      try folder.define(tables("rows"))
      #expect(try await folder.counts().written == 0)
      #expect(try await owned() == ["2│0"])
      try folder.define(tables("table"))
      #expect(try await folder.counts().written == 0)
      #expect(try await owned() == ["1│1"])
    }
  }

  @Test(
    "of a record moves to an overlay with the same key in another spelling",
    arguments: [
      ("numeric", "1.0", "1.00"), ("int", "1", "01"),
      ("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ])
  func overlay(_ type: String, _ base: String, _ other: String) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (k \(type) PRIMARY KEY, v text)", tables: #"{table: "t", files: "t.csv", key: "k"}"#,
      files: ["t.csv": "k,v\n\(base),a\n", "t.test.csv": "k,v\n\(other),b\n"]
    ) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 1))
      #expect(try await folder.rows("SELECT ARRAY[v] FROM t") == ["b"])
    }
  }
}
