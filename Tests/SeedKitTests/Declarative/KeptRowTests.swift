import SeedKit
import Testing

@Suite("Rows that cannot be deleted")
struct KeptRowTests {
  private static let tables = #"{table: "t", files: "t.csv", key: "id", policy: "sync"}"#
  private static let function = """
    CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF OLD.id > 1 THEN RETURN NULL; END IF; RETURN OLD; END';
    """
  private static let kept = [
    (
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text)", triggers: ["no_delete"], text: "trigger 'no_delete'"
    ),
    (
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text)", triggers: ["first", "second"],
      text: "triggers 'first', 'second'"
    ),
    (
      sql: """
      CREATE TABLE t (id int PRIMARY KEY, a text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (3); CREATE TABLE t2 PARTITION OF t DEFAULT
      """, triggers: ["no_delete"], text: "trigger 'no_delete'"
    ),
  ]

  @Test("because of triggers are reported by each run and by a reset", arguments: kept, [16, 18])
  func trigger(_ example: (sql: String, triggers: [String], text: String), major: Int) async throws {
    let triggers = example.triggers.map {
      "CREATE TRIGGER \($0) BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION keep();"
    }
    try await SeederFolder.with(
      "\(example.sql); \(Self.function) \(triggers.joined())", tables: Self.tables,
      files: ["t.csv": "id,a\n1,x\n2,y\n3,z\n4,w\n"], major: major
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 4))
      try folder.write("id,a\n4,w\n", to: "t.csv")
      let changes = try await folder.changes(environment: .test)
      #expect(changes.map { "\($0.action) \($0.key)" } == ["delete 1", "keep 2", "keep 3"])
      let reason = "by the BEFORE DELETE \(example.text)"
      #expect(changes.map(\.reason) == [nil, reason, reason])
      let note =
        "t: 2 rows kept by the BEFORE DELETE \(example.text): '2', '3', although they are no longer in the files"
      let first = try await folder.noted()
      #expect(first.counts == RowCounts(unchanged: 1, deleted: 1))
      #expect(first.notes == [note])
      let second = try await folder.noted()
      #expect(second.counts == RowCounts(unchanged: 1))
      #expect(second.notes == [note], "the rows are still the seeder's")
      let reset = try await folder.reset()
      #expect(reset.tables.total == RowCounts(drifted: 3))
      #expect(reset.notes == ["t: 3 rows kept by the BEFORE DELETE \(example.text): '2', '3', '4'"])
      try await folder.sql("ALTER TABLE t DISABLE TRIGGER USER")
      #expect(try await folder.reset().tables.total == RowCounts(deleted: 3))
    }
  }

  /// Ways in which rows reference a partition through its parent.
  private static let parents = [
    (sql: "CREATE TABLE t PARTITION OF whole FOR VALUES FROM (0) TO (10)", referrer: "plain"),
    (
      sql:
        "CREATE TABLE t (id int NOT NULL, a text); ALTER TABLE whole ATTACH PARTITION t FOR VALUES FROM (0) TO (10)",
      referrer: "plain"
    ),
    (
      sql: """
      CREATE TABLE half PARTITION OF whole FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
      CREATE TABLE t PARTITION OF half FOR VALUES FROM (0) TO (5)
      """, referrer: "plain"
    ),
    (sql: "CREATE TABLE t PARTITION OF whole FOR VALUES FROM (0) TO (10)", referrer: "parted"),
  ]

  @Test(
    "because they are referenced through their partitioned table", arguments: parents, [16, 18])
  func partition(_ example: (sql: String, referrer: String), major: Int) async throws {
    try await SeederFolder.with(
      """
      CREATE TABLE whole (id int PRIMARY KEY, a text) PARTITION BY RANGE (id); \(example.sql);
      CREATE TABLE plain (n int PRIMARY KEY, t int REFERENCES whole ON DELETE CASCADE);
      CREATE TABLE parted (n int PRIMARY KEY, t int REFERENCES whole ON DELETE SET NULL) PARTITION BY RANGE (n);
      CREATE TABLE parted1 PARTITION OF parted FOR VALUES FROM (0) TO (10)
      """, tables: Self.tables, files: ["t.csv": "id,a\n1,x\n2,y\n3,z\n"], major: major
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 3))
      try await folder.sql("INSERT INTO \(example.referrer) VALUES (1, 2)")
      try folder.write("id,a\n3,z\n", to: "t.csv")
      let first = try await folder.noted()
      #expect(first.counts == RowCounts(unchanged: 1, deleted: 1))
      #expect(
        first.notes == [
          "t: 1 row kept, referenced by \(example.referrer): '2', although it is no longer in the files"
        ])
      let query = "SELECT ARRAY[n::text, t::text] FROM \(example.referrer)"
      #expect(try await folder.rows(query) == ["1│2"])
      let reset = try await folder.reset()
      #expect(reset.tables.total == RowCounts(deleted: 1, drifted: 1))
      #expect(try await folder.rows(query) == ["1│2"])
    }
  }
}
