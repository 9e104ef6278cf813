import SeedKit
import SeedTesting
import Testing

@Suite("Triggers")
struct TriggerTests {
  private static let list = #"{table: "t", files: "t.csv", key: "id"}"#

  private static func trigger(_ body: String, _ event: String = "BEFORE INSERT OR UPDATE") -> String {
    """
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN \(body) END $f$;
    CREATE TRIGGER changer \(event) ON t FOR EACH ROW EXECUTE FUNCTION f()
    """
  }

  struct Settled: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sql: String
    let file: String
    let changed: String
    let expected: [String]
  }

  static let settled: [Settled] = [
    Settled(
      testDescription: "a value that is normalized",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text); " + trigger("NEW.a := lower(NEW.a); RETURN NEW;"),
      file: "id,a\n1,ADA\n2,bo\n", changed: "id,a\n1,ADAM\n2,bo\n", expected: ["1│adam", "2│bo"]),
    Settled(
      testDescription: "a timestamp that each write sets",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text, at timestamptz); "
        + trigger("NEW.at := clock_timestamp(); NEW.a := trim(NEW.a); RETURN NEW;"),
      file: "id,a,at\n1,x,2020-01-01 00:00+00\n", changed: "id,a,at\n1,y,2020-01-01 00:00+00\n",
      expected: ["1│y"]),
    Settled(
      testDescription: "a search vector",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text, words tsvector); "
        + trigger("NEW.words := to_tsvector('simple', NEW.a); RETURN NEW;"),
      file: "id,a,words\n1,one two,'x'\n", changed: "id,a,words\n1,one,'x'\n", expected: ["1│one"]),
    Settled(
      testDescription: "a row that an AFTER trigger changes",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text); "
        + trigger(
          "IF pg_trigger_depth() = 1 THEN UPDATE t SET a = a || '!' WHERE id = NEW.id; END IF; RETURN NULL;",
          "AFTER INSERT OR UPDATE"),
      file: "id,a\n1,x\n", changed: "id,a\n1,y\n", expected: ["1│y!"]),
    Settled(
      testDescription: "a row that a deferred trigger changes",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, a text);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF pg_trigger_depth() = 1 THEN UPDATE t SET a = a || ''!'' WHERE id = NEW.id; END IF; RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER changer AFTER INSERT OR UPDATE ON t DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION f()
        """,
      file: "id,a\n1,x\n", changed: "id,a\n1,y\n", expected: ["1│y!"]),
  ]

  @Test("that change a value do not make the second run write", arguments: settled, [16, 18])
  func settles(_ example: Settled, major: Int) async throws {
    try await SeederFolder.with(example.sql, tables: Self.list, files: ["t.csv": example.file], major: major)
    {
      folder in
      #expect(try await folder.counts().written > 0)
      #expect(try await folder.counts().written == 0)
      #expect(try await folder.changes(environment: .test) == [])
      try folder.write(example.changed, to: "t.csv")
      #expect(try await folder.counts().updated == 1)
      #expect(try await folder.rows("SELECT ARRAY[id::text, a] FROM t ORDER BY id") == example.expected)
      #expect(try await folder.counts().written == 0)
      try await folder.sql(
        "ALTER TABLE t DISABLE TRIGGER changer; UPDATE t SET a = 'mine' WHERE id = 1; ALTER TABLE t ENABLE TRIGGER changer"
      )
      #expect(try await folder.counts().updated == 1, "an edit is still seen")
    }
  }

  static let filled = [
    ("NEW.slug := lower(NEW.a);", "slug text NOT NULL"),
    ("NEW.slug := NEW.id;", "slug int NOT NULL"),
    ("NEW.slug := now();", "slug timestamptz NOT NULL CHECK (slug > '2020-01-01')"),
  ]

  @Test("may fill a NOT NULL column", arguments: filled, [16, 18])
  func fills(_ example: (body: String, column: String), major: Int) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text, \(example.column)); "
        + Self.trigger("\(example.body) RETURN NEW;"),
      tables: Self.list, files: ["t.csv": "id,a\n1,X\n"], major: major
    ) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 1))
      #expect(try await folder.counts() == RowCounts(unchanged: 1))
    }
  }

  static let refusals: [FaultCase] = [
    FaultCase(
      name: "by discarding them",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text); "
        + trigger("IF NEW.a = 'old' THEN RETURN NULL; END IF; RETURN NEW;"),
      files: ["t.csv": "id,a\n1,new\n2,old\n"],
      expected: [
        "t.csv:3: record 2: row '2' is not written to t: discarded by the BEFORE trigger 'changer'"
      ]),
    FaultCase(
      name: "by discarding updates",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'x'); "
        + trigger("RETURN NULL;", "BEFORE UPDATE"),
      files: ["t.csv": "id,a\n1,y\n"],
      expected: [
        "t.csv:2: record 1: row '1' is not written to t: discarded by the BEFORE trigger 'changer'"
      ]),
    FaultCase(
      name: "by changing the key",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE); "
        + trigger("NEW.a := lower(NEW.a); RETURN NEW;"),
      tables: #"{table: "t", files: "t.csv", key: "a"}"#, files: ["t.csv": "id,a\n1,ADA\n"],
      expected: [
        "t.csv:2: record 1, field 'a': found the key 'ADA', which a trigger of t changes when the row is written; "
          + "expected the key that the trigger produces, so that the next run finds the row"
      ]),
    FaultCase(
      name: "by raising an error",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text); "
        + trigger("IF NEW.a = 'bad' THEN RAISE EXCEPTION 'not allowed'; END IF; RETURN NEW;"),
      files: ["t.csv": "id,a\n1,good\n2,bad\n3,bad\n"],
      expected: [
        "t.csv:3: record 2: the database rejects the row (P0001): not allowed",
        "t.csv:4: record 3: the database rejects the row (P0001): not allowed",
      ]),
    FaultCase(
      name: "by raising an error at the end",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, a text);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF NEW.a = ''bad'' THEN RAISE EXCEPTION ''not allowed''; END IF; RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER judge AFTER INSERT OR UPDATE ON t DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION f()
        """,
      files: ["t.csv": "id,a\n1,good\n2,bad\n"],
      expected: [
        "seeder.json:1: field 'table': a deferred trigger of t ('judge') rejects the rows: not allowed"
      ]),
    FaultCase(
      name: "by leaving a column empty",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text, slug text NOT NULL); "
        + trigger("IF NEW.id = 1 THEN NEW.slug := 'x'; END IF; RETURN NEW;"),
      files: ["t.csv": "id,a\n1,good\n2,bad\n"],
      expected: [
        "t.csv:3: record 2, field 'slug': no value for a NOT NULL column of t"
      ]),
  ]

  @Test("that reject rows are reported with the records", arguments: refusals, [16, 18])
  func refused(_ example: FaultCase, major: Int) async throws { try await example.check(major: major) }
}
