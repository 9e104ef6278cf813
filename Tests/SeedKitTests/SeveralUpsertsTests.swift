import Postgres
import SeedTesting
import Testing
import Threads

@testable import SeedKit

@Suite("Several upserts into one table")
struct SeveralUpsertsTests {
  private struct Named: Encodable, Sendable {
    var k: Int
    var name: String
  }
  private struct Cap: Encodable, Sendable {
    var k: Int
    var cap: Int
  }
  private struct Both: Encodable, Sendable {
    var k: Int
    var name: String
    var cap: Int
  }
  private struct Code: Encodable, Sendable {
    var code: String
    var name: String
  }

  private static let table = "CREATE TABLE t (k int PRIMARY KEY, name text, cap int, code text UNIQUE)"

  private func with(_ sql: String = table, _ body: (TemporaryDatabase) async throws -> Void) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { try await $0.runScript(sql) }
      try await body(database)
    }
  }

  private func seeder(_ body: @escaping @Sendable (SeedContext) async throws -> Void) -> StubSeeder {
    StubSeeder(id: "several", environments: [.test, .production], body: body)
  }

  /// Names of rows 1 and 2, then the number of row 1.
  private func namesAndCap() -> StubSeeder {
    seeder { context in
      try await context.upsert([Named(k: 1, name: "A"), Named(k: 2, name: "B")], into: "t", key: "k")
      try await context.upsert([Cap(k: 1, cap: 5)], into: "t", key: "k")
    }
  }

  private func run(
    _ seeder: StubSeeder, on database: TemporaryDatabase, environment: SeedEnvironment = .test
  ) async throws -> (report: SeederReport, notes: [String]) {
    let notes = Lock<[String]>([])
    let report = try await Harness.run(
      [seeder], on: database, environment: environment,
      options: {
        $0.allowsProduction = true
        $0.restamps = true
      },
      onEvent: { event in
        if case .note(_, let text) = event { notes.withLock { $0.append(text) } }
      })
    return (try #require(report.seeders.first), notes.withLock { $0 })
  }

  private func counts(
    _ seeder: StubSeeder, on database: TemporaryDatabase, environment: SeedEnvironment = .test
  ) async throws -> RowCounts {
    let report = try await run(seeder, on: database, environment: environment).report
    try #require(report.failure == nil, "\(report.failure?.details ?? "")")
    return report.tables.total
  }

  private func faults(_ seeder: StubSeeder, on database: TemporaryDatabase) async throws -> [String] {
    let failure = try #require(try await run(seeder, on: database).report.failure, "the run succeeded")
    return failure.faults.map(\.description)
  }

  private func rows(_ database: TemporaryDatabase) async throws -> [String] {
    try await database.withConnection { connection in
      try await connection.query("SELECT concat_ws(' ', k, name, cap) FROM t ORDER BY k")
        .map { try $0.decode(String.self) }
    }
  }

  private func sql(_ text: String, on database: TemporaryDatabase) async throws {
    try await database.withConnection { try await $0.runScript(text) }
  }

  private func isAsWritten(_ database: TemporaryDatabase) async throws -> [Bool?] {
    try await database.withConnection { connection in
      var found: [Bool?] = []
      for key in ["1", "2"] {
        found += try await RowOrigin.find(table: "t", key: [key], on: connection).map(\.isAsWritten)
      }
      return found
    }
  }

  private func reset(_ seeder: StubSeeder, on database: TemporaryDatabase) async throws {
    let plan = try SeedPlan(registry: SeederRegistry([seeder]), selection: .all(), environment: .test)
    _ = try await SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:])
    ).reset()
  }

  @Test("with different columns converge at once")
  func columns() async throws {
    try await with { database in
      let seeder = namesAndCap()
      #expect(try await counts(seeder, on: database) == RowCounts(inserted: 2, updated: 1))
      for _ in 2...3 { #expect(try await counts(seeder, on: database) == RowCounts(unchanged: 3)) }
      #expect(try await rows(database) == ["1 A 5", "2 B"])
      #expect(try await isAsWritten(database) == [true, true])
      try await reset(seeder, on: database)
      #expect(try await rows(database) == [])
    }
  }

  @Test("with different columns notice edits of each column", arguments: ["name = 'edited'", "cap = 99"])
  func edits(_ edit: String) async throws {
    try await with { database in
      let seeder = namesAndCap()
      _ = try await counts(seeder, on: database)
      try await sql("UPDATE t SET \(edit) WHERE k = 1", on: database)
      let edited = try await rows(database)
      #expect(try await isAsWritten(database) == [false, true])
      for _ in 1...3 {
        let (report, notes) = try await run(seeder, on: database, environment: .production)
        #expect(report.tables.total == RowCounts(unchanged: 2, drifted: 1))
        #expect(notes == ["t: 1 row edited outside seed-runner, kept: '1'"])
        #expect(try await rows(database) == edited)
      }
      let (report, notes) = try await run(seeder, on: database)
      #expect(report.tables.total == RowCounts(updated: 1, unchanged: 2))
      #expect(notes == ["t: 1 row edited outside seed-runner, overwritten: '1'"])
      #expect(try await rows(database) == ["1 A 5", "2 B"])
      #expect(try await counts(seeder, on: database) == RowCounts(unchanged: 3))
    }
  }

  @Test("with different columns keep edited rows in a reset")
  func resetOfEdited() async throws {
    try await with { database in
      let seeder = namesAndCap()
      _ = try await counts(seeder, on: database)
      try await sql("UPDATE t SET name = 'edited' WHERE k = 2", on: database)
      try await reset(seeder, on: database)
      #expect(try await rows(database) == ["2 edited"])
    }
  }

  @Test("keep edited rows when a column is added or dropped")
  func changedColumns() async throws {
    try await with { database in
      let names = seeder {
        try await $0.upsert([Named(k: 1, name: "A"), Named(k: 2, name: "B")], into: "t", key: "k")
      }
      let both = seeder {
        try await $0.upsert(
          [Both(k: 1, name: "A", cap: 1), Both(k: 2, name: "B", cap: 2)], into: "t", key: "k")
      }
      _ = try await counts(names, on: database, environment: .production)
      try await sql("UPDATE t SET name = 'edited' WHERE k = 1", on: database)
      for _ in 1...3 {
        let counts = try await counts(both, on: database, environment: .production)
        #expect(counts.drifted == 1)
        #expect(try await rows(database) == ["1 edited", "2 B 2"])
      }
      for _ in 1...3 {
        let counts = try await counts(names, on: database, environment: .production)
        #expect(counts == RowCounts(unchanged: 1, drifted: 1))
      }
      try await sql("ALTER TABLE t DROP COLUMN cap", on: database)
      #expect(try await counts(names, on: database).written == 1)
      #expect(try await counts(names, on: database) == RowCounts(unchanged: 2))
    }
  }

  @Test("with different keys are refused")
  func keys() async throws {
    try await with { database in
      let twice = self.seeder { context in
        try await context.upsert([Named(k: 1, name: "A")], into: "t", key: "k")
        try await context.upsert([Code(code: "x", name: "A")], into: "t", key: "code")
      }
      let expected =
        "rows of Code: field 'key': found the key (code) for the table t, but an earlier upsert of this seeder has "
        + "the key (k); expected the same key in all upserts of a seeder into a table"
      let found = try await faults(twice, on: database)
      #expect(found == [expected])
      #expect(try await rows(database) == [])
    }
  }

  @Test(
    "with different values for a row are refused, whatever the table has", arguments: [nil, "b", "B", "c"])
  func values(_ before: String?) async throws {
    try await with { database in
      if let before {
        _ = try await counts(
          seeder { try await $0.upsert([Named(k: 2, name: before)], into: "t", key: "k") }, on: database)
      }
      let former = try await rows(database)
      let twice = self.seeder { context in
        try await context.upsert([Named(k: 1, name: "a"), Named(k: 2, name: "b")], into: "t", key: "k")
        try await context.upsert([Named(k: 3, name: "c"), Named(k: 2, name: "B")], into: "t", key: "k")
      }
      let expected =
        "rows of Named: record 2, field 'name': found a different value for the key '2' than in an earlier upsert "
        + "of this seeder; expected the same value, or the row in only one of the upserts"
      let found = try await faults(twice, on: database)
      #expect(found == [expected])
      #expect(try await rows(database) == former)
    }
  }

  @Test("with equal values for a row, or with rows that a trigger changes, are not refused")
  func agree() async throws {
    try await with(
      """
      \(Self.table);
      CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.name = upper(NEW.name); RETURN NEW; END $$;
      CREATE TRIGGER up BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION up();
      """
    ) { database in
      let twice = self.seeder { context in
        try await context.upsert([Named(k: 1, name: "a"), Named(k: 2, name: "b")], into: "t", key: "k")
        try await context.upsert([Both(k: 2, name: "b", cap: 7)], into: "t", key: "k")
      }
      for _ in 1...2 { _ = try await counts(twice, on: database) }
      #expect(try await counts(twice, on: database) == RowCounts(unchanged: 3))
      #expect(try await rows(database) == ["1 A", "2 B 7"])
    }
  }

  @Test("in many small parts are compared with each other")
  func parts() async throws {
    try await with { database in
      func seeder(_ suffix: String, last: Int) -> StubSeeder {
        self.seeder { context in
          for k in 1...120 {
            try await context.upsert([Named(k: k, name: "\(k)\(suffix)")], into: "t", key: "k")
          }
          try await context.upsert([Named(k: last, name: "other")], into: "t", key: "k")
        }
      }
      _ = try await counts(seeder("", last: 121), on: database)
      #expect(try await counts(seeder("x", last: 121), on: database) == RowCounts(updated: 120, unchanged: 1))
      let faults = try await faults(seeder("x", last: 3), on: database)
      #expect(faults.count == 1 && faults[0].contains("for the key '3'"), "\(faults)")
    }
  }
}
