import Migrations
import Postgres
import SeedKit

/// A seeder in Swift. A seeder can also be a folder with a `seeder.json`: see `Documentation/seeder.md`.
struct Countries: Seeder, MigratingSeeder, VersionedSeeder {
  let id: SeederID = "countries"
  let summary = "Countries of ISO 3166-1"
  // A new version changes the fingerprint, so the next start seeds again.
  let version = 1

  struct Country: Encodable {
    let code, name: String
  }

  func migrations() throws -> [MigrationSet] {
    let schema = """
      -- migrate:up
      CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
      -- migrate:down
      DROP TABLE countries;
      """
    return [try MigrationSet(name: "countries", files: [("0001_countries.sql", schema)])]
  }

  func seed(in context: SeedContext) async throws {
    let countries = [
      Country(code: "DE", name: "Germany"), Country(code: "FR", name: "France"),
      Country(code: "JP", name: "Japan"),
    ]
    try await context.upsert(countries, into: "countries", key: "code")
  }
}
