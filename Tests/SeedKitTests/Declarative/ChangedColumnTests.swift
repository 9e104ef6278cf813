import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Ownership of rows whose columns changed")
struct ChangedColumnTests {
  private static let sql = "CREATE TABLE evo (k int PRIMARY KEY, name text, cap int DEFAULT 0)"
  private static let list = #"{table: "evo", files: "r.csv", key: "k"}"#
  private static let definition =
    #"{id: "awkward", summary: "Rows", environments: ["test", "production"], tables: [\#(list)]}"#
  private static let kept = "evo: 2 rows edited outside seed-runner, kept: '1', '2'"
  private static let overwritten = "evo: 2 rows edited outside seed-runner, overwritten: '1', '2'"

  private func with(_ data: String, _ body: (SeederFolder) async throws -> Void) async throws {
    try await SeederFolder.with(
      Self.sql, tables: Self.list, files: ["seeder.json": Self.definition, "r.csv": data], body)
  }

  /// A file before and after a change of its columns.
  struct Change: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let before: String
    let after: String
    /// The rows after a run in production and in another environment, after an edit of the names of 1 and 2.
    let kept: [String]
    let overwritten: [String]
    /// What the run in production counts.
    let counts: RowCounts
  }

  private static let added = "k,name,cap\n1,A,10\n2,B,20\n3,C,30\n"
  static let changes: [Change] = [
    Change(
      testDescription: "added", before: "k,name\n1,A\n2,B\n3,C\n", after: added,
      kept: ["1│edited│0", "2│edited│0", "3│C│30"], overwritten: ["1│A│10", "2│B│20", "3│C│30"],
      counts: RowCounts(updated: 1, drifted: 2)),
    Change(
      testDescription: "removed", before: added, after: "k,name\n1,A\n2,B\n3,new\n",
      kept: ["1│edited│10", "2│edited│20", "3│new│30"], overwritten: ["1│A│10", "2│B│20", "3│new│30"],
      counts: RowCounts(updated: 1, drifted: 2)),
    Change(
      testDescription: "removed without another change", before: added, after: "k,name\n1,A\n2,B\n3,C\n",
      kept: ["1│edited│10", "2│edited│20", "3│C│30"], overwritten: ["1│A│10", "2│B│20", "3│C│30"],
      counts: RowCounts(unchanged: 1, drifted: 2)),
    Change(
      testDescription: "reordered", before: added, after: "cap,name,k\n10,A,1\n20,B,2\n31,C,3\n",
      kept: ["1│edited│10", "2│edited│20", "3│C│31"], overwritten: ["1│A│10", "2│B│20", "3│C│31"],
      counts: RowCounts(updated: 1, drifted: 2)),
    Change(
      testDescription: "replaced", before: "k,name\n1,A\n2,B\n3,C\n", after: "k,cap\n1,10\n2,20\n3,30\n",
      kept: ["1│edited│0", "2│edited│0", "3│C│30"], overwritten: ["1│edited│10", "2│edited│20", "3│C│30"],
      counts: RowCounts(updated: 1, drifted: 2)),
  ]

  private func rows(_ folder: SeederFolder) async throws -> [String] {
    try await folder.rows("SELECT ARRAY[k::text, name, cap::text] FROM evo ORDER BY k")
  }

  private func isAsWritten(_ folder: SeederFolder) async throws -> [Bool?] {
    try await folder.database.withConnection { connection in
      var found: [Bool?] = []
      for key in ["1", "2", "3"] {
        found += try await RowOrigin.find(table: "evo", key: [key], on: connection).map(\.isAsWritten)
      }
      return found
    }
  }

  /// The note and the rows of the seeder's table, of a reset.
  private func reset(_ folder: SeederFolder) async throws -> [String] {
    // The stamp of production rejects a reset as in a test.
    try await folder.sql("DELETE FROM seed_runner.environment")
    _ = try await folder.reset()
    return try await folder.rows("SELECT ARRAY[k::text] FROM evo ORDER BY k")
  }

  @Test("keeps edited rows in production", arguments: changes)
  func production(_ change: Change) async throws {
    try await with(change.before) { folder in
      _ = try await folder.noted(environment: .production)
      try await folder.sql("UPDATE evo SET name = 'edited' WHERE k IN (1, 2)")
      try folder.write(change.after, to: "r.csv")
      let first = try await folder.noted(environment: .production)
      #expect(first.counts == change.counts)
      #expect(first.notes == [Self.kept])
      #expect(try await rows(folder) == change.kept)
      #expect(try await isAsWritten(folder) == [false, false, true])
      for _ in 2...3 {
        let next = try await folder.noted(environment: .production)
        #expect(next.counts == RowCounts(unchanged: 1, drifted: 2))
        #expect(next.notes == [Self.kept])
        #expect(try await rows(folder) == change.kept)
        #expect(try await isAsWritten(folder) == [false, false, true])
      }
      let plan = try await folder.changes(environment: .production)
      #expect(plan.map(\.key) == ["1", "2"])
      #expect(plan.map(\.action) == [.keep, .keep])
      #expect(plan.map(\.isDrift) == [true, true])
      #expect(try await reset(folder) == ["1", "2"], "edited rows stay")
    }
  }

  @Test("overwrites edited rows elsewhere, and says so", arguments: changes)
  func elsewhere(_ change: Change) async throws {
    try await with(change.before) { folder in
      _ = try await folder.counts()
      try await folder.sql("UPDATE evo SET name = 'edited' WHERE k IN (1, 2)")
      try folder.write(change.after, to: "r.csv")
      let first = try await folder.noted()
      #expect(
        first.counts == RowCounts(updated: 2 + change.counts.updated, unchanged: change.counts.unchanged))
      #expect(first.notes == [Self.overwritten])
      #expect(try await rows(folder) == change.overwritten)
      for _ in 2...3 {
        let next = try await folder.noted()
        #expect(next.counts == RowCounts(unchanged: 3))
        #expect(next.notes == [])
      }
      #expect(try await isAsWritten(folder) == [true, true, true])
      #expect(try await reset(folder) == [])
    }
  }

  @Test("fails for edited rows if the table says so")
  func fails() async throws {
    try await SeederFolder.with(
      Self.sql, tables: #"{table: "evo", files: "r.csv", key: "k", onDrift: "fail"}"#,
      files: ["r.csv": "k,name\n1,A\n2,B\n3,C\n"]
    ) { folder in
      _ = try await folder.counts()
      try await folder.sql("UPDATE evo SET name = 'edited' WHERE k = 1")
      try folder.write(Self.added, to: "r.csv")
      let report = try await folder.run()
      #expect(report.failure?.message.hasPrefix("evo: 1 row was edited outside seed-runner: '1'") == true)
    }
  }

  @Test("recognizes an edit of a new column that was equal at first")
  func equalColumn() async throws {
    try await with("k,name\n1,A\n2,B\n") {
      folder in
      _ = try await folder.noted(environment: .production)
      try folder.write("k,name,cap\n1,A,0\n2,B,0\n", to: "r.csv")
      #expect(try await folder.noted(environment: .production).counts == RowCounts(unchanged: 2))
      try await folder.sql("UPDATE evo SET cap = 7")
      #expect(try await folder.noted(environment: .production).notes == [Self.kept])
    }
  }

  @Test("ignores an edit of a column that is no longer in the file")
  func leftColumn() async throws {
    try await with(Self.added) { folder in
      _ = try await folder.noted(environment: .production)
      try folder.write("k,name\n1,A\n2,B\n3,C\n", to: "r.csv")
      #expect(try await folder.noted(environment: .production).counts == RowCounts(unchanged: 3))
      try await folder.sql("UPDATE evo SET cap = 7")
      try folder.write("k,name\n1,A2\n2,B\n3,C\n", to: "r.csv")
      #expect(try await folder.noted(environment: .production).counts == RowCounts(updated: 1, unchanged: 2))
    }
  }

  @Test("updates all rows if a recorded column was dropped")
  func dropped() async throws {
    try await with(Self.added) { folder in
      _ = try await folder.noted(environment: .production)
      try await folder.sql("ALTER TABLE evo DROP COLUMN cap")
      try folder.write("k,name\n1,A2\n2,B\n3,C\n", to: "r.csv")
      #expect(try await folder.noted(environment: .production).counts == RowCounts(updated: 1, unchanged: 2))
      #expect(try await isAsWritten(folder) == [true, true, true])
      try await folder.sql("UPDATE evo SET name = 'edited' WHERE k < 3")
      #expect(try await folder.noted(environment: .production).notes == [Self.kept])
    }
  }

  @Test("keeps edited rows of every entry for the table, and sync does not delete them")
  func entries() async throws {
    try await SeederFolder.with(
      Self.sql,
      tables: #"""
        {table: "evo", files: "r.csv", key: "k", policy: "sync", onDrift: "keep"},
        {table: "evo", files: "s.csv", key: "k", policy: "sync", onDrift: "keep"}
        """#,
      files: ["r.csv": "k,name\n1,A\n3,C\n5,E\n", "s.csv": "k,name\n2,B\n4,D\n6,F\n"]
    ) { folder in
      _ = try await folder.counts()
      try await folder.sql("UPDATE evo SET name = 'edited' WHERE k IN (1, 2, 5)")
      try folder.write("k,name,cap\n1,A,10\n3,C,30\n", to: "r.csv")
      try folder.write("k,name\n2,B\n4,D\n", to: "s.csv")
      let first = try await folder.noted()
      #expect(first.notes.contains(Self.kept))
      #expect(first.counts.deleted == 1)
      let expected = ["1│edited│0", "2│edited│0", "3│C│30", "4│D│0", "5│edited│0"]
      #expect(try await rows(folder) == expected)
      for _ in 2...3 {
        #expect(try await folder.counts().written == 0)
        #expect(try await rows(folder) == expected)
      }
    }
  }

  @Test("writes rows that a trigger changes once more, then leaves them")
  func trigger() async throws {
    try await SeederFolder.with(
      """
      \(Self.sql);
      CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.name = upper(NEW.name); RETURN NEW; END $$;
      CREATE TRIGGER up BEFORE INSERT OR UPDATE ON evo FOR EACH ROW EXECUTE FUNCTION up();
      """, tables: Self.list, files: ["seeder.json": Self.definition, "r.csv": "k,name\n1,a\n2,b\n3,c\n"]
    ) { folder in
      _ = try await folder.noted(environment: .production)
      try await folder.sql("UPDATE evo SET name = 'edited' WHERE k < 3")
      try folder.write("k,name,cap\n1,a,10\n2,b,20\n3,c,30\n", to: "r.csv")
      for _ in 1...3 { #expect(try await folder.noted(environment: .production).notes == [Self.kept]) }
      #expect(try await rows(folder) == ["1│EDITED│0", "2│EDITED│0", "3│C│30"])
      #expect(try await folder.noted(environment: .production).counts == RowCounts(unchanged: 1, drifted: 2))
    }
  }

  @Test("costs no more round trips for a run without a change")
  func roundTrips() async throws {
    try await with(Self.added) { folder in
      _ = try await folder.counts()
      let plain = try await folder.run().roundTrips
      try folder.write("k,name\n1,A\n2,B\n3,C\n", to: "r.csv")
      _ = try await folder.counts()
      #expect(try await folder.run().roundTrips == plain)
      try folder.write("name,k\nA,1\nB,2\nC,3\n", to: "r.csv")
      #expect(try await folder.run().roundTrips == plain)
    }
  }

  private static func table(_ hasCap: Bool) throws -> ConvergeTable {
    try ConvergeTable(
      "evo",
      columns: [.init("k", "integer", .naturalKey), .init("name", "text")]
        + (hasCap ? [.init("cap", "integer")] : []), timestamps: false)
  }

  @Test("keeps edited rows that Swift converges with other columns")
  func converge() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { try await $0.runScript(Self.sql) }
      func run(_ hasCap: Bool) async throws -> RowCounts? {
        let seeder = StubSeeder(id: "evo", environments: [.production]) { context in
          let rows: [(Int32, String, Int32)] = [(1, "A", 10), (2, "B", 20), (3, "C", 30)]
          try await context.converge(
            try Self.table(hasCap), rows: rows.map { hasCap ? [$0.0, $0.1, $0.2] : [$0.0, $0.1] })
        }
        return try await Harness.run(
          [seeder], on: database, environment: .production, options: { $0.allowsProduction = true }
        ).seeders.first?.tables.total
      }
      #expect(try await run(false) == RowCounts(inserted: 3))
      try await database.withConnection {
        try await $0.runScript("UPDATE evo SET name = 'edited' WHERE k < 3")
      }
      #expect(try await run(true) == RowCounts(updated: 1, drifted: 2))
      #expect(try await run(true) == RowCounts(unchanged: 1, drifted: 2))
      #expect(try await run(true) == RowCounts(unchanged: 1, drifted: 2))
    }
  }
}
