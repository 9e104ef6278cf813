import FoundationEssentials
import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Factories")
struct FactoryTests {
  @Test("fill a table without a declaration, and the tables that it needs")
  func undeclared() async throws {
    try await FactoryPlace.with { connection in
      let rows = try await Factory(connection).make("purchase", count: 3)
      #expect(try rows.map { try $0.decode("id", as: Int.self) } == [1, 2, 3])
      #expect(try await connection.number("SELECT count(*) FROM purchase") == 3)
      #expect(try await connection.number("SELECT count(*) FROM customer") == 1)
      #expect(try await connection.number("SELECT count(*) FROM country") == 1)
    }
  }

  @Test("leave columns that may be left out to the server")
  func optionals() async throws {
    try await FactoryPlace.with { connection in
      let row = try await Factory(connection).make("customer")
      #expect(try row["nickname"] == nil)
      #expect(try row.decode("created_at", as: Date.self) == Date(timeIntervalSince1970: 1_767_225_600))
      let full = try await Factory(connection, optionals: .guessed).make("customer")
      #expect(try full.decode("nickname", as: String?.self) != nil)
    }
  }

  @Test("use the generators of a model, and the overrides of the call")
  func model() async throws {
    try await FactoryPlace.with { connection in
      let customers = try await Factory(connection).make(
        Customer.self, count: 3, ["tier": "pro", "nickname": nil])
      #expect(customers.map(\.tier) == ["pro", "pro", "pro"])
      #expect(customers.allSatisfy { $0.email.contains("@example.") })
      #expect(customers.map(\.nickname) == [nil, nil, nil])
      #expect(Set(customers.map(\.email)).count == 3)
    }
  }

  @Test("use the values of other rows")
  func otherRows() async throws {
    try await FactoryPlace.with { connection in
      let factory = Factory(connection)
      let customer = try await factory.make(Customer.self)
      let first = try await factory.make("purchase", ["customer_id": customer.id])
      let second = try await factory.make("purchase", ["customer_id": first["customer_id"]])
      #expect(try second.decode("customer_id", as: Int.self) == customer.id)
      #expect(try await connection.number("SELECT count(*) FROM customer") == 1)
    }
  }

  @Test("fill related rows with the models of the factory")
  func relatedModels() async throws {
    struct Rich: FactoryModel {
      static let table = "public.customer"
      static let columns: [String: FactoryValue] = ["tier": ["pick": ["pro"]], "nickname": "username"]
      let nickname: String
    }
    try await FactoryPlace.with { connection in
      try await Factory(connection, models: [Rich.self]).make("purchase")
      let found = try await connection.number(
        "SELECT count(*) FROM customer WHERE tier = 'pro' AND nickname IS NOT NULL")
      #expect(found == 1)
    }
  }

  @Test("make the same rows in every run, and others with another seed")
  func deterministic() async throws {
    var runs: [[String]] = []
    for seed in [1, 1, 2] {
      try await FactoryPlace.with { connection in
        let factory = Factory(connection, seed: seed)
        var names = try await factory.make(Customer.self, count: 3).map(\.email)
        try await factory.make("purchase", count: 2)
        names += try await factory.make(Customer.self, count: 2).map(\.email)
        runs.append(names)
      }
    }
    #expect(runs[0] == runs[1])
    #expect(Set(runs[0]).isDisjoint(with: runs[2]))
  }

  @Test("make the rows that a seeder with the same definition makes")
  func seederValues() async throws {
    let columns = #""name": {"pick": ["Oslo", "Rome", "Lima", "Kyiv"]}, "code": {"pattern": "??-####"}"#
    struct City: FactoryModel {
      static let table = "city"
      static let columns: [String: FactoryValue] = [
        "name": ["pick": ["Oslo", "Rome", "Lima", "Kyiv"]], "code": ["pattern": "??-####"],
      ]
      let name, code: String
    }
    let sql = "CREATE TABLE city (name text NOT NULL, code text PRIMARY KEY)"
    try await GeneratedFolder.with(
      sql, tables: #"{table: "city", generate: {rows: 20, columns: {\#(columns)}}}"#
    ) { folder in
      _ = try await folder.counts()
      try await folder.database.withConnection { connection in
        let generated = try await connection.query("SELECT name || code FROM city ORDER BY 1").map {
          try $0.decode(String.self)
        }
        try await connection.query("DELETE FROM city")
        let factory = Factory(connection)
        let made = try await factory.make(City.self, count: 12) + factory.make(City.self, count: 8)
        #expect(made.map { $0.name + $0.code }.sorted() == generated)
      }
    }
  }

  @Test("send overrides of every type")
  func overrideTypes() async throws {
    let sql = """
      CREATE TYPE mood AS ENUM ('sad', 'glad');
      CREATE TABLE thing (
        id uuid PRIMARY KEY, at timestamptz NOT NULL, on_day date NOT NULL, raw bytea NOT NULL, tags text[] NOT NULL,
        document jsonb NOT NULL, price numeric(10,2) NOT NULL, ratio float8 NOT NULL, is_new boolean NOT NULL,
        mood mood NOT NULL, span int4range NOT NULL, note varchar(5));
      """
    struct Thing: FactoryModel, Equatable {
      static let table = "thing"
      enum Mood: String, Codable { case sad, glad }
      struct Document: Codable, Equatable, Sendable {
        var title: String
        var pages: [Int]
      }
      let id: UUID
      let at, on_day: Date
      let raw: Data
      let tags: [String]
      let document: Document
      let price: Decimal
      let ratio: Double
      let is_new: Bool
      let mood: Mood
      let span: String
      let note: String?
    }
    let wanted = Thing(
      id: UUID(), at: Date(timeIntervalSince1970: 1_700_000_000.25),
      on_day: Date(timeIntervalSince1970: 1_699_920_000), raw: Data([0, 255]), tags: ["a \"b\"", "c,d"],
      document: .init(title: "x", pages: [1, 2]), price: 12.5, ratio: 0.1, is_new: true, mood: .glad,
      span: "[1,5)", note: nil)
    try await FactoryPlace.with(sql) { connection in
      let made = try await Factory(connection).make(
        Thing.self,
        [
          "id": wanted.id, "at": wanted.at, "on_day": "2023-11-14", "raw": wanted.raw, "tags": wanted.tags,
          "document": wanted.document, "price": 12.5, "ratio": wanted.ratio, "is_new": true,
          "mood": wanted.mood, "span": "[1,5)", "note": nil,
        ])
      #expect(made == wanted)
    }
  }

  @Test("compare values with literals, whatever their spelling")
  func literals() async throws {
    let sql =
      "CREATE TABLE thing (price numeric(10,2), tags text[], document jsonb, is_new boolean, size int)"
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      let row = try await factory.make(
        "thing", ["price": 12.5, "tags": ["a", "b"], "document": ["x": 1, "y": 2], "is_new": false])
      #expect(try row["price"] == 12.5)
      #expect(try row["price"] != 12.51)
      #expect(try row["tags"] == ["a", "b"])
      #expect(try row["document"] == ["y": 2, "x": 1])
      #expect(try row["is_new"] == false)
      #expect(try row["size"] == nil)
      let names = ["price", "tags", "document", "is_new", "size"]
      let overrides = try Dictionary(uniqueKeysWithValues: names.map { ($0, try row[$0]) })
      let copy = try await factory.make("thing", overrides)
      for name in names { #expect(try copy[name] == row[name]) }
    }
  }

  @Test("let the server compute columns, unless a call overrides them")
  func computed() async throws {
    try await FactoryPlace.with("CREATE TABLE t (a int NOT NULL UNIQUE, b text NOT NULL)") { connection in
      struct Computed: FactoryModel {
        static let table = "t"
        static let columns: [String: FactoryValue] = ["a": "sequence", "b": ["sql": "'no ' || a"]]
        let b: String
      }
      let factory = Factory(connection)
      let rows = try await factory.make(Computed.self, count: 2)
      #expect(rows.map(\.b) == ["no 1", "no 2"])
      let row = try await factory.make(Computed.self, ["b": "x"])
      #expect(row.b == "x")
    }
  }

  @Test("pick from a query, and use the locale of a generator")
  func query() async throws {
    struct City: FactoryModel {
      static let table = "city"
      static let columns: [String: FactoryValue] = [
        "name": ["pickFrom": ["query": "SELECT name FROM known ORDER BY 1"]],
        "mayor": ["person.name": true, "locale": "ja"],
      ]
      let name, mayor: String
    }
    let sql = """
      CREATE TABLE known (name text); INSERT INTO known VALUES ('Oslo'), ('Rome');
      CREATE TABLE city (name text UNIQUE, mayor text);
      """
    try await FactoryPlace.with(sql) { connection in
      let cities = try await Factory(connection).make(City.self, count: 2)
      #expect(Set(cities.map(\.name)) == ["Oslo", "Rome"])
      #expect(cities.allSatisfy { $0.mayor.unicodeScalars.allSatisfy { !$0.isASCII || $0 == " " } })
    }
  }

  @Test("insert each table in one round trip")
  func roundTrips() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { try await $0.runScript(FactoryPlace.shop) }
      try await SocketProxy.recording(database: database) { configuration, recorder in
        try await PostgresConnection.with(configuration) { connection in
          let factory = Factory(connection)
          let customer = try await factory.make("customer")
          try await factory.make("purchase")
          let before = recorder.roundTrips
          try await factory.make("purchase", count: 100, ["customer_id": customer["id"]])
          #expect(recorder.roundTrips == before + 1)
          try await factory.make("purchase", count: 100)
          // Three tables and COMMIT.
          #expect(recorder.roundTrips == before + 1 + 4)
        }
      }
    }
  }

  @Test("belong to the transaction of the caller")
  func transaction() async throws {
    struct Stop: Error {}
    try await FactoryPlace.with { connection in
      let factory = Factory(connection)
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await connection.withTransaction { connection in
          try await factory.make("purchase", count: 2)
          #expect(try await connection.number("SELECT count(*) FROM purchase") == 2)
          throw Stop()
        }
      }
      #expect(error?.cause is Stop)
      let kept = try await connection.number("SELECT count(*) FROM customer")
      #expect(kept == 0)
      #expect(try await factory.make("purchase", count: 2).count == 2)
    }
  }

  @Test("insert nothing if a row is rejected")
  func allOrNothing() async throws {
    try await FactoryPlace.with { connection in
      let text = try await FactoryPlace.faults {
        try await Factory(connection).make(
          "purchase", ["placed_on": "2026-02-01", "shipped_on": "2026-01-01"])
      }
      #expect(text.contains("purchase_check"))
      #expect(try await connection.number("SELECT count(*) FROM country") == 0)
    }
  }

  @Test("open a connection to a temporary database by themselves")
  func ownConnection() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { try await $0.runScript(FactoryPlace.shop) }
      let factory = Factory(database)
      async let some = factory.make(Customer.self, count: 5)
      async let others = factory.make(Customer.self, count: 5)
      #expect(Set(try await (some + others).map(\.email)).count == 10)
    }
  }

  @Test("make no rows for a count of 0")
  func none() async throws {
    try await FactoryPlace.with { connection in
      let made = try await Factory(connection).make("purchase", count: 0)
      #expect(made.isEmpty)
      #expect(try await connection.number("SELECT count(*) FROM country") == 0)
    }
  }
}
