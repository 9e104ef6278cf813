import Testing

@testable import Migrations

@Suite("A migration file")
struct MigrationTests {
  private func faults(_ text: String, file: String = "0001_a.sql") -> [String] {
    let error = #expect(throws: MigrationError.self) { try Migration.parse(file: file, text: text) }
    #expect(error?.code == .invalidFile)
    return error?.description.split(separator: "\n").map(String.init) ?? []
  }

  @Test("has a version, a name, both directions and a checksum")
  func valid() throws {
    let migration = try Migration.parse(
      file: "0012_create_country.sql",
      text: "-- Why.\n\n-- migrate:up\nCREATE TABLE a ();\n\n-- migrate:down\nDROP TABLE a;\n")
    #expect(migration.version == 12)
    #expect(migration.name == "create_country")
    #expect(migration.up == "CREATE TABLE a ();\n\n")
    #expect(migration.down?.contains("DROP TABLE a;") ?? false)
    #expect(migration.isTransactional)
    #expect(migration.checksum.count == 64)
  }

  @Test("has the same checksum with Windows line endings, and a different one after a change")
  func checksum() throws {
    let unix = try Migration.parse(file: "1_a.sql", text: "-- migrate:up\nSELECT 1;\n")
    let windows = try Migration.parse(file: "1_a.sql", text: "-- migrate:up\r\nSELECT 1;\r\n")
    let other = try Migration.parse(file: "1_a.sql", text: "-- migrate:up\nSELECT 2;\n")
    #expect(unix.checksum == windows.checksum)
    #expect(unix.checksum != other.checksum)
  }

  @Test("keeps the checksum that it states, and names the migration it was part of")
  func moved() throws {
    let digest = String(repeating: "0a", count: 32)
    let migration = try Migration.parse(
      file: "1_a.sql",
      text: "-- migrate:checksum \(digest)\n-- migrate:part-of other 12\n-- migrate:up\nSELECT 1;\n")
    #expect(migration.checksum == digest)
    #expect(migration.origin == Migration.Origin(set: "other", version: 12))
  }

  @Test(
    "with an invalid directive about its origin is rejected",
    arguments: [
      "checksum", "checksum 0a", "checksum \(String(repeating: "0A", count: 32))", "part-of other",
      "part-of other one", "part-of other 1 2",
    ])
  func malformedMove(directive: String) {
    let found = faults("-- migrate:\(directive)\n-- migrate:up\nSELECT 1;")
    #expect(found.count == 1)
    #expect(found.first?.contains("0001_a.sql:1: unknown directive 'migrate:\(directive)'") == true)
  }

  @Test("with the directive about its origin in the wrong place is rejected")
  func lateMove() {
    #expect(faults("-- migrate:up\nSELECT 1;\n-- migrate:part-of other 1").count == 1)
  }

  @Test(
    "that is malformed is reported with file and line",
    arguments: [
      ("SELECT 1;\n-- migrate:up\nSELECT 2;", "0001_a.sql:1: found a statement before '-- migrate:up'"),
      (
        "-- migrate:down\nSELECT 1;",
        "0001_a.sql:1: expected one section '-- migrate:up', then one '-- migrate:down'"
      ),
      (
        "-- migrate:up\nSELECT 1;\n-- migrate:up\nSELECT 1;",
        "0001_a.sql:3: expected one section '-- migrate:up', then one '-- migrate:down'"
      ),
      ("-- migrate:up\n-- nothing\n", "0001_a.sql: the section '-- migrate:up' is missing or empty"),
      (
        "-- migrate:sideways\n-- migrate:up\nSELECT 1;",
        "0001_a.sql:1: unknown directive 'migrate:sideways'; expected up, down, no-transaction, 'checksum SHA256' or 'part-of SET VERSION' before 'up'"
      ),
      (
        "-- migrate:up\nSELECT 1;\nCOMMIT;\n",
        "0001_a.sql:3: 'COMMIT' is not allowed: the migration already runs in a transaction"
      ),
      (
        "-- migrate:up\nSELECT 1;\n-- migrate:no-transaction\n",
        "0001_a.sql:3: '-- migrate:no-transaction' must precede '-- migrate:up'"
      ),
    ])
  func malformed(text: String, expected: String) {
    #expect(faults(text).contains(expected), "\(faults(text))")
  }

  @Test("with an invalid name is rejected", arguments: ["a.sql", "1.sql", "1_a", "x1_a.sql", "1_a b.sql"])
  func names(file: String) {
    #expect(
      faults("-- migrate:up\nSELECT 1;", file: file).first?.hasPrefix("\(file): invalid migration file name")
        ?? false)
  }

  @Test("may have BEGIN in a function body, a string or a comment")
  func notTransactionControl() throws {
    let text = """
      -- migrate:up
      CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $body$
      BEGIN
        PERFORM 1; COMMIT;
      END; $body$;
      /* BEGIN; /* nested; */ COMMIT; */
      SELECT 'a;
      BEGIN;', E'\\';COMMIT;', "odd;name" FROM (SELECT 1 AS "odd;name") AS x; -- END;
      """
    let migration = try Migration.parse(file: "1_a.sql", text: text)
    #expect(SQLScript(migration.up).statements.count == 2)
  }

  @Test("in a set has all faults of all files reported at once, including duplicate versions")
  func set() {
    let error = #expect(throws: MigrationError.self) {
      try MigrationSet(
        name: "s",
        files: [
          ("1_a.sql", "-- migrate:up\nSELECT 1;"), ("1_b.sql", "-- migrate:up\nSELECT 1;"), ("2_c.sql", ""),
        ])
    }
    #expect(error?.description.contains("1_b.sql: duplicate version 1, already used by 1_a.sql") ?? false)
    #expect(error?.description.contains("2_c.sql: the section '-- migrate:up' is missing or empty") ?? false)
  }

  @Test(
    "is split into statements like PostgreSQL does",
    arguments: [
      ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]), (";;  ;", []), ("SELECT $1;", ["SELECT $1"]),
      ("SELECT $$a;b$$; x", ["SELECT $$a;b$$", "x"]), ("SELECT 'it''s;'; y", ["SELECT 'it''s;'", "y"]),
      ("SELECT a$b$c; z", ["SELECT a$b$c", "z"]), ("SELECT $t$;$q$;$t$", ["SELECT $t$;$q$;$t$"]),
      ("a/*;*/b", ["a b"]), ("SELECT E'\\'; '; q", ["SELECT E'\\'; '", "q"]),
    ])
  func statements(text: String, expected: [String]) {
    #expect(SQLScript(text).statements.map(\.text) == expected)
  }
}
