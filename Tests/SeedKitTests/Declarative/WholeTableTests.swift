import FoundationEssentials
import Postgres
import SeedKit
import SeedTesting
import Testing
import Threads

@Suite("A table that is owned as a whole")
struct WholeTableTests {
  private static let schema =
    "CREATE TABLE t (id bigint PRIMARY KEY, v text, price numeric(10,2) CHECK (price < 1000), made timestamptz DEFAULT now())"
  private static let definition =
    #"{"id": "big", "summary": "s", "tables": [{"table": "t", "files": "t.csv", "key": "id", "ownership": "table"}]}"#
  private static let awkward =
    "id,v,price\r\n1,\"tab\there, \"\"quoted\"\"\nline\\N\",1.50\r\n2,\\.,\r\n3,\"\",3\r\n4,\\N,4.00"

  private struct Case {
    let database: TemporaryDatabase
    let folder: TemporaryFolder

    func write(_ csv: String) throws { try folder.write(csv, to: "t.csv") }

    func seeder() throws -> DeclarativeSeeder {
      try DeclarativeSeeder(directory: folder.path)
    }

    func run() async throws -> SeederReport {
      try #require(try await Harness.run([try seeder()], on: database).seeders.first)
    }

    func notes() async throws -> [String] {
      let notes = Lock<[String]>([])
      _ = try await Harness.run(
        [try seeder()], on: database,
        onEvent: { event in
          if case .note(_, let text) = event { notes.withLock { $0.append(text) } }
        })
      return notes.withLock { $0 }
    }

    func counts() async throws -> RowCounts {
      let report = try await run()
      #expect(report.failure == nil, "\(report.failure?.message ?? "") \(report.failure?.faults ?? [])")
      return report.tables.total
    }

    func runner() throws -> SeedRunner {
      let plan = try SeedPlan(
        registry: SeederRegistry([try seeder()]), selection: .all(), environment: .test)
      return SeedRunner(
        plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:]))
    }

    func sql(_ text: PostgresQuery) async throws {
      try await database.withConnection { try await $0.query(text) }
    }

    func values() async throws -> [String] {
      try await database.withConnection { connection in
        try await connection.query(
          "SELECT concat_ws('|', id, v, coalesce(price::text, 'null')) FROM t ORDER BY id"
        )
        .map { try $0.decode(String.self) }
      }
    }

    func owned() async throws -> Int {
      try await database.withConnection { connection in
        try await connection.queryOne("SELECT count(*) FROM seed_runner.owned_row").decode(Int.self)
      }
    }
  }

  private func with(_ csv: String, _ body: (Case) async throws -> Void) async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        let test = Case(database: database, folder: folder)
        try folder.write(Self.definition, to: "seeder.json")
        try test.write(csv)
        try await test.sql(PostgresQuery(unescaped: Self.schema))
        try await body(test)
      }
    }
  }

  @Test("is loaded exactly for any values, and not written again")
  func exact() async throws {
    try await with(Self.awkward) { test in
      #expect(try await test.counts() == RowCounts(inserted: 4))
      #expect(
        try await test.values() == [
          "1|tab\there, \"quoted\"\nline\\N|1.50", "2|\\.|null", "3||3.00", "4|\\N|4.00",
        ])
      #expect(try await test.owned() == 0, "no entry for each row")
      let before = try await Harness.xmins(of: "t", on: test.database)
      #expect(try await test.counts() == RowCounts(unchanged: 4))
      #expect(try await Harness.xmins(of: "t", on: test.database) == before)
      #expect(try await test.runner().preview().isPending == false)
    }
  }

  @Test("is restored after rows were edited or deleted, and follows the file")
  func converges() async throws {
    try await with(Self.awkward) { test in
      _ = try await test.counts()
      try await test.sql("UPDATE t SET v = 'mine' WHERE id = 2")
      try await test.sql("DELETE FROM t WHERE id = 3")
      #expect(try await test.runner().preview().entries.first?.tables.total.written == 2)
      #expect(try await test.counts() == RowCounts(inserted: 1, updated: 1, unchanged: 2))
      #expect(try await test.counts() == RowCounts(unchanged: 4))
      try test.write(Self.awkward.replacing("1.50", with: "2.50") + "\n5,new,5\n")
      #expect(try await test.counts() == RowCounts(inserted: 1, updated: 1, unchanged: 3))
      #expect(try await test.counts() == RowCounts(unchanged: 5))
    }
  }

  @Test("follows a changed field mapping with the same file")
  func mapping() async throws {
    try await with("id,v,w\n1,a,x\n2,b,b\n") { test in
      let mapped = { (field: String, other: String) in
        Self.definition.replacing(
          #""key": "id", "#,
          with: ##""key": "id", "columns": {"v": "\##(field)"}, "ignore": ["\##(other)"], "##)
      }
      try test.folder.write(mapped("v", "w"), to: "seeder.json")
      #expect(try await test.counts() == RowCounts(inserted: 2))
      try test.folder.write(mapped("w", "v"), to: "seeder.json")
      #expect(try await test.counts() == RowCounts(updated: 1, unchanged: 1))
      #expect(try await test.values() == ["1|x|null", "2|b|null"])
      #expect(try await test.counts() == RowCounts(unchanged: 2))
    }
  }

  @Test("with a trigger that changes values has an empty plan after each run")
  func trigger() async throws {
    try await with("id,v\n1,A\n2,B\n") { test in
      try await test.database.withConnection { connection in
        try await connection.runScript(
          """
          CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v := lower(NEW.v); RETURN NEW; END $$;
          CREATE TRIGGER lower BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()
          """)
      }
      #expect(try await test.counts() == RowCounts(inserted: 2))
      #expect(try await test.runner().preview().isPending == false)
      #expect(try await test.counts() == RowCounts(unchanged: 2))
      try test.write("id,v\n1,A\n2,C\n")
      #expect(try await test.counts().written > 0)
      #expect(try await test.runner().preview().isPending == false)
    }
  }

  @Test("and was dropped does not prevent a reset")
  func dropped() async throws {
    try await with(Self.awkward) { test in
      _ = try await test.counts()
      try await test.sql("DROP TABLE t")
      #expect(try await test.runner().reset().first?.tables.total.deleted == 0)
      try await test.sql(PostgresQuery(unescaped: Self.schema))
      #expect(try await test.counts() == RowCounts(inserted: 4))
    }
  }

  @Test("has the origin of its rows, and a reset keeps edited ones")
  func reset() async throws {
    try await with(Self.awkward) { test in
      _ = try await test.counts()
      let origins = try await test.database.withConnection { connection in
        try await RowOrigin.find(table: "t", key: ["2"], on: connection)
      }
      #expect(origins.map(\.seeder) == ["big"] && origins.allSatisfy(\.isOfWholeTable))
      try await test.sql("UPDATE t SET v = 'mine' WHERE id = 2")
      try await test.sql("INSERT INTO t VALUES (77, 'theirs', 7)")
      let report = try #require(try await test.runner().reset().first)
      #expect(report.tables.total.deleted == 3)
      #expect(report.notes == ["t: 2 rows kept, edited outside seed-runner or not in the files"])
      #expect(try await test.values() == ["2|mine|null", "77|theirs|7.00"])
      #expect(try await test.counts() == RowCounts(inserted: 3, updated: 1))
      #expect(try await test.owned() == 0)
    }
  }

  @Test(
    "changes to ownership by row if the definition requires it",
    arguments: [#""ownership": "rows""#, #""onDrift": "fail""#, #""policy": "sync""#])
  func takenOver(key: String) async throws {
    try await with("id,v\n1,a\n2,b\n") { test in
      _ = try await test.counts()
      try test.folder.write(
        Self.definition.replacing(#""ownership": "table""#, with: key), to: "seeder.json")
      #expect(try await test.counts() == RowCounts(unchanged: 2))
      #expect(try await test.owned() == 2)
      #expect(try await test.counts() == RowCounts(unchanged: 2))
    }
  }

  @Test("keeps, and counts, rows of unknown origin with sync")
  func unknownRows() async throws {
    try await with("id,v\n1,a\n2,b\n") { test in
      _ = try await test.counts()
      try await test.sql("INSERT INTO t VALUES (77, 'theirs', 7)")
      try test.folder.write(
        Self.definition.replacing(#""ownership": "table""#, with: #""policy": "sync""#), to: "seeder.json")
      #expect(try await test.notes().contains { $0.hasPrefix("t: kept 1 row that is not in any file.") })
      try test.write("id,v\n2,b\n")
      #expect(try await test.counts() == RowCounts(unchanged: 1, deleted: 1))
      #expect(try await test.values() == ["2|b|null", "77|theirs|7.00"])
    }
  }

  @Test(
    "is rejected with the place of every fault, and nothing is written",
    arguments: [
      ("id,v,price\n1,a,1.505\n2,b,x\n", ["record 1, field 'price'", "record 2, field 'price'"]),
      ("id,v,price\n1,a,1\n1,b,2\n", ["record 2: duplicate key \"1\""]),
      ("id,v,price\n1,a,1\n2,b\n", ["record 2: found 2 fields"]),
      ("id,v,price\n1,a,1000\n", ["violates the check constraint 't_price_check'"]),
      ("id,v,price\n,a,1\n", ["it is part of the key"]),
      ("id,w,price\n1,a,1\n", ["an unknown field"]),
      ("id,v,price\n1,\"a,1\n", ["an unclosed quote"]),
      ("id,v,price\n1,a\u{0},1\n", ["a NUL character"]),
    ])
  func faults(csv: String, expected: [String]) async throws {
    try await with(csv) { test in
      let report = try await test.run()
      #expect(report.outcome == .failed)
      let found = report.failure?.faults.map(\.description) ?? []
      #expect(found.count == expected.count, "\(found)")
      for (fault, part) in zip(found, expected) { #expect(fault.contains(part)) }
      #expect(try await test.values().isEmpty)
    }
  }

  @Test("is compared with existing rows of others, not loaded beside them")
  func notEmpty() async throws {
    try await with(Self.awkward) { test in
      try await test.sql("INSERT INTO t VALUES (2, 'theirs', 7)")
      #expect(try await test.counts() == RowCounts(inserted: 3, updated: 1))
      #expect(try await test.owned() == 0)
      #expect(try await test.counts() == RowCounts(unchanged: 4))
    }
  }
}
