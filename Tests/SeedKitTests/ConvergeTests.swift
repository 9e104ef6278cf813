import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Converging a table")
struct ConvergeTests {
  /// Runs one seeder that converges `items`, and returns the counts of the table.
  private func converge(
    _ items: [(id: Int32, name: String, value: String?)], on database: TemporaryDatabase
  ) async throws -> RowCounts {
    let report = try await Harness.run([StubSeeder.items("items", items)], on: database)
    return try #require(report.seeders.first).tables.total
  }

  @Test("inserts missing rows, updates rows that differ, and does not touch equal rows")
  func counts() async throws {
    try await TemporaryDatabase.with { database in
      #expect(
        try await converge([(1, "a", "x"), (2, "b", nil), (3, "c", "z")], on: database)
          == RowCounts(inserted: 3))
      let before = try await Harness.xmins(of: "items", on: database)
      #expect(
        try await converge([(1, "a", "x"), (2, "b", "new"), (4, "d", "")], on: database)
          == RowCounts(inserted: 1, updated: 1, unchanged: 1))
      let after = try await Harness.xmins(of: "items", on: database)
      #expect(after["1"] == before["1"])
      #expect(after["2"] != before["2"])
      #expect(after["3"] == before["3"], "a row that the fixture no longer names stays as it is")
      #expect(after.count == 4)
    }
  }

  @Test("writes nothing the second time, for any values")
  func idempotence() async throws {
    try await TemporaryDatabase.with { database in
      let items: [(id: Int32, name: String, value: String?)] = [
        (1, "", ""), (2, "quote ' \" \\ $1", nil), (3, "naïve 🦉\u{301}", "line\nbreak\ttab"),
        (4, "NULL", "\\N"),
      ]
      #expect(try await converge(items, on: database) == RowCounts(inserted: 4))
      let before = try await Harness.xmins(of: "items", on: database)
      #expect(try await converge(items, on: database) == RowCounts(unchanged: 4))
      #expect(try await Harness.xmins(of: "items", on: database) == before)
    }
  }

  private func run(
    _ items: [(id: Int32, name: String, value: String?)], on database: TemporaryDatabase
  ) async throws -> SeederReport {
    try #require(try await Harness.run([StubSeeder.items("items", items)], on: database).seeders.first)
  }

  private func makeTrigger(_ body: String, on database: TemporaryDatabase) async throws {
    _ = try await converge([(9, "first", nil)], on: database)
    try await database.withConnection { connection in
      try await connection.runScript(
        """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \(body) END $$;
        CREATE TRIGGER changer BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION f()
        """)
    }
  }

  @Test("settles if a trigger changes written values")
  func trigger() async throws {
    try await TemporaryDatabase.with { database in
      try await makeTrigger("NEW.value := upper(NEW.value); RETURN NEW;", on: database)
      #expect(try await converge([(1, "a", "x")], on: database) == RowCounts(inserted: 1))
      #expect(try await converge([(1, "a", "x")], on: database) == RowCounts(unchanged: 1))
    }
  }

  @Test("reports a row that a trigger discards, without retrying")
  func dropped() async throws {
    try await TemporaryDatabase.with { database in
      try await makeTrigger("RETURN NULL;", on: database)
      let report = try await run([(1, "a", "x")], on: database)
      #expect(report.attempts == 1)
      #expect(
        report.failure?.faults.first?.found.contains("row 'a' is not written to items")
          == true)
    }
  }

  @Test("keeps the id of an existing row with the same natural key")
  func foreignID() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await converge([(1, "a", "x")], on: database)
      try await database.withConnection { connection in
        try await connection.query("INSERT INTO items (id, name, value) VALUES (77, 'b', 'theirs')")
      }
      #expect(
        try await converge([(1, "a", "x"), (2, "b", "ours")], on: database)
          == RowCounts(updated: 1, unchanged: 1))
      let row = try await database.withConnection { connection in
        try await connection.queryOne("SELECT id, value FROM items WHERE name = 'b'").decode(
          Int.self, String.self)
      }
      #expect(row == (77, "ours"))
    }
  }

  @Test("restores a row whose natural key was edited, with its id")
  func changedKey() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await converge([(1, "a", "x")], on: database)
      try await database.withConnection { connection in
        try await connection.query("UPDATE items SET name = 'renamed'")
      }
      #expect(try await converge([(1, "a", "x")], on: database) == RowCounts(updated: 1))
      #expect(try await Harness.count("items", on: database) == 1)
    }
  }

  @Test("leaves the values of initial columns to the application")
  func initialValues() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await converge([(1, "a", "x")], on: database)
      try await database.withConnection { connection in
        try await connection.query("UPDATE items SET visits = 9")
      }
      #expect(try await converge([(1, "a", "x")], on: database) == RowCounts(unchanged: 1))
      #expect(try await converge([(1, "a", "y")], on: database) == RowCounts(updated: 1))
      let visits = try await database.withConnection { connection in
        try await connection.queryOne("SELECT visits FROM items").decode(Int.self)
      }
      #expect(visits == 9)
    }
  }

  @Test("needs only the natural key as primary key, which may have several columns")
  func compositeKey() async throws {
    try await TemporaryDatabase.with { database in
      func run(_ rows: [(String, Int32, String)]) async throws -> RowCounts {
        let seeder = StubSeeder(id: "prices") { context in
          try await context.connection.query(
            "CREATE TABLE IF NOT EXISTS prices (code text, year int, price text, PRIMARY KEY (code, year))")
          let table = try ConvergeTable(
            "prices",
            columns: [
              .init("code", "text", .naturalKey), .init("year", "integer", .naturalKey),
              .init("price", "text"),
            ], timestamps: false)
          try await context.converge(table, rows: rows.map { [$0.0, $0.1, $0.2] })
        }
        return try #require(try await Harness.run([seeder], on: database).seeders.first).tables.total
      }
      let first = try await run([("a", 1, "x"), ("a", 2, "y")])
      #expect(first == RowCounts(inserted: 2))
      let second = try await run([("a", 1, "x"), ("a", 2, "z"), ("b", 1, "x")])
      #expect(second == RowCounts(inserted: 1, updated: 1, unchanged: 1))
    }
  }

  @Test("stores text in columns that only take it as a literal, such as an enum and json")
  func typesOfText() async throws {
    let seeder = StubSeeder(id: "moods") { context in
      try await context.converge(
        try ConvergeTable(
          "moods",
          columns: [.init("name", "text", .naturalKey), .init("mood", "mood"), .init("data", "jsonb")],
          timestamps: false),
        rows: [
          ["a", "sad", PostgresJSON(#"{"b": 1}"#)],
          ["c", Optional<String>.none, Optional<PostgresJSON>.none],
        ])
    }
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        try await connection.runScript(
          """
          CREATE TYPE mood AS ENUM ('sad', 'glad');
          CREATE TABLE moods (name text PRIMARY KEY, mood mood, data jsonb)
          """)
      }
      let report = try await Harness.run([seeder], on: database)
      #expect(report.seeders.first?.tables.total == RowCounts(inserted: 2))
    }
  }

  @Test("handles 20,000 rows in one call")
  func many() async throws {
    try await TemporaryDatabase.with { database in
      let items = (1...20_000).map { (id: Int32($0), name: "item \($0)", value: String?.some("value")) }
      let first = try await converge(items, on: database)
      #expect(first == RowCounts(inserted: 20_000))
      let second = try await converge(items, on: database)
      #expect(second == RowCounts(unchanged: 20_000))
    }
  }
}
