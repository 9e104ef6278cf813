import SeedKit
import Testing

@Suite("Tables with rewrite rules")
struct RuleTests {
  private static let tables = #"{table: "t", files: "t.csv", key: "id", policy: "sync"}"#
  private static let rules = [
    (rule: "ON INSERT TO t DO INSTEAD NOTHING", text: "ON INSERT DO INSTEAD"),
    (
      rule: "ON INSERT TO t DO INSTEAD INSERT INTO log VALUES (1) RETURNING 1, ''::text",
      text: "ON INSERT DO INSTEAD"
    ),
    (rule: "ON INSERT TO t WHERE NEW.id = 99 DO ALSO INSERT INTO log VALUES (1)", text: "ON INSERT DO ALSO"),
    (rule: "ON UPDATE TO t DO INSTEAD NOTHING", text: "ON UPDATE DO INSTEAD"),
    (
      rule: "ON DELETE TO t DO INSTEAD UPDATE t SET a = 'gone' WHERE id = OLD.id",
      text: "ON DELETE DO INSTEAD"
    ),
    (
      rule: "ON DELETE TO t DO INSTEAD UPDATE t SET a = 'gone' WHERE id = OLD.id RETURNING *",
      text: "ON DELETE DO INSTEAD"
    ),
  ]

  @Test(
    "are rejected with the rule's name before a row is written, if the rule applies", arguments: rules,
    [16, 18])
  func refused(_ rule: (rule: String, text: String), major: Int) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE TABLE log (id int)", tables: Self.tables,
      files: ["t.csv": "id,a\n1,x\n2,y\n"], major: major
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 2))
      try await folder.sql("CREATE RULE \"The rule\" AS \(rule.rule)")
      #expect(try await folder.counts() == RowCounts(unchanged: 2), "nothing is to write")
      // One row to insert, one to update, one to delete.
      try folder.write("id,a\n2,z\n3,w\n", to: "t.csv")
      let before = try await folder.versions()
      let found = try await folder.faults()
      #expect(
        found == [
          "seeder.json:1: field 'table': found the table t, which has the rule 'The rule' (\(rule.text)); expected a "
            + "trigger instead of each rule, or the rule disabled while rows are written: ALTER TABLE t DISABLE RULE \"The rule\""
        ])
      #expect(try await folder.versions() == before)
      try await folder.sql("ALTER TABLE t DISABLE RULE \"The rule\"")
      #expect(try await folder.counts() == RowCounts(inserted: 1, updated: 1, deleted: 1))
    }
  }

  @Test("are rejected by a reset that would delete rows", arguments: [16, 18])
  func reset(major: Int) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text)", tables: Self.tables, files: ["t.csv": "id,a\n1,x\n"],
      major: major
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 1))
      try await folder.sql("CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING")
      let error = await #expect(throws: (any Error).self) { _ = try await folder.reset() }
      let message = error.map { FailureReport($0).message } ?? ""
      #expect(message.contains("the table t, which has the rule 'r' (ON DELETE DO INSTEAD)"), "\(message)")
      #expect(try await folder.rows("SELECT ARRAY[a] FROM t") == ["x"])
    }
  }

  @Test("are not bulk-loaded past their rules", arguments: [16, 18])
  func whole(major: Int) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE RULE r AS ON INSERT TO t DO ALSO NOTIFY news",
      tables: #"{table: "t", files: "t.csv", key: "id", ownership: "table"}"#,
      files: ["t.csv": "id,a\n1,x\n"],
      major: major
    ) { folder in
      let found = try await folder.faults()
      #expect(found.first?.contains("the rule 'r' (ON INSERT DO ALSO)") == true, "\(found)")
    }
  }
}
