import Catalog
import Postgres
import SeedKit
import SeedTesting
import Testing

/// Limits, so that round trips cannot creep back. A network adds 1 to 30 ms to each of them.
@Suite("The round trips of all seeders together")
struct RoundTripTests {
  private func runner(
    _ database: TemporaryDatabase, configuration: PostgresConfiguration? = nil,
    configure: (inout SeedRunner.Options) -> Void = { _ in }
  ) throws -> SeedRunner {
    let settings = try Settings.load(
      flags: [:], environment: [:], configDirectory: nil, keys: Catalog.settings)
    let plan = try SeedPlan(
      registry: Catalog.registry(settings), selection: .all(), environment: .test)
    var options = SeedRunner.Options()
    configure(&options)
    return SeedRunner(
      plan: plan, configuration: configuration ?? database.configuration, fixtures: Catalog.fixtures,
      options: options)
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

  @Test("can be cut off at any of them: the run repeats what is lost, and nothing is written twice")
  func cutConnections() async throws {
    var cuts = 0
    for number in stride(from: 1, through: 1_000, by: 17) {
      let hasCome = try await TemporaryDatabase.with { database in
        do {
          try await SocketProxy.with(database: database, cut: .sending(number)) { proxy in
            let report = try await runner(database, configuration: proxy).run()
            #expect(report.isSuccess, "sending \(number)")
          }
        } catch is SocketProxy.NothingCut {
          return false
        }
        let again = try await runner(database).run()
        #expect(again.seeders.allSatisfy { $0.outcome == .unchanged }, "sending \(number)")
        return true
      }
      guard hasCome else { break }
      cuts += 1
    }
    #expect(cuts > 3)
  }
}
