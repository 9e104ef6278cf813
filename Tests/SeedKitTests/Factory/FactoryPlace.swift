import Postgres
import SeedKit
import SeedTesting
import Testing

/// A database with tables, and a connection to it.
enum FactoryPlace {
  /// A shop: unique and checked columns, lookup tables, and references over several tables.
  static let shop = """
    CREATE TABLE country (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
    CREATE TABLE customer (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name varchar(60) NOT NULL,
      tier text NOT NULL CHECK (tier IN ('free', 'pro')), country_id int NOT NULL REFERENCES country,
      nickname text, created_at timestamptz NOT NULL DEFAULT '2026-01-01 00:00+00');
    CREATE TABLE purchase (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int NOT NULL REFERENCES customer,
      placed_on date NOT NULL, shipped_on date CHECK (shipped_on > placed_on));
    """

  static func with(_ sql: String = shop, _ body: (PostgresConnection) async throws -> Void) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        try await connection.runScript(sql)
        try await body(connection)
      }
    }
  }

  /// The faults of a call that must fail.
  static func faults(_ body: () async throws -> Void) async throws -> String {
    do {
      try await body()
    } catch let error as FixtureError {
      return error.description
    }
    Issue.record("the call succeeded")
    return ""
  }
}

extension PostgresConnection {
  func number(_ query: PostgresQuery) async throws -> Int { try await queryOne(query).decode(Int.self) }
}

struct Customer: FactoryModel {
  static let table = "customer"
  static let columns: [String: FactoryValue] = [
    "email": "email", "name": "person.name", "tier": ["pick": ["free": 8, "pro": 2]],
  ]

  let id: Int
  let email, name, tier: String
  let nickname: String?
}
