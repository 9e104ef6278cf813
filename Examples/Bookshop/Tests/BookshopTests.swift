import Bookshop
import SeedTesting
import Testing

@Suite("A seeder of the bookshop")
struct BookshopTests {
  @Test("keeps what a seeder promises")
  func conformance() async throws {
    try await SeederConformance.check(Authors())
    try await SeederConformance.check(Books(discount: 10), alongside: [Authors()])
  }
}
