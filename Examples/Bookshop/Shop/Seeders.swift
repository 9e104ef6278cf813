package import Migrations
package import SeedKit

/// The tables of the shop. Each seeder that needs them declares these migrations; they are applied once.
private let schema = """
  -- migrate:up
  CREATE TABLE authors (name text PRIMARY KEY, born integer NOT NULL);
  CREATE TABLE genres (code text PRIMARY KEY, name text NOT NULL);
  CREATE TABLE books (
    title text PRIMARY KEY, author text NOT NULL REFERENCES authors, cents integer NOT NULL);
  -- migrate:down
  DROP TABLE books; DROP TABLE genres; DROP TABLE authors;
  """

package struct Authors: Seeder, MigratingSeeder {
  package let id: SeederID = "authors"
  package let summary = "Authors whose books the shop sells"

  package init() {}

  package func migrations() throws -> [MigrationSet] {
    [try MigrationSet(name: "bookshop", files: [("0001_shop.sql", schema)])]
  }

  struct Author: Encodable {
    let name: String
    let born: Int
  }

  package func seed(in context: SeedContext) async throws {
    let authors = [
      Author(name: "Italo Calvino", born: 1923), Author(name: "Ursula K. Le Guin", born: 1929),
    ]
    try await context.upsert(authors, into: "authors", key: "name")
  }
}

package struct Books: Seeder, ConfigurableSeeder, VersionedSeeder {
  package let id: SeederID = "books"
  package let summary = "Books with seasonal prices"
  package let dependencies: [SeederID] = ["authors"]
  package let flags = ["discount"]
  let discount: Int

  package init(discount: Int) { self.discount = discount }

  // Another discount changes the rows, so it is part of the fingerprint.
  package var fingerprintInputs: [String] { ["\(discount)"] }

  struct Book: Encodable {
    let title, author: String
    let cents: Int
  }

  package func seed(in context: SeedContext) async throws {
    let books = [
      ("Invisible Cities", "Italo Calvino", 1200), ("The Dispossessed", "Ursula K. Le Guin", 1500),
    ]
    try await context.upsert(
      books.map { Book(title: $0, author: $1, cents: $2 * (100 - discount) / 100) },
      into: "books", key: "title")
  }
}
