import SeedKit
import SeedTesting
import Testing

/// A seeder whose files change once, and the expected rows.
struct ChangeCase: Sendable, CustomTestStringConvertible {
  let name: String
  let sql: String
  let tables: String
  let files: [String: String]
  /// Statements of another program between the two runs.
  var between = ""
  let changed: [String: String]
  /// Selects an array of text for each row.
  let query: String
  let expected: [String]

  var testDescription: String { name }

  func check(major: Int) async throws {
    try await SeederFolder.with(sql, tables: tables, files: files, major: major) { folder in
      _ = try await folder.counts()
      if !between.isEmpty { try await folder.sql(between) }
      for (name, text) in changed { try folder.write(text, to: name) }
      let counts = try await folder.counts()
      #expect(counts.written > 0)
      #expect(try await folder.rows(query) == expected)
      let before = try await folder.versions()
      #expect(try await folder.counts().written == 0)
      #expect(try await folder.versions() == before)
    }
  }
}

@Suite("Unique values")
struct UniqueValueTests {
  private static let places =
    "CREATE TABLE t (id int PRIMARY KEY, place int NOT NULL UNIQUE, note text DEFAULT 'd')"
  private static let list = #"{table: "t", files: "t.csv", key: "id"}"#
  private static let synced = #"{table: "t", files: "t.csv", key: "id", policy: "sync"}"#
  private static let rows = "SELECT ARRAY[id::text, place::text] FROM t ORDER BY id"

  static let exchanges: [ChangeCase] = [
    ChangeCase(
      name: "two rows swap them", sql: places, tables: list, files: ["t.csv": "id,place\n1,1\n2,2\n"],
      changed: ["t.csv": "id,place\n1,2\n2,1\n"], query: rows, expected: ["1│2", "2│1"]),
    ChangeCase(
      name: "three rows rotate them", sql: places, tables: list,
      files: ["t.csv": "id,place\n1,1\n2,2\n3,3\n"], changed: ["t.csv": "id,place\n1,2\n2,3\n3,1\n"],
      query: rows, expected: ["1│2", "2│3", "3│1"]),
    ChangeCase(
      name: "a record is inserted at the front", sql: places, tables: list,
      files: ["t.csv": "id,place\n1,1\n2,2\n3,3\n"], changed: ["t.csv": "id,place\n9,1\n1,2\n2,3\n3,4\n"],
      query: rows, expected: ["1│2", "2│3", "3│4", "9│1"]),
    ChangeCase(
      name: "columns without a field stay with their rows", sql: places, tables: list,
      files: ["t.csv": "id,place\n1,1\n2,2\n"], between: "UPDATE t SET note = 'mine' WHERE id = 1",
      changed: ["t.csv": "id,place\n1,2\n2,1\n"],
      query: "SELECT ARRAY[id::text, place::text, note] FROM t ORDER BY id",
      expected: ["1│2│mine", "2│1│d"]),
    ChangeCase(
      name: "a deferrable constraint is checked at the end",
      sql: "CREATE TABLE t (id int PRIMARY KEY, place int UNIQUE DEFERRABLE)", tables: list,
      files: ["t.csv": "id,place\n1,1\n2,2\n"], changed: ["t.csv": "id,place\n1,2\n2,1\n"], query: rows,
      expected: ["1│2", "2│1"]),
    ChangeCase(
      name: "a partial index",
      sql:
        "CREATE TABLE t (id int PRIMARY KEY, place int, open boolean); CREATE UNIQUE INDEX ON t (place) WHERE open",
      tables: list, files: ["t.csv": "id,place,open\n1,1,t\n2,1,f\n"],
      changed: ["t.csv": "id,place,open\n1,1,f\n2,1,t\n"],
      query: "SELECT ARRAY[id::text, open::text] FROM t ORDER BY id", expected: ["1│false", "2│true"]),
    ChangeCase(
      name: "an index on an expression",
      sql:
        "CREATE TABLE t (id int PRIMARY KEY, email text NOT NULL); CREATE UNIQUE INDEX ON t (lower(email))",
      tables: list, files: ["t.csv": "id,email\n1,A@x\n2,b@x\n"],
      changed: ["t.csv": "id,email\n1,B@x\n2,a@x\n"],
      query: "SELECT ARRAY[id::text, email] FROM t ORDER BY id", expected: ["1│B@x", "2│a@x"]),
    ChangeCase(
      name: "NULLS NOT DISTINCT",
      sql: "CREATE TABLE t (id int PRIMARY KEY, code text, UNIQUE NULLS NOT DISTINCT (code))", tables: list,
      files: [
        "t.json": #"[{"id": 1, "code": null}, {"id": 2, "code": "b"}]"#, "t.csv": "id,code\n1,\n2,b\n",
      ],
      changed: ["t.csv": "id,code\n1,b\n2,\n"], query: "SELECT ARRAY[id::text, code] FROM t ORDER BY id",
      expected: ["1│b", "2│∅"]),
    ChangeCase(
      name: "an exclusion constraint",
      sql: "CREATE TABLE t (id int PRIMARY KEY, during int4range, EXCLUDE USING gist (during WITH &&))",
      tables: list, files: ["t.csv": "id,during\n1,\"[1,5)\"\n2,\"[5,9)\"\n"],
      changed: ["t.csv": "id,during\n1,\"[5,9)\"\n2,\"[1,5)\"\n"],
      query: "SELECT ARRAY[id::text, during::text] FROM t ORDER BY id", expected: ["1│[5,9)", "2│[1,5)"]),
    ChangeCase(
      name: "ids with another natural key",
      sql: "CREATE TABLE t (id int PRIMARY KEY, slug text UNIQUE NOT NULL)",
      tables: #"{table: "t", files: "t.csv", key: "slug"}"#, files: ["t.csv": "id,slug\n1,a\n2,b\n"],
      changed: ["t.csv": "id,slug\n2,a\n1,b\n"], query: "SELECT ARRAY[id::text, slug] FROM t ORDER BY id",
      expected: ["1│b", "2│a"]),
    ChangeCase(
      name: "ids that are referenced",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, slug text UNIQUE NOT NULL);
        CREATE TABLE c (n int PRIMARY KEY, t_id int NOT NULL REFERENCES t)
        """,
      tables: #"{table: "t", files: "t.csv", key: "slug"}"#, files: ["t.csv": "id,slug\n1,a\n2,b\n"],
      between: "INSERT INTO c VALUES (1, 1)", changed: ["t.csv": "id,slug\n2,a\n1,b\n"],
      query: "SELECT ARRAY[c.n::text, t.slug] FROM c JOIN t ON t.id = c.t_id", expected: ["1│b"]),
    ChangeCase(
      name: "a table with a trigger",
      sql: places + """
        ; CREATE TABLE log (op text); CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO log VALUES (TG_OP); RETURN NULL; END';
        CREATE TRIGGER log AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION log()
        """,
      tables: list, files: ["t.csv": "id,place\n1,1\n2,2\n"], changed: ["t.csv": "id,place\n1,2\n2,1\n"],
      query:
        "SELECT ARRAY[id::text, place::text] FROM t UNION ALL SELECT ARRAY[op] FROM log WHERE op = 'DELETE' ORDER BY 1",
      expected: ["1│2", "2│1"]),
    ChangeCase(
      name: "rows that ON DELETE CASCADE would delete",
      sql: places + "; CREATE TABLE c (n int PRIMARY KEY, t_id int NOT NULL REFERENCES t ON DELETE CASCADE)",
      tables: list, files: ["t.csv": "id,place\n1,1\n2,2\n"], between: "INSERT INTO c VALUES (7, 1)",
      changed: ["t.csv": "id,place\n1,2\n2,1\n"],
      query: "SELECT ARRAY[t.id::text, place::text, n::text] FROM t LEFT JOIN c ON t_id = t.id ORDER BY t.id",
      expected: ["1│2│7", "2│1│∅"]),
    ChangeCase(
      name: "a new row takes the value of a row no longer in the file", sql: places, tables: synced,
      files: ["t.csv": "id,place\n1,1\n2,2\n"], changed: ["t.csv": "id,place\n3,1\n2,2\n"], query: rows,
      expected: ["2│2", "3│1"]),
    ChangeCase(
      name: "a row takes the value of one no longer in the file", sql: places, tables: synced,
      files: ["t.csv": "id,place\n1,1\n2,2\n3,3\n"], changed: ["t.csv": "id,place\n2,1\n3,2\n"], query: rows,
      expected: ["2│1", "3│2"]),
    ChangeCase(
      name: "a new row takes the value of a deleted row that is referenced until others are updated",
      sql: places + "; CREATE TABLE c (n int PRIMARY KEY, t_id int NOT NULL REFERENCES t)",
      tables: synced + #", {table: "c", files: "c.csv", key: "n"}"#,
      files: ["t.csv": "id,place\n1,1\n2,2\n", "c.csv": "n,t_id\n7,1\n"],
      changed: ["t.csv": "id,place\n3,1\n2,2\n", "c.csv": "n,t_id\n7,3\n"],
      query: "SELECT ARRAY[t.id::text, place::text, n::text] FROM t LEFT JOIN c ON t_id = t.id ORDER BY t.id",
      expected: ["2│2│∅", "3│1│7"]),
  ]

  @Test("can move between rows", arguments: exchanges, [16, 18])
  func moves(_ example: ChangeCase, major: Int) async throws { try await example.check(major: major) }

  static let orders: [(name: String, changed: String, expected: [String])] = [
    ("another order", #"["b", "a", "c"]"#, ["b│1", "a│2", "c│3"]),
    ("fewer", #"["b", "c"]"#, ["b│1", "c│2"]),
    ("one more at the front", #"["x", "a", "b", "c"]"#, ["x│1", "a│2", "b│3", "c│4"]),
  ]

  @Test("can be positions in a list", arguments: orders, [16, 18])
  func children(
    _ example: (name: String, changed: String, expected: [String]), major: Int
  ) async throws {
    func file(_ labels: String) -> String { #"[{"id": 1, "labels": \#(labels)}]"# }
    try await SeederFolder.with(
      """
      CREATE TABLE m (id int PRIMARY KEY);
      CREATE TABLE l (m_id int REFERENCES m, label text, place int, PRIMARY KEY (m_id, label), UNIQUE (m_id, place))
      """,
      tables: #"""
        {table: "m", files: "m.json", key: "id", children: [{table: "l", field: "labels", parent: "m_id",
          key: ["m_id", "label"], policy: "sync", columns: {label: "$value", place: "$position"}}]}
        """#,
      files: ["m.json": file(#"["a", "b", "c"]"#)], major: major
    ) { folder in
      _ = try await folder.counts()
      try folder.write(file(example.changed), to: "m.json")
      _ = try await folder.counts()
      #expect(
        try await folder.rows("SELECT ARRAY[label, place::text] FROM l ORDER BY place") == example.expected)
      #expect(try await folder.counts().written == 0)
    }
  }

  static let conflicts: [FaultCase] = [
    FaultCase(
      name: "with a row of others, in a partial index",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, place int, status text);
        CREATE UNIQUE INDEX one_open ON t (place) WHERE status = 'open'; INSERT INTO t VALUES (1, 7, 'open')
        """,
      files: ["t.csv": "id,place,status\n2,7,open\n"],
      expected: [
        "t.csv:2: record 1: found place = '7', which row '1' of t already has: unique index 'one_open' allows only one such row; "
          + "expected a different value, or that row under its own key in the file"
      ]),
    FaultCase(
      name: "between two records", sql: "CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE)",
      files: ["t.csv": "id,a\n1,x\n2,y\n3,x\n"],
      expected: [
        "t.csv:4: record 3: found a = 'x', also in record 1: unique constraint 't_a_key' of t allows only one such row; "
          + "expected a different value in one of the two"
      ]),
    FaultCase(
      name: "with a row whose key was edited",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE NOT NULL); INSERT INTO t VALUES (1, 'renamed')",
      tables: #"{table: "t", files: "t.csv", key: "a"}"#, files: ["t.csv": "id,a\n1,x\n"],
      expected: [
        "t.csv:2: record 1: found id = '1', which row 'renamed' of t already has: primary key 't_pkey' allows only one such row; "
          + "expected a different value, or that row under its own key in the file"
      ]),
    FaultCase(
      name: "by an exclusion constraint",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, a int4range, EXCLUDE USING gist (a WITH &&));
        INSERT INTO t VALUES (9, '[1,4)')
        """,
      files: ["t.csv": "id,a\n1,\"[3,6)\"\n"],
      expected: [
        "t.csv:2: record 1: found a = '[3,6)', which row '9' of t already has: exclusion constraint 't_a_excl' does not allow "
          + "two such rows; expected a different value, or that row under its own key in the file"
      ]),
    FaultCase(
      name: "in a deferrable constraint, checked at the end",
      sql:
        "CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO t VALUES (9, 'x')",
      files: ["t.csv": "id,a\n1,x\n"],
      expected: [
        "t.csv:2: record 1: found a = 'x', also in row '9': unique constraint 't_a_key' of t allows only one such row; "
          + "expected a different value in one of the two"
      ]),
    FaultCase(
      name: "after a trigger changed the value",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE); INSERT INTO t VALUES (9, 'x');
        CREATE FUNCTION low() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.a := lower(NEW.a); RETURN NEW; END';
        CREATE TRIGGER low BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION low()
        """,
      files: ["t.csv": "id,a\n1,X\n"],
      expected: [
        "t.csv:2: record 1: found a duplicate value for 't_a_key' of t; Key (a)=(x) already exists.; "
          + "expected a different value; row-level security may hide the existing row, or a trigger may have changed the value"
      ]),
  ]

  @Test("that conflict are reported at once, with both rows", arguments: conflicts, [16, 18])
  func refused(_ example: FaultCase, major: Int) async throws {
    try await example.check(major: major)
  }

  @Test("that conflict are never retried", arguments: conflicts)
  func notRetried(_ example: FaultCase) async throws {
    try await SeederFolder.with(example.sql, tables: example.tables, files: example.files) { folder in
      let report = try await folder.run()
      #expect(report.attempts == 1)
    }
  }
}
