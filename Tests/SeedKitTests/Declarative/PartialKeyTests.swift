import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("A natural key whose unique index is partial")
struct PartialKeyTests {
  private static let sql = """
    CREATE TABLE program (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, org text NOT NULL, slug text NOT NULL,
      title text, deleted_at timestamptz);
    CREATE UNIQUE INDEX alive ON program (org, slug) WHERE deleted_at IS NULL;
    INSERT INTO program (org, slug, title, deleted_at) VALUES
      ('o', 'a', 'gone', '2020-01-01'), ('o', 'a', 'gone too', '2021-01-01'), ('o', 'x', 'gone', '2022-01-01');
    """
  private static let table = #"{table: "program", files: "t.csv", key: ["slug", "org"]}"#
  private static let files = ["t.csv": "org,slug,title\no,a,A\no,b,B\n"]
  private static let query = """
    SELECT ARRAY[slug, title, CASE WHEN deleted_at IS NULL THEN 'alive' ELSE 'deleted' END] FROM program
    ORDER BY slug, title, deleted_at IS NOT NULL
    """
  private static let deleted = ["a│gone│deleted", "a│gone too│deleted", "x│gone│deleted"]

  private func with(
    _ sql: String = sql, tables: String = table, files: [String: String] = files,
    _ body: (SeederFolder) async throws -> Void
  ) async throws {
    for major in [16, 18] {
      try await SeederFolder.with(sql, tables: tables, files: files, major: major, body)
    }
  }

  @Test("ignores the rows outside the index when it inserts, updates and compares")
  func writes() async throws {
    try await with { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 2))
      #expect(
        try await folder.rows(Self.query) == ["a│A│alive"] + Self.deleted[0...1] + [
          "b│B│alive", "x│gone│deleted",
        ])
      let before = try await folder.versions()
      #expect(try await folder.counts() == RowCounts(unchanged: 2))
      #expect(try await folder.versions() == before)
      try folder.write("org,slug,title\no,a,A2\no,b,B\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(updated: 1, unchanged: 1))
      #expect(try await folder.rows(Self.query).prefix(3) == ["a│A2│alive"] + Self.deleted[0...1])
    }
  }

  @Test("treats a row that leaves the index as deleted")
  func softDeletion() async throws {
    try await with { folder in
      _ = try await folder.counts()
      try await folder.sql("UPDATE program SET deleted_at = now() WHERE slug = 'b'")
      let kept = try await folder.noted(environment: .test)
      #expect(kept.counts == RowCounts(inserted: 1, unchanged: 1))
      #expect(kept.notes.contains { $0.contains("deleted outside seed-runner") }, "\(kept.notes)")
      #expect(try await folder.rows(Self.query).filter { $0.hasPrefix("b") } == ["b│B│alive", "b│B│deleted"])
      #expect(try await folder.counts() == RowCounts(unchanged: 2))
    }
  }

  @Test("deletes only rows in the index with 'sync'")
  func sync() async throws {
    try await with(tables: #"{table: "program", files: "t.csv", key: ["org", "slug"], policy: "sync"}"#) {
      folder in
      _ = try await folder.counts()
      // A copy with the same values that was deleted before.
      try await folder.sql("INSERT INTO program (org, slug, title, deleted_at) VALUES ('o', 'b', 'B', now())")
      try folder.write("org,slug,title\no,a,A\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(unchanged: 1, deleted: 1))
      #expect(try await folder.rows(Self.query).filter { $0.hasPrefix("b") } == ["b│B│deleted"])
    }
  }

  @Test("deletes only rows in the index on reset")
  func reset() async throws {
    try await with { folder in
      _ = try await folder.counts()
      try await folder.sql("INSERT INTO program (org, slug, title, deleted_at) VALUES ('o', 'b', 'B', now())")
      let report = try await folder.reset()
      #expect(report.tables.total.deleted == 2)
      #expect(try await folder.rows(Self.query) == Self.deleted[0...1] + ["b│B│deleted", "x│gone│deleted"])
      let origins = try await folder.database.withConnection { connection in
        try await RowOrigin.find(table: "program", key: ["b", "o"], on: connection)
      }
      #expect(origins.isEmpty)
    }
  }

  @Test("counts only rows in the index if the table is owned as a whole")
  func wholeTable() async throws {
    try await with(
      tables: #"{table: "program", files: "t.csv", key: ["org", "slug"], ownership: "table"}"#
    ) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 2))
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: 2))
      try await folder.sql("UPDATE program SET title = 'edited' WHERE slug = 'b'")
      let third = try await folder.counts()
      #expect(third == RowCounts(updated: 1, unchanged: 1))
      let report = try await folder.reset()
      #expect(report.tables.total.deleted == 2 && report.notes == [], "\(report.notes)")
      #expect(try await folder.rows(Self.query) == Self.deleted)
    }
  }

  @Test("finds the row in the index for 'why'")
  func origin() async throws {
    try await with { folder in
      _ = try await folder.counts()
      let found = try await folder.database.withConnection { connection in
        try await RowOrigin.find(table: "program", key: ["a", "o"], on: connection)
      }
      #expect(found.map(\.isAsWritten) == [true])
    }
  }

  @Test("finds the referenced rows in the index, also for children")
  func references() async throws {
    let sql =
      Self.sql + """
        CREATE TABLE lesson (n int PRIMARY KEY, program_id int NOT NULL REFERENCES program);
        CREATE TABLE tag (program_id int NOT NULL REFERENCES program, name text, PRIMARY KEY (program_id, name));
        """
    let tables = """
      {table: "lesson", files: "l.csv", key: "n", ignore: ["Org", "Slug"], columns: {program_id: {
        field: ["Org", "Slug"], references: {table: "program", key: ["org", "slug"]}}}},
      {table: "program", files: "t.json", key: ["org", "slug"], children: [
        {table: "tag", field: "tags", parent: "program_id", key: ["program_id", "name"], columns: {name: "$value"}}]}
      """.replacing("ignore: [\"Org\", \"Slug\"], ", with: "")
    let files = [
      "l.csv": "n,Org,Slug\n1,o,a\n2,o,b\n",
      "t.json": #"[{"org": "o", "slug": "a", "tags": ["x", "y"]}, {"org": "o", "slug": "b", "tags": ["z"]}]"#,
    ]
    try await with(sql, tables: tables, files: files) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 7))
      #expect(
        try await folder.rows(
          """
          SELECT ARRAY[n::text, slug, deleted_at::text, (SELECT string_agg(name, ',' ORDER BY name) FROM tag
            WHERE tag.program_id = program.id)] FROM lesson JOIN program ON program.id = program_id ORDER BY n
          """) == ["1│a│∅│x,y", "2│b│∅│z"])
      #expect(try await folder.counts() == RowCounts(unchanged: 7))
      try folder.write("n,Org,Slug\n1,o,a\n2,o,x\n", to: "l.csv")
      let faults = try await folder.faults()
      #expect(
        faults == [
          "l.csv:3: record 2, field 'Org, Slug': no row of program with org, slug 'o, x' in the database or the files"
        ])
    }
  }

  @Test("rejects records that the index does not cover")
  func outside() async throws {
    try await with(files: ["t.csv": "org,slug,deleted_at\no,a,\no,b,2024-01-01\no,c,2024-01-01\n"]) {
      folder in
      let fault =
        "for which the condition of the key's unique index does not hold: (deleted_at IS NULL); expected values for which "
        + "it holds, because the index identifies only these rows"
      let faults = try await folder.faults()
      #expect(
        faults == [
          "t.csv:3: record 2: found row '{b,o}' of program, \(fault)",
          "t.csv:4: record 3: found row '{c,o}' of program, \(fault)",
        ])
      #expect(try await folder.rows(Self.query).count == 3)
    }
  }

  @Test("takes defaults, generated columns and triggers into account")
  func unfilled() async throws {
    let tables = #"{table: "t", files: "t.csv", key: "slug"}"#
    let files = ["t.csv": "slug,note\na,A\n"]
    func sql(_ column: String) -> String {
      "CREATE TABLE t (id serial, slug text, note text, live \(column)); CREATE UNIQUE INDEX i ON t (slug) WHERE live;"
    }
    try await with(sql("bool DEFAULT true"), tables: tables, files: files) { folder in
      let counts = [try await folder.counts(), try await folder.counts()]
      #expect(counts == [RowCounts(inserted: 1), RowCounts(unchanged: 1)])
    }
    try await with(sql("bool GENERATED ALWAYS AS (note <> '') STORED"), tables: tables, files: files) {
      folder in
      #expect(try await folder.counts() == RowCounts(inserted: 1))
      try folder.write("slug,note\na,A\nb,\"\"\n", to: "t.csv")
      let faults = try await folder.faults()
      #expect(
        faults.count == 1 && faults[0].hasPrefix("t.csv:3: record 2: found row 'b' of t, for which"),
        "\(faults)")
    }
    let trigger = """
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.live := NEW.note <> ''''; RETURN NEW; END';
      CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
      """
    try await with(sql("bool") + trigger, tables: tables, files: files) { folder in
      let counts = [try await folder.counts(), try await folder.counts()]
      #expect(counts == [RowCounts(inserted: 1), RowCounts(unchanged: 1)])
    }
    try await with(sql("bool DEFAULT false"), tables: tables, files: files) { folder in
      let faults = try await folder.faults()
      #expect(
        faults.count == 1 && faults[0].hasPrefix("t.csv:2: record 1: found row 'a' of t, for which"),
        "\(faults)")
      try await folder.sql("INSERT INTO t (slug, live) VALUES ('a', true)")
      #expect(try await folder.counts() == RowCounts(updated: 1))
    }
  }

  @Test("exchanges unique values among the rows in the index only")
  func exchange() async throws {
    let sql = """
      CREATE TABLE t (id serial PRIMARY KEY, slug text, place int, gone bool NOT NULL DEFAULT false);
      CREATE UNIQUE INDEX ON t (slug) WHERE NOT gone; CREATE UNIQUE INDEX ON t (place) WHERE NOT gone;
      INSERT INTO t (slug, place, gone) VALUES ('a', 1, true), ('b', 2, true);
      """
    try await with(
      sql, tables: #"{table: "t", files: "t.csv", key: "slug"}"#, files: ["t.csv": "slug,place\na,1\nb,2\n"]
    ) {
      folder in
      _ = try await folder.counts()
      try folder.write("slug,place\na,2\nb,1\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(updated: 2))
      #expect(
        try await folder.rows("SELECT ARRAY[slug, place::text, gone::text] FROM t ORDER BY gone, slug")
          == ["a│2│false", "b│1│false", "a│1│true", "b│2│true"])
    }
  }

  @Test("needs the name of the index if several have the columns")
  func severalIndexes() async throws {
    let sql = """
      CREATE TABLE t (id serial PRIMARY KEY, name text, state text);
      CREATE UNIQUE INDEX draft ON t (name) WHERE state = 'draft'; CREATE UNIQUE INDEX live ON t (name) WHERE state = 'live';
      INSERT INTO t (name, state) VALUES ('a', 'draft');
      """
    let files = ["t.csv": "name,state\na,live\n"]
    try await with(sql, tables: #"{table: "t", files: "t.csv", key: "name"}"#, files: files) { folder in
      #expect(
        try await folder.faults() == [
          "seeder.json:1: field 'key': found the key (name), but t has several unique indexes on it, each with a condition or "
            + #"expressions; expected "index": "draft" for (name) WHERE (state = 'draft'::text) or "index": "live" for (name) WHERE (state = 'live'::text)"#
        ])
      try folder.define(#"{table: "t", files: "t.csv", key: "name", index: "liv"}"#)
      #expect(
        try await folder.faults() == [
          "seeder.json:1: field 'index': found the key (name), but t has no unique index 'liv' on it; expected one of 'draft', 'live'"
        ])
      try folder.define(#"{table: "t", files: "t.csv", key: "name", index: "live"}"#)
      #expect(try await folder.counts() == RowCounts(inserted: 1))
      #expect(try await folder.counts() == RowCounts(unchanged: 1))
    }
  }

  @Test("does not mistake the names of columns in the condition for others")
  func names() async throws {
    // The names of columns in staging tables and in the tables of seed-runner.
    let sql = """
      CREATE TABLE t (key text, seed_row int, v0 text, digest text DEFAULT 'd', inserted bool DEFAULT true, drifted int);
      CREATE UNIQUE INDEX ON t (key, v0) WHERE seed_row > 3 AND digest = 'd' AND inserted AND drifted IS NULL;
      INSERT INTO t (key, v0, seed_row) VALUES ('a', 'x', 1), ('a', 'x', 1);
      """
    try await with(
      sql, tables: #"{table: "t", files: "t.csv", key: ["key", "v0"]}"#,
      files: ["t.csv": "key,v0,seed_row\na,x,4\n"]
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 1))
      try folder.write("key,v0,seed_row\na,x,5\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(updated: 1))
      #expect(try await folder.counts() == RowCounts(unchanged: 1))
    }
  }
}
