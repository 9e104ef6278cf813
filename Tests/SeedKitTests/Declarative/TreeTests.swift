import SeedKit
import SeedTesting
import Testing

@Suite("Rows that reference rows of the same table")
struct TreeTests {
  private static let tables = """
    {table: "t", files: "t.csv", key: "slug", columns: {up: {field: "up", references: {table: "t", key: "slug"}}}}
    """
  private static let table = """
    CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text UNIQUE, up int REFERENCES t, depth int)
    """
  private static let tree = "slug,up\na,b\nb,c\nc,\nd,c\n"
  private static let query = """
    SELECT ARRAY[t.slug, coalesce(o.slug, ''), coalesce(t.depth::text, '')] FROM t LEFT JOIN t AS o ON o.id = t.up ORDER BY 1
    """

  static let rules = [
    ("allowed once without a parent", "CREATE UNIQUE INDEX ON t ((true)) WHERE up IS NULL"),
    ("checked for a parent", "ALTER TABLE t ADD CHECK (slug = 'c' OR up IS NOT NULL)"),
    (
      "told apart by their parents",
      "ALTER TABLE t ADD place int DEFAULT 1; CREATE UNIQUE INDEX ON t (up, (CASE slug WHEN 'd' THEN 2 ELSE 1 END)) NULLS NOT DISTINCT"
    ),
  ]

  @Test("are written parents first, which satisfies", arguments: rules, [16, 18])
  func rule(_ example: (name: String, sql: String), major: Int) async throws {
    try await SeederFolder.with(
      "\(Self.table); \(example.sql)", tables: Self.tables, files: ["t.csv": Self.tree], major: major
    ) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 4))
      #expect(try await folder.rows(Self.query) == ["a│b│", "b│c│", "c││", "d│c│"])
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: 4))
    }
  }

  @Test("have their parents when a trigger looks them up", arguments: [16, 18])
  func trigger(major: Int) async throws {
    try await SeederFolder.with(
      """
      \(Self.table);
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN NEW.depth := coalesce((SELECT depth + 1 FROM t WHERE id = NEW.up), 0); RETURN NEW; END';
      CREATE TRIGGER f BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()
      """, tables: Self.tables, files: ["t.csv": Self.tree], major: major
    ) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 4))
      #expect(try await folder.rows(Self.query) == ["a│b│2", "b│c│1", "c││0", "d│c│1"])
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: 4))
    }
  }

  static let shapes = [
    ("a cycle beside a tree", "slug,up\na,b\nb,a\nc,c\nd,e\ne,\n", ["a│b│", "b│a│", "c│c│", "d│e│", "e││"]),
    (
      "a chain deeper than the levels that are written one by one",
      "slug,up\n" + (100..<200).map { "\($0),\($0 + 1)\n" }.joined() + "200,\n",
      (100..<200).map { "\($0)│\($0 + 1)│" } + ["200││"]
    ),
  ]

  @Test("may form", arguments: shapes)
  func shape(_ example: (name: String, file: String, expected: [String])) async throws {
    try await SeederFolder.with(Self.table, tables: Self.tables, files: ["t.csv": example.file]) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: example.expected.count))
      #expect(try await folder.rows(Self.query) == example.expected)
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: example.expected.count))
    }
  }

  @Test("are reported in one line if they were edited, and counted once", arguments: [16, 18])
  func edited(major: Int) async throws {
    try await SeederFolder.with(
      Self.table,
      tables: Self.tables.dropLast().replacing(
        "key: \"slug\",", with: "key: \"slug\", onDrift: \"keep\",", maxReplacements: 1) + "}",
      files: ["t.csv": "slug,up,depth\na,,1\nb,a,1\nc,b,1\nd,c,1\n"], major: major
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 4))
      try await folder.sql("DELETE FROM t WHERE slug IN ('c', 'd'); UPDATE t SET depth = 9 WHERE slug = 'b'")
      let kept = try await folder.noted()
      #expect(kept.counts == RowCounts(unchanged: 1, drifted: 3))
      #expect(
        kept.notes == [
          "t: 1 row edited outside seed-runner, kept: 'b'; 2 rows deleted outside seed-runner, not reinserted: 'c', 'd'"
        ])
      let changes = try await folder.changes(environment: .test)
      #expect(Set(changes.map(\.key)).count == changes.count, "\(changes)")
      try await folder.sql("UPDATE t SET depth = 1")
      try folder.define(Self.tables)
      let again = try await folder.noted()
      #expect(again.counts == RowCounts(inserted: 2, unchanged: 2))
      #expect(again.notes == ["t: 2 rows deleted outside seed-runner, reinserted: 'c', 'd'"])
      try await folder.sql("UPDATE t SET depth = 9 WHERE slug = 'a'")
      let one = try await folder.noted(environment: .test)
      #expect(one.notes == ["t: 1 row edited outside seed-runner, overwritten: 'a'"])
    }
  }
}
