import Catalog
import Postgres
import SeedKit
import SeedTesting
import Testing

/// Limits, so that round trips cannot creep back. A network adds 1 to 30 ms to each of them.
@Suite("The round trips of all seeders together")
struct RoundTripTests {
  private func runner(
    _ database: TemporaryDatabase, configure: (inout SeedRunner.Options) -> Void = { _ in }
  ) throws -> SeedRunner {
    let settings = try Settings.load(
      flags: [:], environment: [:], configDirectory: nil, keys: Catalog.settings)
    let plan = try SeedPlan(
      registry: Catalog.registry(settings), selection: .all(), environment: .test)
    var options = SeedRunner.Options()
    configure(&options)
    return SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: Catalog.fixtures, options: options)
  }

  @Test("are at most 54 to fill an empty database, with migrations")
  func firstRun() async throws {
    try await TemporaryDatabase.with { database in
      let report = try await runner(database).run()
      #expect(report.roundTrips <= 54)
    }
  }

  @Test("are at most 20 one after another to fill an empty database")
  func firstRunInSequence() async throws {
    try await TemporaryDatabase.with { database in
      let report = try await runner(database).run()
      let counts = Dictionary(uniqueKeysWithValues: report.seeders.map { ($0.id, $0.roundTrips) })
      let preparation = report.roundTrips - counts.values.reduce(0, +)
      // Each of these depends on the one before.
      let chain: [SeederID] = ["users", "curated-traces", "embeddings"]
      #expect(preparation + chain.compactMap { counts[$0] }.reduce(0, +) <= 20)
    }
  }

  @Test("are at most 7 if there is nothing to do")
  func noChanges() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await runner(database).run()
      let report = try await runner(database).run()
      #expect(report.roundTrips <= 7)
    }
  }

  @Test("are 1 if no fingerprint has changed and rows need not be compared")
  func unchangedFingerprints() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await runner(database).run()
      let report = try await runner(database) { $0.skipsCurrent = true }.run()
      #expect(report.roundTrips == 1)
    }
  }

  @Test("are at most 7 for a plan without changes")
  func plan() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await runner(database).run()
      let traffic = PostgresTraffic()
      _ = try await PostgresTraffic.$current.withValue(traffic) { try await runner(database).preview() }
      #expect(traffic.roundTrips <= 7)
    }
  }
}
