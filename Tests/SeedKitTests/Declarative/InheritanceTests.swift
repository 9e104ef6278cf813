import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Tables with child tables")
struct InheritanceTests {
  private static let sql = """
    CREATE TABLE p (id int PRIMARY KEY, name text);
    CREATE TABLE c (extra int) INHERITS (p);
    INSERT INTO c VALUES (1, 'the user''s', 7), (2, 'another', 8);
    """
  private static let expected =
    "a table without child tables, or a partitioned table: a write could change rows of the child tables"

  private func childRows(_ folder: SeederFolder) async throws -> [String] {
    try await folder.rows("SELECT ARRAY[id::text, name, extra::text, xmin::text] FROM c ORDER BY id")
  }

  @Test(
    "are rejected before a row is written, for every policy and ownership",
    arguments: [
      #""policy": "upsert""#, #""policy": "sync""#, #""policy": "insert-missing""#, #""ownership": "table""#,
    ],
    [16, 18])
  func refused(member: String, major: Int) async throws {
    try await SeederFolder.with(
      Self.sql, tables: #"{table: "p", files: "p.csv", key: "id", \#(member)}"#,
      files: ["p.csv": "id,name\n1,x\n3,y\n"], major: major
    ) { folder in
      let before = try await childRows(folder)
      #expect(
        try await folder.faults() == [
          "seeder.json:1: field 'table': found the table p, from which c inherits; expected \(Self.expected)"
        ])
      #expect(try await childRows(folder) == before)
      #expect(try await folder.rows("SELECT ARRAY[id::text] FROM ONLY p").isEmpty)
    }
  }

  @Test("are rejected by sync if the child table was created after the rows", arguments: [16, 18])
  func sync(major: Int) async throws {
    try await SeederFolder.with(
      "CREATE TABLE p (id int PRIMARY KEY, name text)",
      tables: #"{table: "p", files: "p.csv", key: "id", policy: "sync"}"#,
      files: ["p.csv": "id,name\n1,x\n2,y\n"], major: major
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 2))
      // Rows of others, with the keys and values of the seeder's rows.
      try await folder.sql(
        "CREATE TABLE c (extra int) INHERITS (p); DELETE FROM ONLY p; INSERT INTO c VALUES (1, 'x', 7), (2, 'y', 8)"
      )
      let before = try await childRows(folder)
      try folder.write("id,name\n1,x\n", to: "p.csv")
      #expect(try await folder.faults().first?.contains("the table p, from which c inherits") == true)
      #expect(try await childRows(folder) == before)
    }
  }

  @Test(
    "keep their rows in a reset, which reports them", arguments: ["", #", "ownership": "table""#], [16, 18])
  func reset(member: String, major: Int) async throws {
    try await SeederFolder.with(
      "CREATE TABLE p (id int PRIMARY KEY, name text)",
      tables: #"{table: "p", files: "p.csv", key: "id"\#(member)}"#,
      files: ["p.csv": "id,name\n1,x\n2,y\n"], major: major
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 2))
      try await folder.sql(
        """
        CREATE TABLE c (extra int) INHERITS (p); CREATE TABLE "D" (more int) INHERITS (p);
        DELETE FROM ONLY p; INSERT INTO c VALUES (1, 'x', 7), (2, 'y', 8)
        """)
      let before = try await childRows(folder)
      let error = await #expect(throws: (any Error).self) { _ = try await folder.reset() }
      let details = error.map { FailureReport($0).details } ?? ""
      #expect(details.contains("the table p, from which \"D\", c inherit;"), "\(details)")
      #expect(try await childRows(folder) == before)
    }
  }

  @Test("are rejected by the upsert of a Swift seeder", arguments: [16, 18])
  func upsert(major: Int) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      let seeder = StubSeeder.items("items", [(1, "a", "x"), (2, "b", "y")])
      #expect(
        try await Harness.run([seeder], on: database).seeders.first?.tables.total == RowCounts(inserted: 2))
      try await database.withConnection { connection in
        try await connection.runScript(
          """
          CREATE TABLE c (extra int) INHERITS (items); INSERT INTO c SELECT * FROM ONLY items;
          DELETE FROM ONLY items; UPDATE c SET value = 'the user''s'
          """)
      }
      let before = try await Harness.xmins(of: "c", on: database)
      let failure = try await Harness.run([seeder], on: database).seeders.first?.failure
      #expect(
        failure?.details.contains("the table items, from which c inherits") == true,
        "\(failure?.details ?? "")")
      #expect(try await Harness.xmins(of: "c", on: database) == before)
    }
  }

  @Test("can be referenced: only their own rows are found, for which the key is unique", arguments: [16, 18])
  func references(major: Int) async throws {
    try await SeederFolder.with(
      """
      \(Self.sql) INSERT INTO p VALUES (10, 'another'); CREATE UNIQUE INDEX ON p (name);
      CREATE TABLE t (id int PRIMARY KEY, p_id int REFERENCES p)
      """,
      tables: """
        {table: "t", files: "t.csv", key: "id",
          columns: {p_id: {field: "p", references: {table: "p", key: "name"}}}}
        """,
      files: ["t.csv": "id,p\n1,another\n"], major: major
    ) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 1))
      #expect(try await folder.rows("SELECT ARRAY[p_id::text] FROM t") == ["10"])
    }
  }

  @Test("do not include child tables themselves and partitioned tables", arguments: [16, 18])
  func accepted(major: Int) async throws {
    try await SeederFolder.with(
      """
      CREATE TABLE p (id int, name text); CREATE TABLE c (PRIMARY KEY (id)) INHERITS (p);
      CREATE TABLE whole (id int PRIMARY KEY, name text) PARTITION BY LIST (id);
      CREATE TABLE part PARTITION OF whole DEFAULT
      """,
      tables: """
        {table: "c", files: "p.csv", key: "id", policy: "sync"}, {table: "whole", files: "p.csv", key: "id", policy: "sync"}
        """,
      files: ["p.csv": "id,name\n1,x\n2,y\n"], major: major
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 4))
      try folder.write("id,name\n1,x\n", to: "p.csv")
      #expect(try await folder.counts() == RowCounts(unchanged: 2, deleted: 2))
    }
  }
}
