import SeedKit
import SeedTesting
import Testing

@Suite("Foreign keys of the database")
struct ForeignKeyTests {
  struct Order: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sql: String
    let tables: String
    let files: [String: String]
    let query: String
    let expected: [String]
  }

  private static let twoTables =
    "CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE a (id int PRIMARY KEY, b_id int NOT NULL REFERENCES b)"
  private static let partitioned = """
    CREATE TABLE b (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE b0 PARTITION OF b FOR VALUES FROM (0) TO (10);
    CREATE TABLE b1 PARTITION OF b FOR VALUES FROM (10) TO (20)
    """
  private static func table(_ name: String, _ more: String = "") -> String {
    #"{table: "\#(name)", files: "\#(name).csv", key: "id"\#(more)}"#
  }

  static let orders: [Order] = [
    Order(
      testDescription: "a table named before the one it references", sql: twoTables,
      tables: "\(table("a")), \(table("b"))", files: ["a.csv": "id,b_id\n1,7\n", "b.csv": "id\n7\n"],
      query: "SELECT ARRAY[a.id::text, b.id::text] FROM a JOIN b ON b.id = b_id", expected: ["1│7"]),
    Order(
      testDescription: "a chain of three",
      sql: twoTables + "; CREATE TABLE c (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a)",
      tables: "\(table("c")), \(table("a")), \(table("b"))",
      files: ["a.csv": "id,b_id\n1,7\n", "b.csv": "id\n7\n", "c.csv": "id,a_id\n5,1\n"],
      query: "SELECT ARRAY[c.id::text, b_id::text] FROM c JOIN a ON a.id = a_id", expected: ["5│7"]),
    Order(
      testDescription: "rows of one table in any order",
      sql: "CREATE TABLE a (id int PRIMARY KEY, up int NOT NULL REFERENCES a)", tables: table("a"),
      files: ["a.csv": "id,up\n1,2\n2,3\n3,3\n"],
      query: "SELECT ARRAY[id::text, up::text] FROM a ORDER BY id",
      expected: ["1│2", "2│3", "3│3"]),
    Order(
      testDescription: "a cycle with a nullable column",
      sql: twoTables + "; ALTER TABLE b ADD head int REFERENCES a", tables: "\(table("a")), \(table("b"))",
      files: ["a.csv": "id,b_id\n1,7\n", "b.csv": "id,head\n7,1\n"],
      query: "SELECT ARRAY[b.id::text, head::text] FROM b", expected: ["7│1"]),
    Order(
      testDescription: "a cycle with a deferrable constraint",
      sql: twoTables + "; ALTER TABLE b ADD head int NOT NULL REFERENCES a DEFERRABLE",
      tables: "\(table("a")), \(table("b"))", files: ["a.csv": "id,b_id\n1,7\n", "b.csv": "id,head\n7,1\n"],
      query: "SELECT ARRAY[b.id::text, head::text] FROM b", expected: ["7│1"]),
    Order(
      testDescription: "a key with two columns",
      sql: """
        CREATE TABLE b (id int PRIMARY KEY, x int, y int, UNIQUE (x, y));
        CREATE TABLE a (id int PRIMARY KEY, x int, y int, FOREIGN KEY (y, x) REFERENCES b (y, x))
        """.replacing("UNIQUE (x, y)", with: "UNIQUE (y, x)"),
      tables: "\(table("a")), \(table("b"))",
      files: ["a.csv": "id,x,y\n1,2,3\n", "b.csv": "id,x,y\n7,2,3\n"],
      query: "SELECT ARRAY[a.id::text, b.id::text] FROM a JOIN b USING (x, y)", expected: ["1│7"]),
    Order(
      testDescription: "a key to a partitioned table",
      sql: partitioned + "; CREATE TABLE a (id int PRIMARY KEY, b_id int NOT NULL REFERENCES b)",
      tables: "\(table("a")), \(table("b"))",
      files: ["a.csv": "id,b_id\n1,7\n2,17\n", "b.csv": "id\n7\n17\n"],
      query: "SELECT ARRAY[a.id::text, b_id::text] FROM a ORDER BY 1", expected: ["1│7", "2│17"]),
    Order(
      testDescription: "a key of a partitioned table to another",
      sql: partitioned
        + "; CREATE TABLE a (id int PRIMARY KEY, b_id int REFERENCES b) PARTITION BY HASH (id); "
        + "CREATE TABLE a0 PARTITION OF a FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
      tables: "\(table("a")), \(table("b"))",
      files: ["a.csv": "id,b_id\n1,7\n2,17\n", "b.csv": "id\n7\n17\n"],
      query: "SELECT ARRAY[a.id::text, b_id::text] FROM a ORDER BY 1", expected: ["1│7", "2│17"]),
    Order(
      testDescription: "a key of a partition that is filled directly",
      sql: partitioned
        + "; CREATE TABLE p (id int PRIMARY KEY, b_id int REFERENCES b) PARTITION BY HASH (id); "
        + "CREATE TABLE a PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
      tables: "\(table("a")), \(table("b"))",
      files: ["a.csv": "id,b_id\n1,7\n2,17\n", "b.csv": "id\n7\n17\n"],
      query: "SELECT ARRAY[a.id::text, b_id::text] FROM a ORDER BY 1", expected: ["1│7", "2│17"]),
  ]

  @Test("determine the order of tables", arguments: orders, [16, 18])
  func ordered(_ example: Order, major: Int) async throws {
    try await SeederFolder.with(example.sql, tables: example.tables, files: example.files, major: major) {
      folder in
      _ = try await folder.counts()
      #expect(try await folder.rows(example.query) == example.expected)
      let before = try await folder.versions()
      #expect(try await folder.counts().written == 0)
      #expect(try await folder.versions() == before)
    }
  }

  static let dangling: [FaultCase] = [
    FaultCase(
      name: "with plain values", sql: twoTables, tables: "\(table("a")), \(table("b"))",
      files: ["a.csv": "id,b_id\n1,7\n2,8\n3,9\n", "b.csv": "id\n7\n"],
      expected: [
        "a.csv:3: record 2, field 'b_id': no row of public.b with id '8' in the database or the files (foreign key 'a_b_id_fkey')",
        "a.csv:4: record 3, field 'b_id': no row of public.b with id '9' in the database or the files (foreign key 'a_b_id_fkey')",
      ]),
    FaultCase(
      name: "in the same table", sql: "CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t)",
      files: ["t.csv": "id,up\n1,\n2,1\n3,4\n"],
      expected: [
        "t.csv:4: record 3, field 'up': no row of public.t with id '4' in the database or the files (foreign key 't_up_fkey')"
      ]),
    FaultCase(
      name: "with a deferrable constraint",
      sql:
        "CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, b_id int REFERENCES b DEFERRABLE INITIALLY DEFERRED)",
      files: ["t.csv": "id,b_id\n1,8\n"],
      expected: [
        "t.csv:2: record 1, field 'b_id': no row of public.b with id '8' in the database or the files (foreign key 't_b_id_fkey')"
      ]),
    FaultCase(
      name: "in a cycle that cannot be written",
      sql: twoTables + "; ALTER TABLE b ADD head int NOT NULL REFERENCES a",
      tables: "\(table("a")), \(table("b"))", files: ["a.csv": "id,b_id\n1,7\n", "b.csv": "id,head\n7,1\n"],
      expected: [
        "seeder.json:1: field 'tables': found a cycle of foreign keys: a → b → a; expected a nullable column or a DEFERRABLE constraint in the cycle, so that one table can be written first"
      ]),
  ]

  static let referred: [FaultCase] = [
    FaultCase(
      name: "with a referenced row",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE); CREATE TABLE c (t_id int REFERENCES t);
        INSERT INTO t VALUES (1, 'x'); INSERT INTO c VALUES (1)
        """,
      tables: #"{table: "t", files: "t.csv", key: "a"}"#, files: ["t.csv": "id,a\n5,x\n"],
      expected: [
        "t.csv:2: record 1: found a new value for a row of t that rows of c reference (foreign key "
          + "'c_t_id_fkey'); Key (id)=(1) is still referenced from table \"c\".; expected the current value; change the referencing rows first"
      ]),
    FaultCase(
      name: "in a partition",
      sql: """
        CREATE TABLE b (id int PRIMARY KEY);
        CREATE TABLE t (id int PRIMARY KEY, b_id int, FOREIGN KEY (b_id) REFERENCES b) PARTITION BY HASH (id);
        CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.b_id := 9; RETURN NEW; END';
        CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()
        """,
      files: ["t.csv": "id\n1\n"],
      expected: [
        "t.csv:2: record 1: the foreign key 't_b_id_fkey' of t references a missing row; "
          + "Key (b_id)=(9) is not present in table \"b\"."
      ]),
  ]

  @Test("are reported if they reference missing rows", arguments: dangling + referred, [16, 18])
  func refused(_ example: FaultCase, major: Int) async throws { try await example.check(major: major) }

  struct Guard: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let action: String
    var column = "NOT NULL"
    var theirs = "INSERT INTO c VALUES (1, 1)"
  }

  static let guards: [Guard] = [
    Guard(testDescription: "that would be deleted with it", action: "ON DELETE CASCADE"),
    Guard(testDescription: "whose column would be set to NULL", action: "ON DELETE SET NULL", column: ""),
    Guard(
      testDescription: "whose column would be set to its default", action: "ON DELETE SET DEFAULT",
      column: "DEFAULT 2"),
    Guard(testDescription: "that forbid it", action: "ON DELETE RESTRICT"),
    Guard(testDescription: "that forbid it at the end", action: ""),
  ]

  @Test(
    "and checks that are not enforced reject nothing",
    arguments: ["CHECK (b_id < 5)", "FOREIGN KEY (b_id) REFERENCES b"])
  func notEnforced(_ constraint: String) async throws {
    try await SeederFolder.with(
      "CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE a (id int PRIMARY KEY, b_id int, \(constraint) NOT ENFORCED)",
      tables: Self.table("a"), files: ["a.csv": "id,b_id\n1,7\n"], major: 18
    ) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 1))
    }
  }

  @Test("make sync keep a referenced row,", arguments: guards, [16, 18])
  func sync(_ example: Guard, major: Int) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, t_id int \(example.column) REFERENCES t \(example.action))",
      tables: #"{table: "t", files: "t.csv", key: "id", policy: "sync"}"#, files: ["t.csv": "id\n1\n2\n3\n"],
      major: major
    ) { folder in
      _ = try await folder.counts()
      try await folder.sql(example.theirs)
      try folder.write("id\n2\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(unchanged: 1, deleted: 1))
      #expect(try await folder.rows("SELECT ARRAY[id::text] FROM t ORDER BY id") == ["1", "2"])
      #expect(try await folder.rows("SELECT ARRAY[id::text, t_id::text] FROM c") == ["1│1"])
      try await folder.sql("DELETE FROM c")
      #expect(try await folder.counts() == RowCounts(unchanged: 1, deleted: 1))
    }
  }

  @Test("make reset keep a referenced row,", arguments: guards)
  func reset(_ example: Guard) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, t_id int \(example.column) REFERENCES t \(example.action))",
      tables: #"{table: "t", files: "t.csv", key: "id"}"#, files: ["t.csv": "id\n1\n2\n"]
    ) { folder in
      _ = try await folder.counts()
      try await folder.sql(example.theirs)
      let report = try await folder.reset()
      #expect(report.notes == ["t: 1 row kept, referenced by c: '1'"])
      #expect(try await folder.rows("SELECT ARRAY[id::text] FROM t") == ["1"])
      #expect(try await folder.rows("SELECT ARRAY[t_id::text] FROM c") == ["1"])
    }
  }

  static let circles = [
    (
      "a row that refers to itself", "CREATE TABLE t (id int PRIMARY KEY, up int NOT NULL REFERENCES t)",
      "1,1\n"
    ),
    (
      "rows that refer to each other",
      "CREATE TABLE t (id int PRIMARY KEY, up int NOT NULL REFERENCES t ON DELETE RESTRICT)",
      "1,2\n2,1\n3,1\n"
    ),
    (
      "a tree that goes by itself",
      "CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t ON DELETE CASCADE)",
      "1,\n2,1\n3,2\n"
    ),
  ]

  @Test("do not prevent a reset of rows that reference each other", arguments: circles, [16, 18])
  func circle(_ example: (name: String, sql: String, rows: String), major: Int) async throws {
    try await SeederFolder.with(
      example.sql, tables: #"{table: "t", files: "t.csv", key: "id"}"#,
      files: ["t.csv": "id,up\n\(example.rows)"],
      major: major
    ) { folder in
      let inserted = try await folder.counts().inserted
      #expect(try await folder.reset().tables.total == RowCounts(deleted: inserted))
      #expect(try await folder.rows("SELECT ARRAY[id::text] FROM t").isEmpty)
    }
  }

  @Test("do not prevent a reset of tables that reference each other")
  func tables() async throws {
    try await SeederFolder.with(
      Self.twoTables + "; ALTER TABLE b ADD head int REFERENCES a",
      tables: "\(Self.table("a")), \(Self.table("b"))",
      files: ["a.csv": "id,b_id\n1,7\n", "b.csv": "id,head\n7,1\n"]
    ) { folder in
      _ = try await folder.counts()
      #expect(try await folder.reset().tables.total == RowCounts(deleted: 2))
    }
  }

  private static let parents = """
    CREATE TABLE t (id int PRIMARY KEY);
    CREATE TABLE l (t_id int REFERENCES t ON DELETE CASCADE, label text, note text, PRIMARY KEY (t_id, label))
    """
  private static let lists = #"""
    {table: "t", files: "t.json", key: "id", policy: "sync", children: [{table: "l", field: "labels", parent: "t_id",
      key: ["t_id", "label"], columns: {label: "$value"}}]}
    """#

  @Test("delete an array's rows with their record, and count them")
  func listGoes() async throws {
    try await SeederFolder.with(
      Self.parents, tables: Self.lists,
      files: ["t.json": #"[{"id": 1, "labels": ["a", "b"]}, {"id": 2, "labels": ["c"]}]"#]
    ) { folder in
      _ = try await folder.counts()
      try folder.write(#"[{"id": 2, "labels": ["c"]}]"#, to: "t.json")
      #expect(try await folder.counts() == RowCounts(unchanged: 2, deleted: 3))
      #expect(try await folder.rows("SELECT ARRAY[t_id::text, label] FROM l") == ["2│c"])
      #expect(try await folder.counts() == RowCounts(unchanged: 2))
    }
  }

  @Test("never delete an edited row of an array")
  func listStays() async throws {
    try await SeederFolder.with(
      Self.parents, tables: Self.lists,
      files: ["t.json": #"[{"id": 1, "labels": ["a", "b"]}, {"id": 2, "labels": ["c"]}]"#]
    ) { folder in
      _ = try await folder.counts()
      try await folder.sql("UPDATE l SET label = 'mine' WHERE label = 'a'")
      try folder.write(#"[{"id": 2, "labels": ["c"]}]"#, to: "t.json")
      _ = try await folder.counts()
      #expect(
        try await folder.rows("SELECT ARRAY[t_id::text, label] FROM l ORDER BY label") == [
          "1│b", "2│c", "1│mine",
        ])
      #expect(try await folder.rows("SELECT ARRAY[id::text] FROM t ORDER BY id") == ["1", "2"])
    }
  }
}
