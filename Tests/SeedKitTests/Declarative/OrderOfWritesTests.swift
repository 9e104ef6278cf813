import SeedKit
import SeedTesting
import Testing

/// Values that move between rows while PostgreSQL checks each row at once, with a complication.
@Suite("The order of writes")
struct OrderOfWritesTests {
  private static func list(_ key: String, _ more: String = "") -> String {
    #"{table: "t", files: "t.csv", key: \#(key)\#(more)}"#
  }
  private static let sync = #", policy: "sync""#
  /// A table whose column `up` references a row by a key.
  private static func tree(_ key: String = "slug", _ more: String = "") -> String {
    list(
      #""slug""#,
      #", columns: {up: {field: "up", references: {table: "t", key: "\#(key)"}}}\#(more)"#)
  }
  private static let numbered =
    "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text UNIQUE, up int REFERENCES t)"
  private static let given =
    "CREATE TABLE t (id int PRIMARY KEY, slug text UNIQUE NOT NULL, up int REFERENCES t)"
  private static let oneRoot = "; CREATE UNIQUE INDEX root ON t ((true)) WHERE up IS NULL"
  private static let parents =
    "SELECT ARRAY[t.slug, o.slug] FROM t LEFT JOIN t AS o ON o.id = t.up ORDER BY t.slug"
  private static let ids = "SELECT ARRAY[id::text, slug, up::text] FROM t ORDER BY id"
  private static let touched = """
    ; ALTER TABLE t ADD at timestamptz; CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.at := now(); RETURN NEW; END';
    CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()
    """

  static let trees: [ChangeCase] = [
    ChangeCase(
      name: "the only root becomes a child of a new one", sql: numbered + oneRoot, tables: tree(),
      files: ["t.csv": "slug,up\na,\nb,a\n"], changed: ["t.csv": "slug,up\na,z\nb,a\nz,\n"], query: parents,
      expected: ["a│z", "b│a", "z│∅"]),
    ChangeCase(
      name: "the only root is no longer in the file", sql: numbered + oneRoot, tables: tree("slug", sync),
      files: ["t.csv": "slug,up\na,\nb,a\n"], changed: ["t.csv": "slug,up\nb,z\nz,\n"], query: parents,
      expected: ["b│z", "z│∅"]),
    ChangeCase(
      name: "the only root is no longer in the file; ids are plain values", sql: given + oneRoot,
      tables: list(#""id""#, sync), files: ["t.csv": "id,slug,up\n1,a,\n2,b,1\n"],
      changed: ["t.csv": "id,slug,up\n2,b,3\n3,z,\n"], query: ids, expected: ["2│b│3", "3│z│∅"]),
    ChangeCase(
      name: "the only root is no longer in the file, with a trigger", sql: numbered + oneRoot + touched,
      tables: tree("slug", sync), files: ["t.csv": "slug,up\na,\nb,a\n"],
      changed: ["t.csv": "slug,up\nb,z\nz,\n"], query: parents, expected: ["b│z", "z│∅"]),
    ChangeCase(
      name: "a child is inserted before others",
      sql: numbered
        + "; ALTER TABLE t ADD place int; ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (up, place)",
      tables: tree(), files: ["t.csv": "slug,up,place\na,,1\nb,a,1\nc,a,2\n"],
      changed: ["t.csv": "slug,up,place\na,,1\nx,a,1\nb,a,2\nc,a,3\n"],
      query: "SELECT ARRAY[slug, place::text] FROM t ORDER BY slug", expected: ["a│1", "b│2", "c│3", "x│1"]),
    ChangeCase(
      name: "a level is inserted below an exclusion constraint",
      sql: numbered
        + "; ALTER TABLE t ADD during int4range; ALTER TABLE t ADD EXCLUDE USING gist (during WITH &&) WHERE (up IS NOT NULL)",
      tables: tree(), files: ["t.csv": "slug,up,during\na,,\"[1,9)\"\nb,a,\"[1,3)\"\nc,a,\"[3,5)\"\n"],
      changed: ["t.csv": "slug,up,during\na,,\"[1,9)\"\nx,a,\"[1,3)\"\nb,x,\"[3,5)\"\nc,a,\"[5,6)\"\n"],
      query:
        "SELECT ARRAY[t.slug, o.slug, t.during::text] FROM t LEFT JOIN t AS o ON o.id = t.up ORDER BY t.slug",
      expected: ["a│∅│[1,9)", "b│x│[3,5)", "c│a│[5,6)", "x│a│[1,3)"]),
    ChangeCase(
      name: "ids are swapped, and references follow their rows", sql: given, tables: tree(),
      files: ["t.csv": "id,slug,up\n1,a,\n2,b,a\n3,c,b\n"],
      changed: ["t.csv": "id,slug,up\n2,a,\n1,b,a\n3,c,b\n"], query: ids,
      expected: ["1│b│2", "2│a│∅", "3│c│1"]),
    ChangeCase(
      name: "the values by which references find their rows are swapped",
      sql: numbered + "; ALTER TABLE t ADD code text UNIQUE", tables: tree("code"),
      files: ["t.csv": "slug,code,up\na,A,\nb,B,A\nc,C,B\n"],
      changed: ["t.csv": "slug,code,up\na,B,\nb,A,B\nc,C,B\nd,D,A\n"], query: parents,
      expected: ["a│∅", "b│a", "c│a", "d│b"]),
  ]

  @Test("allows a tree to change", arguments: trees, [16, 18])
  func tree(_ example: ChangeCase, major: Int) async throws { try await example.check(major: major) }

  private static let traded = ChangeCase(
    name: "ids are reused by remaining rows", sql: given, tables: list(#""slug""#, sync),
    files: ["t.csv": "id,slug,up\n1,a,\n2,b,1\n3,c,1\n4,d,2\n"],
    changed: ["t.csv": "id,slug,up\n3,a,\n1,b,3\n"],
    query: ids, expected: ["1│b│3", "3│a│∅"])
  static let removals: [ChangeCase] = [
    traded,
    ChangeCase(
      name: "ids with ON UPDATE CASCADE are reused", sql: given, tables: tree("slug", sync),
      files: ["t.csv": "id,slug,up\n1,a,\n2,b,a\n3,c,a\n4,d,b\n5,e,d\n"],
      changed: ["t.csv": "id,slug,up\n4,a,\n1,b,a\n3,e,b\n"], query: ids,
      expected: ["1│b│4", "3│e│1", "4│a│∅"]),
    ChangeCase(
      name: "keys with two columns are reused",
      sql: """
        CREATE TABLE t (tenant int, id int, slug text, up int, PRIMARY KEY (tenant, id), UNIQUE (tenant, slug),
          FOREIGN KEY (tenant, up) REFERENCES t)
        """,
      tables: list(#"["tenant", "slug"]"#, sync),
      files: ["t.csv": "tenant,id,slug,up\n1,1,a,\n1,2,b,1\n1,3,c,2\n"],
      changed: ["t.csv": "tenant,id,slug,up\n1,3,a,\n1,1,b,3\n"], query: ids, expected: ["1│b│3", "3│a│∅"]),
    ChangeCase(
      name: "a deleted row is referenced by a deferrable constraint",
      sql: """
        CREATE TABLE u (id int PRIMARY KEY);
        CREATE TABLE t (id int PRIMARY KEY, u int REFERENCES u DEFERRABLE, lead boolean);
        CREATE UNIQUE INDEX ON t (u) WHERE lead
        """,
      tables: #"{table: "u", files: "u.csv", key: "id", policy: "sync"}, "# + list(#""id""#, sync),
      files: ["u.csv": "id\n1\n2\n", "t.csv": "id,u,lead\n1,1,t\n2,1,f\n3,2,t\n"],
      changed: ["u.csv": "id\n2\n3\n", "t.csv": "id,u,lead\n1,3,t\n2,2,t\n4,2,f\n"],
      query: "SELECT ARRAY[id::text, u::text, lead::text] FROM t ORDER BY id",
      expected: ["1│3│true", "2│2│true", "4│2│false"]),
  ]

  @Test("allows rows to be deleted while others take their values", arguments: removals, [16, 18])
  func removal(_ example: ChangeCase, major: Int) async throws { try await example.check(major: major) }

  private static let lower = """
    CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL UNIQUE);
    CREATE FUNCTION low() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.a := lower(trim(NEW.a)); RETURN NEW; END';
    CREATE TRIGGER low BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION low()
    """
  private static let texts = "SELECT ARRAY[id::text, a] FROM t ORDER BY id"
  static let triggers: [ChangeCase] = [
    ChangeCase(
      name: "two rows swap them", sql: lower, tables: list(#""id""#),
      files: ["t.csv": "id,a\n1,A\n2,B\n"],
      changed: ["t.csv": "id,a\n1,B\n2,A\n"], query: texts, expected: ["1│b", "2│a"]),
    ChangeCase(
      name: "three rows rotate them before a new one", sql: lower, tables: list(#""id""#),
      files: ["t.csv": "id,a\n1,A\n2,B\n3, c\n"], changed: ["t.csv": "id,a\n1,B\n2,C\n3,A \n4,D\n"],
      query: texts,
      expected: ["1│b", "2│c", "3│a", "4│d"]),
    ChangeCase(
      name: "rows take those of a deleted row", sql: lower, tables: list(#""id""#, sync),
      files: ["t.csv": "id,a\n1,A\n2,B\n"], changed: ["t.csv": "id,a\n2,A\n3,B\n"], query: texts,
      expected: ["2│a", "3│b"]),
    ChangeCase(
      name: "only the trigger makes records different",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, g text, a text UNIQUE);
        CREATE FUNCTION pre() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.a := NEW.g || split_part(NEW.a, chr(58), 2); RETURN NEW; END';
        CREATE TRIGGER pre BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION pre()
        """,
      tables: list(#""id""#), files: ["t.csv": "id,g,a\n1,x,k:1\n2,y,k:1\n"],
      changed: ["t.csv": "id,g,a\n1,y,k:1\n2,x,k:1\n"], query: texts, expected: ["1│y1", "2│x1"]),
  ]

  @Test("allows swapping values that a trigger generates", arguments: triggers, [16, 18])
  func trigger(_ example: ChangeCase, major: Int) async throws { try await example.check(major: major) }

  private static func partitions(_ sql: String) -> String {
    "CREATE TABLE t (id int, r text, a int, PRIMARY KEY (id, r)) PARTITION BY \(sql)"
  }
  private static func partitioned(
    _ name: String, _ sql: String, more: String = "", changed: String = "1,e,2\n2,e,1\n3,o,1\n4,o,1\n",
    expected: [String] = ["1│2", "2│1", "3│1", "4│1"]
  ) -> ChangeCase {
    ChangeCase(
      name: name, sql: partitions(sql), tables: list(#"["id", "r"]"#, more),
      files: ["t.csv": "id,r,a\n1,e,1\n2,e,2\n3,o,1\n4,o,1\n"], changed: ["t.csv": "id,r,a\n" + changed],
      query: "SELECT ARRAY[id::text, a::text] FROM t ORDER BY id", expected: expected)
  }
  private static let ofList = """
    LIST (r); CREATE TABLE t_e PARTITION OF t FOR VALUES IN ('e'); CREATE TABLE t_o PARTITION OF t DEFAULT;
    CREATE UNIQUE INDEX solo ON t_e (a)
    """
  static let indexes: [ChangeCase] = [
    partitioned("one of a list", ofList),
    partitioned(
      "one of a list that a row leaves", ofList, more: sync, changed: "2,e,1\n3,o,1\n4,o,1\n5,e,2\n",
      expected: ["2│1", "3│1", "4│1", "5│2"]),
    partitioned(
      "one by hash, and partial",
      "HASH (r); CREATE TABLE t_0 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0); CREATE UNIQUE INDEX ON t_0 (a) WHERE r = 'e'"
    ),
    partitioned(
      "a partition of one",
      """
      LIST (r); CREATE TABLE t_x PARTITION OF t FOR VALUES IN ('e', 'o') PARTITION BY LIST (r);
      CREATE TABLE t_e PARTITION OF t_x FOR VALUES IN ('e'); CREATE TABLE t_o PARTITION OF t_x FOR VALUES IN ('o');
      CREATE UNIQUE INDEX ON t_e (r, a)
      """),
  ]

  @Test("considers the unique index of a partition", arguments: indexes, [16, 18])
  func index(_ example: ChangeCase, major: Int) async throws { try await example.check(major: major) }

  /// Changes that are impossible without a deferrable constraint, with their faults.
  static let unreachable: [(example: ChangeCase, faults: [String])] = {
    func holds(_ text: String, _ row: String, _ index: String) -> String {
      "\(text), which row \(row) has until it is updated in the same run: PostgreSQL checks the \(index) row by row "
        + "(the rows cannot hold temporary values); expected a DEFERRABLE constraint, or the change split into two runs"
    }
    let ids = [
      holds("t.csv:2: record 1: found id = '3'", "'c' of t", "primary key 't_pkey'"),
      holds("t.csv:3: record 2: found id = '1'", "'a' of t (record 1)", "primary key 't_pkey'"),
    ]
    func trading(_ name: String, _ sql: String) -> ChangeCase {
      ChangeCase(
        name: name, sql: sql, tables: traded.tables, files: traded.files, changed: traded.changed,
        query: Self.ids, expected: ["1│a│∅", "2│b│1", "3│c│1", "4│d│2"])
    }
    return [
      (trading("a foreign key that deletes", "\(given.dropLast()) ON DELETE CASCADE)"), ids),
      (trading("a foreign key that empties", "\(given.dropLast()) ON DELETE SET NULL)"), ids),
      (trading("a trigger beside a foreign key", given + touched), ids),
      (
        ChangeCase(
          name: "parents that a trigger may look up", sql: numbered + oneRoot + touched, tables: tree(),
          files: ["t.csv": "slug,up\na,\nb,a\n"], changed: ["t.csv": "slug,up\na,z\nb,a\nz,\n"],
          query: parents,
          expected: ["a│∅", "b│a"]),
        [
          "t.csv:4: record 3: found (true) = 'true', which row 'a' of t already has: unique index 'root' allows only one such row; "
            + "expected a different value, or that row under its own key in the file, or the change split into two runs: rows are "
            + "inserted before others are updated, because a trigger may look up their parents"
        ]
      ),
    ]
  }()

  @Test("reports both rows if a change is not possible", arguments: unreachable, [16, 18])
  func refusal(_ pair: (example: ChangeCase, faults: [String]), major: Int) async throws {
    let example = pair.example
    try await SeederFolder.with(example.sql, tables: example.tables, files: example.files, major: major) {
      folder in
      _ = try await folder.counts()
      for (name, text) in example.changed { try folder.write(text, to: name) }
      #expect(try await folder.faults() == pair.faults)
      #expect(try await folder.rows(example.query) == example.expected)
    }
  }

  @Test("is shown by a plan, with deleted rows first and without drawing sequence numbers")
  func plan() async throws {
    try await SeederFolder.with(
      Self.numbered + Self.oneRoot, tables: Self.tree("slug", Self.sync),
      files: ["t.csv": "slug,up\na,\nb,a\n"]
    ) { folder in
      _ = try await folder.counts()
      try folder.write("slug,up\nb,z\nz,\n", to: "t.csv")
      let changes = try await folder.changes(environment: .test)
      let told = changes.map { "\($0.action) \($0.key) \($0.columns.map(\.name).joined(separator: " "))" }
      #expect(told.sorted() == ["delete a ", "insert z slug", "update b up"])
      #expect(try await folder.rows(Self.parents) == ["a│∅", "b│a"])
    }
  }

  @Test("needs two more round trips for an unchanged tree than for a flat table")
  func roundTripsOfTree() async throws {
    var counts: [Int] = []
    for tables in [Self.tree(), Self.list(#""slug""#)] {
      try await SeederFolder.with(Self.numbered, tables: tables, files: ["t.csv": "slug,up\n1,\n"]) {
        folder in
        _ = try await folder.counts()
        counts.append(try await folder.run().roundTrips)
      }
    }
    #expect(counts[0] - counts[1] == 2, "the numbers, and the comparison after them")
  }
}
