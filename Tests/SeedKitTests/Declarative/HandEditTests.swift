import SeedTesting
import Testing

@testable import SeedKit

@Suite("Rows that were edited outside seed-runner")
struct HandEditTests {
  private func with(
    _ policy: String, files: [String: String], _ body: (SeederFolder) async throws -> Void
  ) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text)",
      tables: #"{table: "t", files: "t.csv", key: "id", onDrift: "\#(policy)"}"#, files: files, body)
  }

  @Test(
    "edited and deleted rows are reported separately",
    arguments: ["overwrite", "keep"])
  func deletedByHand(_ policy: String) async throws {
    try await with("\(policy)", files: ["t.csv": "id,a\n1,x\n2,y\n3,z\n"]) {
      folder in
      #expect(try await folder.counts() == RowCounts(inserted: 3))
      try await folder.sql("UPDATE t SET a = 'mine' WHERE id = 1")
      try await folder.sql("DELETE FROM t WHERE id > 1")
      let changes = try await folder.changes(environment: .test)
      #expect(changes.map(\.isDrift) == [true, true, true])
      #expect(changes.map(\.isRemoved) == [false, true, true])
      let expected =
        policy == "keep"
        ? "t: 1 row edited outside seed-runner, kept: '1'; 2 rows deleted outside seed-runner, not reinserted: '2', '3'"
        : "t: 1 row edited outside seed-runner, overwritten: '1'; 2 rows deleted outside seed-runner, reinserted: '2', '3'"
      #expect(try await folder.noted().notes == [expected])
    }
  }

  @Test("a plan shows which table's rows keep a row that is no longer in the file")
  func reasonInPlan() async throws {
    try await SeederFolder.with(
      """
      CREATE TABLE t (id int PRIMARY KEY, a text);
      CREATE TABLE orders (t_id int REFERENCES t); CREATE TABLE notes (t_id int REFERENCES t)
      """,
      tables: #"{table: "t", files: "t.csv", key: "id", policy: "sync"}"#,
      files: ["t.csv": "id,a\n1,x\n2,y\n3,z\n4,w\n"]
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 4))
      try await folder.sql("INSERT INTO orders VALUES (2), (3)")
      try await folder.sql("INSERT INTO notes VALUES (3)")
      try folder.write("id,a\n1,x\n", to: "t.csv")
      let changes = try await folder.changes(environment: .test)
      let reasons = changes.map { "\($0.key): \($0.reason ?? "goes")" }.sorted()
      #expect(
        reasons == ["2: referenced by orders", "3: referenced by notes, referenced by orders", "4: goes"],
        "\(reasons)")
    }
  }

  @Test("a plan shows the rows for which onDrift fails, with both values")
  func planOfFailure() async throws {
    try await with("fail", files: ["t.csv": "id,a\n1,x\n2,y\n3,z\n"]) {
      folder in
      #expect(try await folder.counts() == RowCounts(inserted: 3))
      try await folder.sql("UPDATE t SET a = 'mine' WHERE id = 1")
      try await folder.sql("DELETE FROM t WHERE id = 2")
      let seeder = try DeclarativeSeeder(directory: folder.path)
      let plan = try SeedPlan(
        registry: SeederRegistry([seeder]), selection: .only([seeder.id]), environment: .test)
      let report = try await SeedRunner(
        plan: plan, configuration: folder.database.configuration, fixtures: FixtureStore(files: [:])
      ).preview()
      let entry = try #require(report.entries.first)
      #expect(
        entry.failure?.message
          == "t: 1 row was edited outside seed-runner: '1'; 1 row was deleted outside seed-runner: '2'")
      #expect(entry.changes.filter(\.isDrift).map(\.key) == ["1", "2"])
      #expect(entry.changes.first?.columns == [RowChange.Column(name: "a", old: "mine", new: "x")])
    }
  }
}
