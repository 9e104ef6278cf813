import Catalog
import SeedKit
import SeedTesting
import Testing

@Suite("Every built-in seeder")
struct ConformanceTests {
  private static func registry() throws -> SeederRegistry {
    let settings = try Settings.load(
      flags: [:], environment: ["SEED_ENV": "test", "CAPACITY_ROWS": "300"], configDirectory: nil,
      keys: Catalog.settings)
    return try Catalog.registry(settings)
  }

  private static let ids = (try? registry().ids) ?? []

  @Test("meets the requirements of SeederConformance", arguments: ids)
  func conformance(id: SeederID) async throws {
    let registry = try Self.registry()
    let seeder = try #require(registry[id])
    try await SeederConformance.check(
      seeder.seeder, alongside: registry.seeders.map(\.seeder).filter { $0.id != id },
      fixtures: Catalog.fixtures)
  }

  @Test("is included in these tests")
  func complete() throws {
    #expect(try Self.registry().ids == Self.ids && Self.ids.count >= 12)
  }
}
