import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Generated rows")
struct GeneratedSeederTests {
  private static let sql = """
    CREATE TABLE country (code char(2) PRIMARY KEY, name text NOT NULL);
    INSERT INTO country VALUES ('DE', 'Germany'), ('FR', 'France'), ('NO', 'Norway');
    CREATE TABLE customer (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name varchar(20) NOT NULL,
      tier text NOT NULL CHECK (tier IN ('free', 'pro')), country_code char(2) NOT NULL REFERENCES country,
      referrer_id int REFERENCES customer, balance numeric(8, 2) NOT NULL DEFAULT 0, created_at timestamptz NOT NULL,
      label text GENERATED ALWAYS AS (email || ' ' || tier) STORED);
    CREATE TABLE purchase (
      id bigserial PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, number int NOT NULL,
      placed_on date NOT NULL, UNIQUE (customer_id, number));
    CREATE TABLE product (sku text PRIMARY KEY, price numeric(6, 2) NOT NULL CHECK (price > 0));
    CREATE TABLE line (
      purchase_id bigint REFERENCES purchase, sku text REFERENCES product, quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 9),
      PRIMARY KEY (purchase_id, sku));
    CREATE TABLE profile (customer_id int PRIMARY KEY REFERENCES customer, bio text);
    """

  private static let tables = #"""
    {table: "line", generate: {rows: {per: "purchase", count: [0, 4]}, columns: {quantity: {integer: [1, 9]}}}},
    {table: "customer", generate: {rows: 3000, columns: {
      email: "email", name: "person.name", tier: {pick: {free: 8, pro: 2}},
      country_code: {reference: "country", distribution: "zipf"},
      referrer_id: {reference: "customer", null: 0.5},
      created_at: {timestamptz: {between: ["2024-01-01", "2026-01-01"]}}}}},
    {table: "purchase", generate: {rows: {per: "customer", count: [0, 5]}, columns: {
      number: "position", placed_on: {date: {between: ["2026-01-01", "2026-03-01"]}}}}},
    {table: "product", generate: {rows: 50, columns: {sku: {pattern: "AB-####"}, price: {decimal: {between: [1, 99]}}}}},
    {table: "profile", generate: {rows: 1000, columns: {bio: {template: "Customer {customer_id}"}}}}
    """#

  @Test("fill tables that refer to each other, and a second run finds nothing to do")
  func shop() async throws {
    try await GeneratedFolder.with(Self.sql, tables: Self.tables) { folder in
      let first = try await folder.counts()
      #expect(first.inserted > 10_000 && first.unchanged == 0, "\(first)")
      #expect(try await folder.number("SELECT count(*) FROM customer WHERE referrer_id >= id") == 0)
      #expect(try await folder.number("SELECT count(*) FROM customer WHERE referrer_id IS NOT NULL") > 1_000)
      #expect(try await folder.number("SELECT count(DISTINCT country_code) FROM customer") == 3)
      #expect(
        try await folder.number("SELECT count(*) FROM profile WHERE bio = 'Customer ' || customer_id")
          == 1_000)
      #expect(
        try await folder.number("SELECT count(*) - count(DISTINCT (customer_id, number)) FROM purchase") == 0)
      #expect(try await folder.number("SELECT max(number) FROM purchase") == 5)
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: first.inserted))
      // The application's next row gets a number of its own.
      #expect(
        try await folder.number(
          "INSERT INTO purchase (customer_id, number, placed_on) VALUES (1, 99, '2026-01-01') RETURNING id::int"
        )
          == (try await folder.number("SELECT max(id)::int FROM purchase WHERE number < 99")) + 1)
    }
  }
}
