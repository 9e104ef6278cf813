import FoundationEssentials
import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Upserting encodable rows")
struct UpsertTests {
  private struct Country: Encodable, Sendable {
    var code: String
    var name: String
    var population: Int?
  }

  private static let table = """
    CREATE TABLE countries (
      id bigint GENERATED ALWAYS AS IDENTITY, code text PRIMARY KEY, name varchar(20) NOT NULL,
      population integer, visits int NOT NULL DEFAULT 0)
    """

  private func seed<Row: Encodable & Sendable>(
    _ rows: [Row], into table: String = "countries", key: String = "code", on database: TemporaryDatabase
  ) async throws -> SeederReport {
    let seeder = StubSeeder(id: "countries") { try await $0.upsert(rows, into: table, key: key) }
    return try #require(try await Harness.run([seeder], on: database).seeders.first)
  }

  private func withTable(
    _ sql: String = table, _ body: (TemporaryDatabase) async throws -> Void
  ) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { try await $0.runScript(sql) }
      try await body(database)
    }
  }

  private func text(_ expression: String, of table: String, on database: TemporaryDatabase) async throws
    -> String
  {
    try await database.withConnection { connection in
      let query: PostgresQuery =
        "SELECT coalesce((\(unescaped: expression))::text, 'NULL') FROM \(unescaped: table)"
      return try await connection.queryOne(query).decode(String.self)
    }
  }

  @Test("inserts, updates and leaves untouched, and counts each")
  func counts() async throws {
    try await withTable { database in
      _ = try await seed(
        [Country(code: "DE", name: "Germany"), Country(code: "FR", name: "Frankreich")], on: database)
      let report = try await seed(
        [
          Country(code: "DE", name: "Germany"), Country(code: "FR", name: "France"),
          Country(code: "JP", name: "Japan", population: 124_000_000),
        ], on: database)
      #expect(report.tables.total == RowCounts(inserted: 1, updated: 1, unchanged: 1))
    }
  }

  @Test("writes NULL for a property that became nil")
  func becameNil() async throws {
    try await withTable { database in
      _ = try await seed([Country(code: "DE", name: "Germany", population: 84)], on: database)
      _ = try await seed([Country(code: "DE", name: "Germany")], on: database)
      let population = try await text("population", of: "countries", on: database)
      #expect(population == "NULL")
    }
  }

  @Test("reports all faults of all rows before anything is written")
  func faults() async throws {
    try await withTable { database in
      let report = try await seed(
        [
          Country(code: "DE", name: "Germany"), Country(code: "FR", name: "A name of more than twenty"),
          Country(code: "JP", name: "Japan", population: 3_000_000_000),
        ], on: database)
      let places = report.failure?.faults.map { [$0.record.map(String.init), $0.field] }
      #expect(places == [["2", "name"], ["3", "population"]])
      #expect(report.failure?.faults.allSatisfy { $0.line == nil } == true)
      let rows = try await Harness.count("countries", on: database)
      #expect(rows == 0)
    }
  }

  @Test("names the type of the rows in a fault")
  func place() async throws {
    try await withTable { database in
      let report = try await seed(
        [Country(code: "DE", name: "A name of more than twenty")], on: database)
      #expect(report.failure?.faults.first?.file == "rows of Country")
    }
  }

  @Test(
    "rejects a table or a key that does not fit",
    arguments: [
      ("nowhere", "code"), ("countries", "population"), ("seed_runner.history", "code"), ("a.b.c", "code"),
    ])
  func misfit(table: String, key: String) async throws {
    try await withTable { database in
      let report = try await seed([Country(code: "DE", name: "x")], into: table, key: key, on: database)
      #expect(report.failure?.faults.isEmpty == false)
    }
  }

  @Test("rejects rows that do not encode as objects")
  func notObjects() async throws {
    try await withTable { database in
      let report = try await seed(["DE", "FR"], on: database)
      let faults = report.failure?.faults.map(\.description) ?? []
      #expect(faults.count == 2)
      #expect(
        faults.last
          == "rows of String: record 2: cannot encode the row for countries: a row must encode as an "
          + "object, as a struct does")
    }
  }

  private struct Picky: Encodable, Sendable {
    struct Refusal: Error {}
    struct Details: Encodable { var ratio: Double }
    var code: String
    var name = "x"
    var details: Details?

    func encode(to encoder: any Encoder) throws {
      if code == "refused" { throw Refusal() }
      var fields = encoder.container(keyedBy: Keys.self)
      try fields.encode(code, forKey: .code)
      try fields.encode(details, forKey: .details)
    }

    enum Keys: String, CodingKey { case code, details }
  }

  @Test("names the record and the table of each row that cannot be encoded")
  func notEncodable() async throws {
    try await withTable("CREATE TABLE picky (code text PRIMARY KEY, details jsonb)") { database in
      let report = try await seed(
        [
          Picky(code: "good", details: .init(ratio: 0.5)), Picky(code: "refused"),
          Picky(code: "bad", details: .init(ratio: .nan)),
        ], into: "picky", on: database)
      #expect(
        report.failure?.faults.map(\.description) == [
          "rows of Picky: record 2: cannot encode the row for picky: Refusal()",
          "rows of Picky: record 3, field 'details.ratio': cannot encode the row for picky: JSON cannot store nan; "
            + "use nil",
        ])
      let rows = try await Harness.count("picky", on: database)
      #expect(rows == 0)
    }
  }

  private struct Renamed: Encodable, Sendable {
    var code = "DE"
    var name = "Germany"
    var continentOfTheCountry = "Europe"
  }

  @Test("names faults in terms of the code, without lines of a file that nobody can open")
  func terms() async throws {
    try await withTable { database in
      let unknown = try await seed([Renamed()], on: database)
      #expect(
        unknown.failure?.faults.map(\.description) == [
          "rows of Renamed: record 1, field 'continentOfTheCountry': found an unknown field; expected a column of "
            + "countries; rename the coding key, or add the column"
        ])
      let missing = try await seed([Country(code: "DE", name: "x")], into: "nowhere", on: database)
      let fault = try #require(missing.failure?.faults.first)
      #expect(fault.line == nil && fault.description.hasPrefix("rows of Country: field 'table': "))
    }
  }

  @Test("upserts several tables in one seeder")
  func twice() async throws {
    try await withTable(Self.table + "; CREATE TABLE copies (LIKE countries INCLUDING ALL)") { database in
      let rows = [Country(code: "DE", name: "Germany")]
      let seeder = StubSeeder(id: "countries") { context in
        try await context.upsert(rows, into: "countries", key: "code")
        try await context.upsert(rows, into: "copies", key: "code")
      }
      let report = try await Harness.run([seeder], on: database)
      #expect(report.seeders.first?.tables.tables.map(\.name) == ["countries", "copies"])
    }
  }

  /// A value of each type that a row may have.
  private struct Values: Encodable, Sendable {
    enum Size: String, Encodable { case small, large }
    struct Nested: Encodable { var a = [1, 2], b: Int? }
    var id = UInt64(1)
    var at = Date(timeIntervalSince1970: 1_700_000_000.123456)
    var before = Date(timeIntervalSince1970: -0.5)
    var bytes = Data([0, 255])
    var price = Decimal(string: "12345678901234567890.12")
    var ratio = 0.1
    var infinite = -Double.infinity
    var size = Size.large
    var tags = ["a \"quoted\" one", "b"]
    var nested = Nested()
    var uuid = UUID(uuidString: "0BE3C7C1-6BA4-4B8B-9A63-6F50F0E4A6C1")
    var link = URL(string: "https://example.com/?q=1")
  }

  @Test(
    "keeps values of all types",
    arguments: [
      ("at AT TIME ZONE 'UTC'", "2023-11-14 22:13:20.123456"),
      ("before AT TIME ZONE 'UTC'", "1969-12-31 23:59:59.5"), ("bytes", #"\x00ff"#),
      ("price", "12345678901234567890.12"), ("ratio", "0.1"), ("infinite", "-Infinity"), ("size", "large"),
      ("tags[1]", #"a "quoted" one"#), ("nested", #"{"a": [1, 2], "b": null}"#),
      ("uuid", "0be3c7c1-6ba4-4b8b-9a63-6f50f0e4a6c1"), ("link", "https://example.com/?q=1"),
    ])
  func values(expression: String, expected: String) async throws {
    let sql = """
      CREATE TABLE v (
        id bigint PRIMARY KEY, at timestamptz, before timestamptz, bytes bytea, price numeric, ratio float8,
        infinite float8, size text, tags text[], nested jsonb, uuid uuid, link text)
      """
    try await withTable(sql) { database in
      _ = try await seed([Values()], into: "v", key: "id", on: database)
      let found = try await text(expression, of: "v", on: database)
      #expect(found == expected)
    }
  }
}
