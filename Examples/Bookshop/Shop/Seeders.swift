package import Migrations
package import SeedKit

/// The tables of the shop. Whoever needs them names these migrations; they are applied once.
private let schema = """
  -- migrate:up
  CREATE TABLE authors (name text PRIMARY KEY, born integer NOT NULL);
  CREATE TABLE genres (code text PRIMARY KEY, name text NOT NULL);
  CREATE TABLE books (
    title text PRIMARY KEY, author text NOT NULL REFERENCES authors, cents integer NOT NULL);
  -- migrate:down
  DROP TABLE books; DROP TABLE genres; DROP TABLE authors;
  """

package struct Authors: Seeder {
  package let id: SeederID = "authors"
  package let summary = "Authors whose books the shop sells"

  package init() {}

  package func migrations() throws -> [MigrationSet] {
    [try MigrationSet(name: "bookshop", files: [("0001_shop.sql", schema)])]
  }

  package func seed(in context: SeedContext) async throws -> SeedOutcome {
    let table = try ConvergeTable(
      "authors", columns: [.init("name", "text", .naturalKey), .init("born", "integer")], timestamps: false)
    let authors: [(String, Int32)] = [("Italo Calvino", 1923), ("Ursula K. Le Guin", 1929)]
    return SeedOutcome(try await context.converge(table, rows: authors.map { [$0, $1] }))
  }
}

package struct Books: Seeder {
  package let id: SeederID = "books"
  package let summary = "Books with the prices of the season"
  package let dependencies: [SeederID] = ["authors"]
  package let flags = ["discount"]
  let discount: Int

  package init(discount: Int) { self.discount = discount }

  // Another discount is other data: the next run does not take the old rows for current.
  package var fingerprintInputs: [String] { ["\(discount)"] }

  package func seed(in context: SeedContext) async throws -> SeedOutcome {
    let table = try ConvergeTable(
      "books",
      columns: [
        .init("title", "text", .naturalKey), .init("author", "text"), .init("cents", "integer"),
      ], timestamps: false)
    let books = [
      ("Invisible Cities", "Italo Calvino", 1200), ("The Dispossessed", "Ursula K. Le Guin", 1500),
    ]
    return SeedOutcome(
      try await context.converge(
        table, rows: books.map { [$0, $1, Int32($2 * (100 - discount) / 100)] }))
  }
}
