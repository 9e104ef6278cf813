import Glibc
import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("A column with a value for all records")
struct FixedValueTests {
  private static let sql = """
    CREATE TABLE tenant (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE);
    INSERT INTO tenant (code) VALUES ('other'), ('acme');
    CREATE TABLE t (id int PRIMARY KEY, name text, flag bool DEFAULT true, tags text[], data jsonb, tenant_id int,
      logo bytea, note text DEFAULT 'default', secret text, pin int, UNIQUE (secret, pin));
    """

  private func with(
    _ columns: String, _ files: [String: String], _ body: (SeederFolder) async throws -> Void
  ) async throws {
    let data = files.keys.first { $0.hasPrefix("t.") } ?? "t.csv"
    try await SeederFolder.with(
      Self.sql, tables: "{table: \"t\", files: \"\(data)\", key: \"id\",\ncolumns: {\(columns)}}",
      files: files, body)
  }

  @Test("is a constant", arguments: ["t.csv", "t.json"])
  func constant(_ file: String) async throws {
    let columns = #"""
      flag: {value: false}, tags: {value: ["a", "b,c"]}, data: {value: {k: [1, null]}}, note: {value: null}, name: {value: 7},
      tenant_id: {value: "acme", references: {table: "tenant", key: "code"}}
      """#
    let text = file == "t.csv" ? "id\n1\n2\n" : #"[{"id": 1}, {"id": 2}]"#
    try await with(columns, [file: text]) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 2))
      let rows = try await folder.rows(
        """
        SELECT ARRAY[t.id::text, name, flag::text, tags::text, data::text, note, code] FROM t
        JOIN tenant ON tenant.id = tenant_id ORDER BY t.id
        """)
      let values = #"│7│false│{a,"b,c"}│{"k": [1, null]}│∅│acme"#
      #expect(rows == ["1" + values, "2" + values])
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: 2))
      try folder.edit("seeder.json", "{value: 7}", "{value: 8}")
      let third = try await folder.counts()
      #expect(third == RowCounts(updated: 2))
    }
  }

  @Test("has the formats of numbers and dates of its table")
  func formats() async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, amount numeric, day date)",
      tables: #"""
        {table: "t", files: "t.csv", key: "id", decimal: ",", thousands: ".",
         columns: {amount: {value: "1.500"}, day: {value: "03/04/05", dateFormat: "DD/MM/YY"}}}
        """#, files: ["t.csv": "id\n1\n"]
    ) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 1))
      let rows = try await folder.rows("SELECT ARRAY[amount::text, day::text] FROM t")
      #expect(rows == ["1500│2005-04-03"])
    }
  }

  @Test("is a part of the key")
  func key() async throws {
    let sql =
      "CREATE TABLE k (kind text, code text, PRIMARY KEY (kind, code)); INSERT INTO k VALUES ('other', 'a')"
    let table =
      #"{table: "k", files: "k.csv", key: ["kind", "code"], policy: "sync", columns: {kind: {value: "mine"}}}"#
    try await SeederFolder.with(sql, tables: table, files: ["k.csv": "code\na\nb\n"]) { folder in
      _ = try await folder.counts()
      try folder.write("code\na\n", to: "k.csv")
      let counts = try await folder.counts()
      #expect(counts == RowCounts(unchanged: 1, deleted: 1))
      #expect(
        try await folder.rows("SELECT ARRAY[kind, code] FROM k ORDER BY kind") == ["mine│a", "other│a"])
    }
  }

  @Test("is the contents of a file, as bytes, text or JSON")
  func file() async throws {
    let columns = #"logo: {file: "img/logo.bin"}, note: {file: "note.txt"}, data: {file: "data.json"}"#
    try await with(columns, ["t.csv": "id\n1\n", "note.txt": " a\n", "data.json": #"{"a": 1.50}"#]) {
      folder in
      let missing = try await folder.faults()
      #expect(
        missing == [
          "seeder.json:2: field 'logo': found no file 'img/logo.bin'; expected a file in the seeder's folder"
        ])
      try folder.write([0, 0xFF, 0x5C], to: "img/logo.bin")
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 1))
      #expect(
        try await folder.rows("SELECT ARRAY[logo::text, note, data::text] FROM t") == [
          "\\x00ff5c│ a\n│{\"a\": 1.50}"
        ])
      let before = try DeclarativeSeeder(directory: folder.path).fingerprintInputs
      try folder.write([1], to: "img/logo.bin")
      let after = try DeclarativeSeeder(directory: folder.path).fingerprintInputs
      #expect(before != after)
      let second = try await folder.counts()
      #expect(second == RowCounts(updated: 1))
    }
  }

  @Test("is the value of a variable, which plans, errors and the history do not show")
  func variable() async throws {
    let (name, secret) = ("SEED_TEST_SECRET_OF_A_COLUMN", "geheim-4711")
    try await with("secret: {env: \"\(name)\"}", ["t.csv": "id,pin\n1,5\n"]) { folder in
      unsetenv(name)
      let missing = try await folder.faults()
      #expect(
        missing == [
          "seeder.json:2: field 'secret': found no environment variable '\(name)'; expected a variable that is set, or a column without 'env'"
        ])
      setenv(name, "other", 1)
      let before = try DeclarativeSeeder(directory: folder.path).fingerprintInputs
      setenv(name, secret, 1)
      let after = try DeclarativeSeeder(directory: folder.path).fingerprintInputs
      #expect(before != after)
      let planned = try await folder.changes(environment: .test)
      #expect(planned[0].columns.first { $0.name == "secret" }?.new == "(secret)")
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 1))
      #expect(try await folder.rows("SELECT ARRAY[secret] FROM t") == [secret])
      setenv(name, "geheim-4712", 1)
      let changed = try await folder.changes(environment: .test)
      #expect(changed.map { $0.columns.map { [$0.old, $0.new] } } == [[["(secret)", "(secret)"]]])
      setenv(name, secret, 1)
      // A unique index over the value, whose error quotes it.
      try folder.write("id,pin\n1,5\n2,5\n", to: "t.csv")
      let report = try await folder.run()
      let failure = String(describing: report.failure)
      #expect(failure.contains("(the value of \(name))") && !failure.contains(secret), "\(failure)")
      let history = try await folder.rows(
        """
        SELECT ARRAY[h::text] FROM seed_runner.history AS h UNION ALL SELECT ARRAY[o::text] FROM seed_runner.owned_row AS o
        UNION ALL SELECT ARRAY[o::text] FROM seed_runner.owned_table AS o
        """)
      #expect(!history.isEmpty && !history.contains { $0.contains(secret) }, "\(history)")
    }
  }

  @Test("is not shown if the column does not accept it, and reported once")
  func unreadable() async throws {
    let name = "SEED_TEST_SECRET_THAT_IS_NO_NUMBER"
    setenv(name, "geheim", 1)
    try await with("pin: {env: \"\(name)\"}, flag: {value: \"perhaps\"}", ["t.csv": "id\n1\n2\n"]) { folder in
      let faults = try await folder.faults()
      #expect(
        faults.sorted() == [
          "seeder.json:2: field 'flag': found 'perhaps'; expected a value of type boolean (invalid input syntax for type boolean: \"perhaps\")",
          "seeder.json:2: field 'pin': found the value of '\(name)'; expected a value of type integer",
        ])
    }
  }

  @Test("cannot be a variable in the key")
  func secretKey() async throws {
    try await with("id: {env: \"X\"}", ["t.csv": "pin\n1\n"]) { folder in
      let faults = try await folder.faults()
      #expect(
        faults == [
          "seeder.json:1: field 'key': found the column 'id', which an environment variable fills; expected other columns, because "
            + "the history records keys"
        ])
    }
  }

  @Test("comes instead of a field")
  func field() async throws {
    try await with("note: {value: \"x\"}", ["t.csv": "id,note\n1,y\n"]) { folder in
      let faults = try await folder.faults()
      #expect(
        faults.count == 1 && faults[0].hasPrefix("t.csv:1: field 'note': found an unknown field"), "\(faults)"
      )
    }
  }
}
