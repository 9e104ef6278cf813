import Migrations
import Postgres
import SeedKit

/// A seeder whose parts are set by a test.
struct StubSeeder: Seeder, MigratingSeeder, FixtureSeeder, VersionedSeeder, ScheduledSeeder {
  let id: SeederID
  let summary = "for tests"
  var dependencies: [SeederID] = []
  var runsAfter: [SeederID] = []
  var environments: Set<SeedEnvironment> = [.dev, .test, .ci, .ciLocal]
  var version = 1
  var fixtures: [String] = []
  var body: @Sendable (SeedContext) async throws -> Void = { _ in }

  func migrations() throws -> [MigrationSet] { [try Self.tables()] }

  func seed(in context: SeedContext) async throws { try await body(context) }

  static func tables() throws -> MigrationSet {
    try MigrationSet(
      name: "stub",
      files: [
        (
          "0001_items.sql",
          """
          -- migrate:up
          CREATE TABLE items (
            id int PRIMARY KEY, name text NOT NULL UNIQUE, value text, visits int NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
          -- migrate:down
          DROP TABLE items;
          """
        )
      ])
  }

  static func itemsTable() throws -> ConvergeTable {
    try ConvergeTable(
      "items",
      columns: [
        .init("id", "integer", .id), .init("name", "text", .naturalKey), .init("value", "text"),
        .init("visits", "integer", .initial),
      ])
  }

  /// A seeder that converges some items.
  static func items(
    _ id: SeederID, _ items: [(id: Int32, name: String, value: String?)], dependencies: [SeederID] = []
  ) -> StubSeeder {
    StubSeeder(id: id, dependencies: dependencies) { context in
      try await context.converge(
        itemsTable(), rows: items.map { [$0.id, $0.name, $0.value, Int32(0)] })
    }
  }
}

struct StubFailure: Error, CustomStringConvertible {
  var description: String { "the stub was told to fail" }
}
