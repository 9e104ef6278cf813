import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Errors of factories")
struct FactoryFaultTests {
  private func fault(
    _ sql: String = FactoryPlace.shop, _ body: (Factory) async throws -> Void
  ) async throws -> String {
    var text = ""
    try await FactoryPlace.with(sql) { connection in
      text = try await FactoryPlace.faults { try await body(Factory(connection)) }
    }
    return text
  }

  @Test("name a table that does not exist, and a similar one")
  func unknownTable() async throws {
    let text = try await fault { try await $0.make("custmer") }
    #expect(text.hasPrefix("factory of custmer: field 'table': found no table 'custmer' in the database"))
    #expect(text.hasSuffix("expected 'customer'"))
  }

  @Test("name a relation that is not a table")
  func view() async throws {
    let text = try await fault("CREATE VIEW things AS SELECT 1 AS a") { try await $0.make("things") }
    #expect(text.contains("found 'things', which is a view"))
  }

  @Test("name overrides of unknown and generated columns, and values that the column cannot store")
  func overrides() async throws {
    let sql = "CREATE TABLE thing (name text NOT NULL, size int GENERATED ALWAYS AS (length(name)) STORED)"
    let text = try await fault(sql) { try await $0.make("thing", ["nam": "x", "size": 3, "name": ["a": 1]]) }
    #expect(
      text == """
        factory of thing: field 'nam': found no column 'nam' in thing; expected 'name'
        factory of thing: field 'name': found an object; expected a value of type text
        factory of thing: field 'size': found a value for the generated column 'size'; expected another column
        """)
  }

  @Test("name an invalid generator of a model")
  func generator() async throws {
    struct Wrong: FactoryModel {
      static let table = "customer"
      static let columns: [String: FactoryValue] = ["tier": ["pick": 3], "mail": "email"]
    }
    let text = try await fault { try await $0.make(Wrong.self) }
    #expect(text.contains("factory of customer: field 'mail': found no column 'mail' in customer"))
    #expect(
      text.hasSuffix(
        "factory of customer: field 'tier.pick': expected an array of values or an object with weights"))
  }

  @Test("name a model that reads a file")
  func file() async throws {
    struct Listed: FactoryModel {
      static let table = "customer"
      static let columns: [String: FactoryValue] = ["name": ["pickFrom": ["file": "names.txt"]]]
    }
    let text = try await fault { try await $0.make(Listed.self) }
    #expect(text.contains("field 'name': found values of the file 'names.txt'"))
  }

  @Test("name the constraint that rejects a row")
  func rejected() async throws {
    let text = try await fault { try await $0.make("customer", ["tier": "gold"]) }
    #expect(text.hasPrefix("factory of customer: field 'tier': found a row that customer rejects"))
    #expect(text.contains("(constraint 'customer_tier_check')"))
  }

  @Test("name an override that another row has")
  func duplicate() async throws {
    let text = try await fault { factory in
      try await factory.make("country", ["name": "Norway"])
      try await factory.make("country", ["name": "Norway"])
    }
    #expect(text.contains("field 'name': found a row that country rejects"))
    #expect(text.contains("Key (name)=(Norway) already exists."))
  }

  @Test("name an override that is longer than the column")
  func tooLong() async throws {
    let text = try await fault { factory in
      try await factory.make("customer", ["name": String(repeating: "x", count: 61)])
    }
    #expect(text.contains("value too long for type character varying(60)"))
  }

  @Test("name a cycle of references that need each other")
  func cycle() async throws {
    let sql = """
      CREATE TABLE team (id int PRIMARY KEY, lead_id int NOT NULL);
      CREATE TABLE member (id int PRIMARY KEY, team_id int NOT NULL REFERENCES team);
      ALTER TABLE team ADD CONSTRAINT lead FOREIGN KEY (lead_id) REFERENCES member DEFERRABLE INITIALLY DEFERRED;
      """
    let text = try await fault(sql) { try await $0.make("team") }
    #expect(
      text == """
        factory of member: field 'team_id': found the table member, whose foreign key 'member_team_id_fkey' is \
        part of a cycle of required references; expected an override of the column, such as the key of a row that exists
        """)
  }

  @Test("name a column of a type without generators")
  func unknownType() async throws {
    let sql =
      "CREATE TYPE pair AS (a int, b int); CREATE TABLE area (id int PRIMARY KEY, shape pair NOT NULL)"
    let text = try await fault(sql) { try await $0.make("area") }
    #expect(
      text == """
        factory of area: found no generator for the column 'shape' of type pair, which is NOT NULL; expected "shape": \
        a generator
        """)
  }

  @Test("name the column of a row that cannot be decoded")
  func decoding() async throws {
    try await FactoryPlace.with { connection in
      let row = try await Factory(connection).make("customer")
      func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return ""
      }
      #expect(message { _ = try row["emial"] } == "the row has no column 'emial'; did you mean 'email'?")
      #expect(
        message { _ = try row.decode("nickname", as: String.self) }
          == "column 'nickname' is NULL; decode an optional String instead")
      #expect(
        message { _ = try row.decode("email", as: Int.self) }.hasPrefix(
          "column 'email' cannot be decoded as Int"))
    }
  }
}
