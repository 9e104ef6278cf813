import Glibc
import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("A column with an SQL expression")
struct SQLValueTests {
  /// `salted` returns another value at each call, as `crypt` with a new salt does.
  private static let sql = """
    CREATE TABLE account (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name text, secret text NOT NULL,
      handle varchar(5) DEFAULT 'none', place point);
    CREATE FUNCTION salted(text) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT gen_random_uuid()::text || ':' || md5($1) $$;
    """
  private static let columns = #"secret: {sql: "salted($1)", with: ["password"]}"#

  private func with(
    _ columns: String, more: String = "", _ files: [String: String],
    _ body: (SeederFolder) async throws -> Void
  ) async throws {
    let data = try #require(files.keys.first { $0.hasPrefix("a.") })
    try await SeederFolder.with(
      Self.sql,
      tables: "{table: \"account\", files: \"\(data)\", key: \"email\"\(more),\ncolumns: {\(columns)}}",
      files: files, body)
  }

  private func secrets(_ folder: SeederFolder) async throws -> [String] {
    try await folder.rows("SELECT ARRAY[secret] FROM account ORDER BY email")
  }

  private static let csv = "email,name,password\na@x,Ada,one\nb@x,Bea,two\n"

  @Test("is computed once, and again only for records whose inputs change", arguments: ["a.csv", "a.json"])
  func once(_ file: String) async throws {
    let json =
      #"[{"email": "a@x", "name": "Ada", "password": "one"}, {"email": "b@x", "name": "Bea", "password": "two"}]"#
    try await with(Self.columns, [file: file == "a.csv" ? Self.csv : json]) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 2))
      let hashes = try await secrets(folder)
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: 2))
      try folder.edit(file, "Bea", "Beatrix")
      let renamed = try await folder.counts()
      #expect(renamed == RowCounts(updated: 1, unchanged: 1))
      let kept = try await secrets(folder)
      #expect(kept == hashes)
      try folder.edit(file, "two", "three")
      let changed = try await folder.counts()
      #expect(changed == RowCounts(updated: 1, unchanged: 1))
      let after = try await secrets(folder)
      #expect(after[0] == hashes[0] && after[1] != hashes[1], "\(hashes) \(after)")
      let last = try await folder.counts()
      #expect(last == RowCounts(unchanged: 2))
    }
  }

  @Test("is computed again if the expression changes")
  func expression() async throws {
    try await with(Self.columns, ["a.csv": Self.csv]) { folder in
      _ = try await folder.counts()
      try folder.edit("seeder.json", "salted($1)", "salted($1 || 'pepper')")
      let counts = try await folder.counts()
      #expect(counts == RowCounts(updated: 2))
    }
  }

  @Test("is restored after an edit, or kept, as the drift policy says")
  func drift() async throws {
    try await with(Self.columns, ["a.csv": Self.csv]) { folder in
      _ = try await folder.counts()
      try await folder.sql("UPDATE account SET secret = 'edited' WHERE email = 'a@x'")
      let counts = try await folder.counts()
      #expect(counts == RowCounts(updated: 1, unchanged: 1))
      #expect(try await secrets(folder)[0] != "edited")
      try folder.edit("seeder.json", "key: \"email\"", "key: \"email\", onDrift: \"keep\"")
      try await folder.sql("UPDATE account SET secret = 'edited' WHERE email = 'a@x'")
      let kept = try await folder.counts()
      #expect(kept == RowCounts(unchanged: 1, drifted: 1))
      #expect(try await secrets(folder)[0] == "edited")
    }
  }

  @Test("does not write an existing row that has the value already")
  func equal() async throws {
    let columns = #"secret: {sql: "upper($1)", with: ["password"]}"#
    try await with(columns, ["a.csv": Self.csv]) { folder in
      try await folder.sql("INSERT INTO account (email, name, secret) VALUES ('a@x', 'Ada', 'ONE')")
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 1, unchanged: 1))
    }
  }

  @Test("is not computed for existing rows with insert-missing")
  func insertMissing() async throws {
    try await with(Self.columns, more: ", policy: \"insert-missing\"", ["a.csv": Self.csv]) { folder in
      try await folder.sql("INSERT INTO account (email, secret) VALUES ('a@x', 'own')")
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 1, unchanged: 1))
      #expect(try await secrets(folder)[0] == "own")
    }
  }

  @Test("takes numbers, several fields, none, and NULL")
  func inputs() async throws {
    let columns = #"""
      secret: {sql: "coalesce($1, 'none') || $2", with: ["password", "n"]}, handle: {sql: "'h' || 1"},
      place: {sql: "point($1::float8, $2::float8)", with: ["geo.lon", "n"]}
      """#
    let json =
      #"[{"email": "a@x", "password": null, "n": 1.50, "geo": {"lon": 7}}, {"email": "b@x", "password": "p", "n": 2}]"#
    try await with(columns, ["a.json": json]) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 2))
      let rows = try await folder.rows(
        "SELECT ARRAY[secret, handle, place::text] FROM account ORDER BY email")
      // A record without an input has no value.
      #expect(rows == ["none1.50│h1│(7,1.5)", "p2│h1│∅"])
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: 2))
    }
  }

  @Test("reports an expression that the server rejects, and inputs that the expression rejects")
  func faults() async throws {
    try await with(#"secret: {sql: "unknown_function($1)", with: ["password"]}"#, ["a.csv": Self.csv]) {
      folder in
      #expect(
        try await folder.faults() == [
          "seeder.json:2: field 'secret': found an SQL expression that the server rejects (function unknown_function(text) does "
            + "not exist); expected an expression of $1 to $1"
        ])
      try folder.edit("seeder.json", "unknown_function($1)", "($1::int)::text")
      #expect(
        try await folder.faults() == [
          #"a.csv:2: record 1, field 'secret': found the inputs ["one"]; expected values that the SQL expression accepts (invalid input syntax for type integer: "one")"#,
          #"a.csv:3: record 2, field 'secret': found the inputs ["two"]; expected values that the SQL expression accepts (invalid input syntax for type integer: "two")"#,
        ])
      let rows = try await folder.rows("SELECT ARRAY[count(*)::text] FROM account")
      #expect(rows == ["0"])
    }
  }

  @Test("takes a secret from a variable, which neither plans nor the history show")
  func secret() async throws {
    let (name, value) = ("SEED_TEST_SECRET_OF_AN_EXPRESSION", "geheim-0815")
    setenv(name, value, 1)
    try await with(
      "secret: {sql: \"'<' || $1 || '>'\", with: [{env: \"\(name)\"}]}", ["a.csv": "email\na@x\n"]
    ) {
      folder in
      let planned = try await folder.changes(environment: .test)
      #expect(planned[0].columns.first { $0.name == "secret" }?.new == "(secret)")
      _ = try await folder.counts()
      #expect(try await secrets(folder) == ["<\(value)>"])
      let history = try await folder.rows(
        "SELECT ARRAY[o::text] FROM seed_runner.owned_row AS o UNION ALL SELECT ARRAY[h::text] FROM seed_runner.history AS h"
      )
      #expect(!history.isEmpty && !history.contains { $0.contains(value) }, "\(history)")
      try folder.edit("seeder.json", "'<' || $1 || '>'", "($1::int)::text")
      let faults = try await folder.faults()
      #expect(
        faults == [
          "a.csv:2: record 1, field 'secret': found values that the SQL expression rejects; expected other values"
        ])
      setenv(name, "other", 1)
    }
  }

  @Test("cannot fill the key, nor come together with a field")
  func contradictions() async throws {
    try await with(#"email: {sql: "$1", with: ["password"], field: "x"}"#, ["a.csv": Self.csv]) { folder in
      let faults = try await folder.faults()
      #expect(
        faults == [
          "seeder.json:2: field 'sql': found 'sql' and 'field'; expected one of them; 'with' names the fields",
          "seeder.json:1: field 'key': found the column 'email', which an SQL expression fills; expected columns that fields fill",
        ])
    }
  }

  @Test("fills a table that children refer to")
  func children() async throws {
    let sql = """
      CREATE TABLE p (code text PRIMARY KEY, token text NOT NULL);
      CREATE TABLE c (code text REFERENCES p, name text, label text, PRIMARY KEY (code, name));
      """
    let table = #"""
      {table: "p", files: "p.json", key: "code", columns: {token: {sql: "gen_random_uuid()::text"}}, children: [
        {table: "c", field: "names", parent: "code", key: ["code", "name"], policy: "sync",
         columns: {name: "$value", label: {sql: "upper($1)", with: ["$value"]}}}]}
      """#
    try await SeederFolder.with(
      sql, tables: table, files: ["p.json": #"[{"code": "a", "names": ["x", "y"]}]"#]
    ) {
      folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 3))
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: 3))
      #expect(try await folder.rows("SELECT ARRAY[name, label] FROM c ORDER BY name") == ["x│X", "y│Y"])
    }
  }

  @Test(
    "does not store a result that the column would shorten or round",
    arguments: [
      ("varchar(5)", "'abcdefghij'", "abcdefghij"), ("numeric(6,2)", "1.239", "1.239"),
      ("timestamp(0)", "'2026-01-01 12:00:00.777'", "2026-01-01 12:00:00.777"),
      ("date", "'2026-01-01 12:00'", "2026-01-01 12:00:00"),
      ("varchar(3)[]", "'{abcdefghij}'", "{abcdefghij}"),
    ])
  func shortened(_ type: String, _ expression: String, _ shown: String) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, v \(type))",
      tables: "{table: \"t\", files: \"t.csv\", key: \"id\", columns: {v: {sql: \"\(expression)\"}}}",
      files: ["t.csv": "id\n1\n"]
    ) { folder in
      let faults = try await folder.faults()
      #expect(
        faults.count == 1 && faults[0].hasPrefix("t.csv:2: record 1, field 'v': found the result '\(shown)'"),
        "\(faults)")
    }
  }

  @Test("is stored with the precision of the column, and then unchanged")
  func precision() async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, n numeric(6,2), d date, f bool, i int, b bytea, a int[], j jsonb)",
      tables: #"""
        {table: "t", files: "t.csv", key: "id", columns: {n: {sql: "1.5"}, d: {sql: "date '2026-01-05' + 1"}, f: {sql: "1 < 2"},
         i: {sql: "'007'"}, b: {sql: "sha256('x')"}, a: {sql: "array[1, 2]"}, j: {sql: "jsonb_build_object('a', $1)", with: ["id"]}}}
        """#, files: ["t.csv": "id\n1\n"]
    ) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 1))
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: 1))
      let rows = try await folder.rows(
        "SELECT ARRAY[n::text, d::text, f::text, i::text, length(b)::text, a::text, j::text] FROM t")
      #expect(rows == [#"1.50│2026-01-06│true│7│32│{1,2}│{"a": "1"}"#])
    }
  }
}
