import Bookshop
import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("The seeders of the bookshop")
struct BookshopTests {
  @Test("meet the requirements of a seeder")
  func conformance() async throws {
    try await SeederConformance.check(Authors())
    try await SeederConformance.check(Books(discount: 10), alongside: [Authors()])
  }

  @Test("change the prices of their own books only")
  func otherBooks() async throws {
    try await TemporaryDatabase.with { database in
      try await seed(discount: 0, database)
      try await Factory(database).make("books", ["author": "Italo Calvino", "cents": 900])
      try await seed(discount: 50, database)
      let prices = try await database.withConnection { connection in
        try await connection.query("SELECT cents FROM books ORDER BY cents").map { try $0.decode(Int32.self) }
      }
      #expect(prices == [600, 750, 900])
    }
  }

  private func seed(discount: Int, _ database: TemporaryDatabase) async throws {
    let plan = try SeedPlan(
      registry: SeederRegistry([Authors(), Books(discount: discount)]), selection: .all(), environment: .test)
    let report = try await SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:])
    ).run()
    try #require(report.isSuccess)
  }
}
