import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Keys and references of factories")
struct FactoryKeyTests {
  @Test("values that existing rows have are skipped")
  func existingValues() async throws {
    let sql = """
      CREATE TABLE coupon (code int PRIMARY KEY);
      INSERT INTO coupon SELECT n FROM generate_series(1, 300) AS n;
      """
    struct Coupon: FactoryModel {
      static let table = "coupon"
      static let columns: [String: FactoryValue] = ["code": "sequence"]
      let code: Int
    }
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      let codes = try await factory.make(Coupon.self, count: 2).map(\.code)
      #expect(codes == [301, 302])
      #expect(try await factory.make(Coupon.self).code == 303)
      // Another factory starts from the first row again.
      #expect(try await Factory(connection).make(Coupon.self).code == 304)
    }
  }

  @Test("values of a unique expression that existing rows have are skipped")
  func existingExpressions() async throws {
    let sql = """
      CREATE TABLE seat (place int NOT NULL, letter text NOT NULL);
      CREATE UNIQUE INDEX ON seat (lower(letter), (place / 10));
      INSERT INTO seat SELECT 11, chr(n) FROM generate_series(ascii('a'), ascii('x')) AS n;
      """
    struct Seat: FactoryModel {
      static let table = "seat"
      static let columns: [String: FactoryValue] = ["letter": ["pattern": "?", "unique": true]]
      let letter: String
    }
    try await FactoryPlace.with(sql) { connection in
      let seats = try await Factory(connection).make(Seat.self, count: 2, ["place": 15])
      #expect(Set(seats.map(\.letter)) == ["Y", "Z"])
    }
  }

  @Test("a part of a key refers to the row that has it")
  func partOfKey() async throws {
    let sql = """
      CREATE TABLE tenant (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE customer (
        tenant_id int NOT NULL REFERENCES tenant, id int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (tenant_id, id));
      CREATE TABLE sale (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL, customer_id int NOT NULL,
        FOREIGN KEY (tenant_id, customer_id) REFERENCES customer);
      """
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      let customers = try await [factory.make("customer"), factory.make("customer")]
      let sale = try await factory.make("sale", ["customer_id": customers[0]["id"]])
      #expect(try sale["tenant_id"] == customers[0]["tenant_id"])
      #expect(try await connection.number("SELECT count(*) FROM customer") == 2)
    }
  }

  @Test("values are used up to the last one, and one more is an error")
  func usedUp() async throws {
    let sql = "CREATE TABLE size (name text PRIMARY KEY); INSERT INTO size VALUES ('M')"
    struct Size: FactoryModel {
      static let table = "size"
      static let columns: [String: FactoryValue] = ["name": ["pick": ["S", "M", "L", "XL", "XXL"]]]
      let name: String
    }
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      let names = try await factory.make(Size.self, count: 3) + [factory.make(Size.self)]
      #expect(Set(names.map(\.name)) == ["S", "L", "XL", "XXL"])
      let text = try await FactoryPlace.faults { try await factory.make(Size.self) }
      #expect(
        text == """
          factory of size: field 'name': found 6 rows with distinct values of 'pick', which has 5; expected at most 5 \
          rows, or another generator
          """)
    }
  }

  @Test("each related row can use all values of a key")
  func fewValues() async throws {
    struct Hours: FactoryModel {
      static let table = "hours"
      static let columns: [String: FactoryValue] = ["weekday": ["integer": [1, 7]]]
      let store_id, weekday: Int
    }
    let sql = """
      CREATE TABLE store (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE hours (store_id int REFERENCES store, weekday int, PRIMARY KEY (store_id, weekday));
      """
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      let first = try await factory.make(Hours.self, count: 5)
      let second = try await factory.make(Hours.self, count: 7)
      #expect(Set(second.map(\.weekday)).count == 7)
      let rest = try await factory.make(Hours.self, count: 2, ["store_id": first[0].store_id])
      #expect(Set((first + rest).map(\.weekday)).count == 7)
    }
  }

  @Test("a number that the caller decides is not drawn again")
  func decidedNumber() async throws {
    try await FactoryPlace.with { connection in
      let factory = Factory(connection)
      try await factory.make("country", ["id": 1])
      #expect(try await factory.make("country").decode("id", as: Int.self) == 2)
    }
  }

  @Test("rows get a related row of their own if a unique key allows only one")
  func oneToOne() async throws {
    let sql = """
      CREATE TABLE person (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE profile (person_id int PRIMARY KEY REFERENCES person);
      CREATE TABLE club (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE member (
        person_id int REFERENCES person, club_id int REFERENCES club, PRIMARY KEY (person_id, club_id));
      """
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      #expect(try await factory.make("profile", count: 3).count == 3)
      let club = try await factory.make("club")
      try await factory.make("member", count: 4, ["club_id": club["id"]])
      #expect(try await connection.number("SELECT count(DISTINCT person_id) FROM member") == 4)
      try await factory.make("member", count: 4)
      #expect(try await connection.number("SELECT count(*) FROM member") == 8)
      let person = try await factory.make("person")
      let text = try await FactoryPlace.faults {
        try await factory.make("member", count: 2, ["club_id": club["id"], "person_id": person["id"]])
      }
      #expect(text.contains("factory of member: field 'person_id, club_id': found the same values in 2 rows"))
    }
  }

  @Test("new rows of one call belong to the same tenant")
  func tenants() async throws {
    let sql = """
      CREATE TABLE tenant (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
      CREATE TABLE customer (
        tenant_id int NOT NULL REFERENCES tenant, id int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (tenant_id, id));
      CREATE TABLE product (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant,
        slug text NOT NULL, UNIQUE (tenant_id, slug));
      CREATE TABLE sale (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant,
        customer_id int NOT NULL, product_id int NOT NULL REFERENCES product,
        FOREIGN KEY (tenant_id, customer_id) REFERENCES customer);
      """
    let same: PostgresQuery = """
      SELECT count(*) FROM sale JOIN product AS p ON p.id = product_id WHERE p.tenant_id = sale.tenant_id
      """
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      try await factory.make("sale", count: 2)
      #expect(try await connection.number("SELECT count(*) FROM tenant") == 1)
      #expect(try await connection.number(same) == 2)
      let tenant = try await factory.make("tenant")
      try await factory.make("sale", ["tenant_id": tenant["id"]])
      #expect(try await connection.number("SELECT count(*) FROM tenant") == 2)
      #expect(try await connection.number(same) == 3)
    }
  }

  @Test("two references to the same table refer to different rows")
  func differentRows() async throws {
    let sql = """
      CREATE TABLE person (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE message (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sender_id int NOT NULL REFERENCES person,
        recipient_id int NOT NULL REFERENCES person, CHECK (sender_id <> recipient_id));
      """
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      let first = try await factory.make("message", count: 2)
      #expect(try first[0]["sender_id"] == first[1]["sender_id"])
      try await factory.make("message", ["sender_id": first[0]["recipient_id"]])
      #expect(try await connection.number("SELECT count(*) FROM message") == 3)
    }
  }

  @Test("a declared reference refers to an existing row, or to a new one if there is none")
  func declaredReference() async throws {
    struct Employee: FactoryModel {
      static let table = "employee"
      static let columns: [String: FactoryValue] = [
        "office_id": ["reference": "office"], "manager_id": ["reference": "employee"],
      ]
      let id, office_id: Int
      let manager_id: Int?
    }
    let sql = """
      CREATE TABLE office (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
      CREATE TABLE employee (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, office_id int REFERENCES office,
        manager_id int REFERENCES employee);
      """
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      let first = try await factory.make(Employee.self)
      #expect(first.office_id == 1)
      #expect(first.manager_id == nil)
      let others = try await factory.make(Employee.self, count: 5)
      #expect(others.map(\.office_id) == [1, 1, 1, 1, 1])
      #expect(others.map(\.manager_id) == Array(repeating: first.id, count: 5))
    }
  }

  @Test("a required reference to the table itself refers to the row itself")
  func ownRow() async throws {
    let sql = """
      CREATE TABLE node (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, root_id int NOT NULL REFERENCES node);
      CREATE TABLE leaf (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), root_id uuid NOT NULL REFERENCES leaf);
      """
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      for row in try await factory.make("node", count: 2) + factory.make("leaf", count: 2) {
        #expect(try row["root_id"] == row["id"])
      }
    }
  }

  @Test("positions count the rows of the same parent")
  func positions() async throws {
    struct Line: FactoryModel {
      static let table = "line"
      static let columns: [String: FactoryValue] = ["number": "position"]
      let bill_id, number: Int
    }
    let sql = """
      CREATE TABLE bill (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE line (bill_id int REFERENCES bill, number int, PRIMARY KEY (bill_id, number));
      """
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      let lines = try await factory.make(Line.self, count: 3)
      #expect(lines.map(\.number) == [1, 2, 3])
      #expect(try await factory.make(Line.self, ["bill_id": lines[0].bill_id]).number == 4)
      #expect(try await factory.make(Line.self).number == 1)
    }
  }

  @Test("columns that a generator reads are filled, also by the server")
  func readColumns() async throws {
    struct Task: FactoryModel {
      static let table = "task"
      static let columns: [String: FactoryValue] = ["label": ["template": "{id}-{slug}"]]
      let id: Int
      let slug, label: String
    }
    let sql = """
      CREATE TABLE task (
        id int GENERATED ALWAYS AS IDENTITY (START 70) PRIMARY KEY, slug text, label text NOT NULL,
        starts_on date DEFAULT '2020-01-01', ends_on date NOT NULL CHECK (ends_on > starts_on));
      """
    try await FactoryPlace.with(sql) { connection in
      let tasks = try await Factory(connection).make(Task.self, count: 2)
      #expect(tasks.map(\.id) == [70, 71])
      #expect(tasks.map(\.label) == tasks.map { "\($0.id)-\($0.slug)" })
    }
  }

  @Test("tables that the server fills alone")
  func defaultsOnly() async throws {
    let sql = "CREATE TABLE ticket (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)"
    try await FactoryPlace.with(sql) { connection in
      let rows = try await Factory(connection).make("ticket", count: 3)
      #expect(try rows.map { try $0["id"] } == [1, 2, 3])
    }
  }

  @Test("a unique index over a part of the rows does not separate related rows")
  func partialIndex() async throws {
    let sql = """
      CREATE TABLE person (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE address (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id int NOT NULL REFERENCES person,
        is_main boolean NOT NULL DEFAULT false, slug text NOT NULL, deleted_at timestamptz);
      CREATE UNIQUE INDEX ON address (person_id) WHERE is_main;
      CREATE UNIQUE INDEX ON address (slug) WHERE deleted_at IS NULL;
      """
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      let rows = try await factory.make("address", count: 3)
      #expect(try await connection.number("SELECT count(*) FROM person") == 1)
      let person = try rows[0]["person_id"]
      try await factory.make(
        "address", ["person_id": person, "slug": rows[0]["slug"], "deleted_at": "2026-01-01"])
      try await factory.make("address", ["person_id": person, "is_main": true])
      #expect(try await connection.number("SELECT count(*) FROM address") == 5)
    }
  }
}
