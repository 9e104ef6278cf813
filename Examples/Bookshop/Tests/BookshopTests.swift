import Bookshop
import SeedTesting
import Testing

@Suite("The seeders of the bookshop")
struct BookshopTests {
  @Test("meet the requirements of a seeder")
  func conformance() async throws {
    try await SeederConformance.check(Authors())
    try await SeederConformance.check(Books(discount: 10), alongside: [Authors()])
  }
}
