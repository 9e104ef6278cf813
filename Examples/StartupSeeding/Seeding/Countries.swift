import Migrations
import Postgres
import SeedKit

/// A seeder of the server's own. Seeders may as well be folders with a `seeder.json`: see
/// `Documentation/seeder.md`.
struct Countries: Seeder {
  let id: SeederID = "countries"
  let summary = "Countries of ISO 3166-1"
  // Another version is another fingerprint: the next start seeds again.
  let version = 1

  func migrations() throws -> [MigrationSet] {
    let schema = """
      -- migrate:up
      CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
      -- migrate:down
      DROP TABLE countries;
      """
    return [try MigrationSet(name: "countries", files: [("0001_countries.sql", schema)])]
  }

  func seed(in context: SeedContext) async throws -> SeedOutcome {
    let table = try ConvergeTable(
      "countries", columns: [.init("code", "text", .naturalKey), .init("name", "text")], timestamps: false)
    let countries = [["DE", "Germany"], ["FR", "France"], ["JP", "Japan"]]
    return SeedOutcome(try await context.converge(table, rows: countries))
  }
}
