import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("A natural key with NULL or with expressions")
struct KeyIndexTests {
  private static let sql = """
    CREATE TABLE area (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id int REFERENCES area, name text NOT NULL,
      note text, UNIQUE NULLS NOT DISTINCT (parent_id, name));
    CREATE TABLE tag (area_id int NOT NULL REFERENCES area, name text, PRIMARY KEY (area_id, name));
    CREATE TABLE place (code text, region text, note text, id serial PRIMARY KEY,
      UNIQUE NULLS NOT DISTINCT (code, region));
    CREATE TABLE pin (place_id int NOT NULL REFERENCES place, x int, PRIMARY KEY (place_id, x));
    """
  private static let places = """
    {table: "place", files: "p.json", key: ["code", "region"], children: [
      {table: "pin", field: "pins", parent: "place_id", key: ["place_id", "x"], columns: {x: "$value"}}]}
    """

  private func with(
    _ sql: String = sql, tables: String, files: [String: String], _ body: (SeederFolder) async throws -> Void
  ) async throws {
    for major in [16, 18] {
      try await SeederFolder.with(sql, tables: tables, files: files, major: major, body)
    }
  }

  private func twice(_ folder: SeederFolder) async throws -> [RowCounts] {
    let first = try await folder.counts()
    let before = try await folder.versions()
    let second = try await folder.counts()
    #expect(try await folder.versions() == before)
    return [first, second]
  }

  @Test("may be NULL if the index is NULLS NOT DISTINCT, also for the parents of children")
  func nulls() async throws {
    let json = """
      [{"code": "a", "region": null, "note": "A", "pins": [1, 2]}, {"code": "a", "region": "r", "note": "AR", "pins": [3]},
       {"code": "b", "note": "B", "pins": []}, {"code": null, "region": null, "note": "-", "pins": [4]}]
      """
    try await with(tables: Self.places, files: ["p.json": json]) { folder in
      let counts = try await twice(folder)
      #expect(counts == [RowCounts(inserted: 8), RowCounts(unchanged: 8)])
      #expect(
        try await folder.rows(
          """
          SELECT ARRAY[code, region, note, (SELECT string_agg(x::text, ',' ORDER BY x) FROM pin WHERE place_id = id)]
          FROM place ORDER BY note
          """) == ["∅│∅│-│4", "a│∅│A│1,2", "a│r│AR│3", "b│∅│B│∅"])
      try folder.edit("p.json", "\"A\"", "\"A2\"")
      let changed = try await folder.counts()
      #expect(changed == RowCounts(updated: 1, unchanged: 7))
      // An edited row with NULL in its key.
      try await folder.sql("UPDATE place SET note = 'edited' WHERE code = 'a' AND region IS NULL")
      let kept = try await folder.noted(environment: .test)
      #expect(kept.notes == ["place: 1 row edited outside seed-runner, overwritten: '{a,NULL}'"])
      let reset = try await folder.reset()
      #expect(reset.tables.total.deleted == 8)
    }
  }

  @Test("deletes a row with NULL in its key with 'sync', and merges overlays")
  func syncAndOverlay() async throws {
    let tables = #"{table: "place", files: "p.json", key: ["code", "region"], policy: "sync"}"#
    let files = [
      "p.json": #"[{"code": "a", "region": null, "note": "A"}, {"code": "b", "region": null, "note": "B"}]"#,
      "p.test.json": #"[{"code": "a", "region": null, "note": "test"}]"#,
    ]
    try await with(tables: tables, files: files) { folder in
      let counts = try await twice(folder)
      #expect(counts == [RowCounts(inserted: 2), RowCounts(unchanged: 2)])
      try folder.write(#"[{"code": "a", "region": null, "note": "A"}]"#, to: "p.json")
      let synced = try await folder.counts()
      #expect(synced == RowCounts(unchanged: 1, deleted: 1))
      #expect(try await folder.rows("SELECT ARRAY[code, note] FROM place") == ["a│test"])
    }
  }

  @Test("may contain a reference that is NULL")
  func references() async throws {
    let tables = """
      {table: "area", files: "a.csv", key: ["parent_id", "name"], ignore: ["*"], columns: {name: "name", note: "note",
        parent_id: {field: "parent", references: {table: "area", key: "note"}}}}
      """
    let sql = Self.sql.replacing("note text, UNIQUE", with: "note text UNIQUE, UNIQUE")
    try await with(
      sql, tables: tables, files: ["a.csv": "name,note,parent\nEurope,e,\nOslo,o,e\nAsia,a,\nOslo,o2,a\n"]
    ) {
      folder in
      let counts = try await twice(folder)
      #expect(counts == [RowCounts(inserted: 4), RowCounts(unchanged: 4)])
      try folder.write("name,note,parent\nX,x,y\nY,y,x\n", to: "a.csv")
      let faults = try await folder.faults()
      #expect(
        faults == [
          "seeder.json:1: field 'key': found references in the key that form a cycle or a tree of more than 64 levels; "
            + "expected records whose parents can be written first"
        ])
    }
  }

  @Test("reports duplicates with NULL, and NULL in other indexes")
  func faults() async throws {
    let csv = "code,region,note\na,,1\na,r,2\na,,3\n"
    let tables = #"{table: "place", files: "p.csv", key: ["code", "region"]}"#
    try await with(tables: tables, files: ["p.csv": csv]) { folder in
      let duplicate = try await folder.faults()
      #expect(duplicate == ["p.csv:4: record 3: duplicate key \"{a,NULL}\" (first in record 1)"])
      try await folder.sql(
        "ALTER TABLE place DROP CONSTRAINT place_code_region_key; CREATE UNIQUE INDEX ON place (code, region)"
      )
      let null = try await folder.faults()
      #expect(
        null.first
          == "p.csv:2: record 1, field 'region' is missing; expected a value, because it is part of the key",
        "\(null)")
    }
  }

  @Test("is compared by the values of the expressions")
  func expressions() async throws {
    let sql = """
      CREATE TABLE person (id serial PRIMARY KEY, email text NOT NULL, name text, gone bool NOT NULL DEFAULT false);
      CREATE UNIQUE INDEX ON person (lower(email)) WHERE NOT gone;
      CREATE TABLE visit (n int PRIMARY KEY, person_id int NOT NULL REFERENCES person);
      INSERT INTO person (email, name, gone) VALUES ('ADA@x.org', 'gone', true);
      INSERT INTO person (email, name) VALUES ('Bo@x.org', 'Bo');
      """
    let tables = """
      {table: "person", files: "p.csv", key: "email"},
      {table: "visit", files: "v.csv", key: "n", columns: {
        person_id: {field: "who", references: {table: "person", key: "email"}}}}
      """
    let files = [
      "p.csv": "email,name\nada@x.org,Ada\nbo@X.org,Bo\n", "v.csv": "n,who\n1,ADA@X.ORG\n2,bo@x.org\n",
    ]
    try await with(sql, tables: tables, files: files) { folder in
      let counts = try await twice(folder)
      #expect(counts == [RowCounts(inserted: 3, updated: 1), RowCounts(unchanged: 4)])
      #expect(
        try await folder.rows(
          "SELECT ARRAY[n::text, email, gone::text] FROM visit JOIN person ON person.id = person_id ORDER BY n"
        )
          == ["1│ada@x.org│false", "2│bo@X.org│false"])
      try folder.write("email,name\nada@x.org,Ada\nbo@X.org,Bo\nADA@x.org,A\n", to: "p.csv")
      let faults = try await folder.faults()
      #expect(faults.count == 1 && faults[0].contains("duplicate key \"ADA@x.org\""), "\(faults)")
      try folder.write("email,name\nAda@x.org,Ada\nbo@X.org,Bo\n", to: "p.csv")
      let updated = try await folder.counts()
      #expect(updated == RowCounts(updated: 1, unchanged: 3))
    }
  }

  @Test("may be NULL where an expression replaces it")
  func replacedNull() async throws {
    let sql = """
      CREATE TABLE t (id serial PRIMARY KEY, a int, b text, c text);
      CREATE UNIQUE INDEX ON t (coalesce(a, 0), (b || ''));
      """
    let tables = #"{table: "t", files: "t.csv", key: ["a", "b"], policy: "sync"}"#
    try await with(sql, tables: tables, files: ["t.csv": "a,b,c\n,x,1\n2,x,2\n"]) { folder in
      let counts = try await twice(folder)
      #expect(counts == [RowCounts(inserted: 2), RowCounts(unchanged: 2)])
      try folder.write("a,b,c\n2,x,2\n", to: "t.csv")
      let synced = try await folder.counts()
      #expect(synced == RowCounts(unchanged: 1, deleted: 1))
      try folder.write("a,b,c\n2,x,2\n1,,2\n", to: "t.csv")
      let faults = try await folder.faults()
      #expect(
        faults == [
          "t.csv:3: record 2, field 'a, b': found the key '{1,NULL}', for which the unique index of the key has a NULL; "
            + "expected a value, because it is part of the key"
        ])
    }
  }
}
