import FoundationEssentials
import Migrations
import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Start-up seeding")
struct StartupSeedingTests {
  private let items = StubSeeder.items("items", [(1, "a", nil), (2, "b", nil)])

  @Test("opens no connection if there is nothing to do")
  func off() async throws {
    let seeding = try StartupHarness.seeding([items], on: PostgresConfiguration(host: "/nowhere")) {
      $0.seeds = false
      $0.run.migrates = false
    }
    let state = await seeding.run()
    #expect(state.phase == .off && state.isSuccess)
    #expect(seeding.events.isEmpty)
  }

  @Test("only migrates if seeding is off")
  func migratesOnly() async throws {
    try await TemporaryDatabase.with { database in
      let seeding = try StartupHarness.seeding([items], on: database.configuration) { $0.seeds = false }
      let state = await seeding.run()
      #expect(state.phase == .done && state.seeders.isEmpty)
      #expect(seeding.phases == [.connecting, .migrating, .done])
      #expect(try await Harness.count("items", on: database) == 0)
      #expect(try await Harness.count("seed_runner.history", on: database) == 0)
      #expect(try await Harness.count("seed_runner.environment", on: database) == 0)
    }
  }

  @Test("migrates with seeding off even if the seeders cannot be planned")
  func migratesWithoutPlan() async throws {
    try await TemporaryDatabase.with { database in
      var base = StubSeeder(id: "base")
      base.environments = [.dev]
      let seeding = try StartupHarness.seeding(
        [base, StubSeeder(id: "child", dependencies: ["base"])], on: database.configuration
      ) { $0.seeds = false }
      #expect(await seeding.run().phase == .done)
    }
  }

  @Test("follows the settings")
  func settings() async throws {
    try await TemporaryDatabase.with { database in
      let settings = try Settings.load(
        flags: [:],
        environment: [
          "DATABASE_URL": database.url, "AUTO_SEED_DATABASE": "true", "SEED_ENV": "test",
        ], configDirectory: nil)
      let seeding = try StartupSeeding(seeders: [items], settings: settings)
      #expect(await seeding.start().seeders.map(\.outcome) == ["seeded"])
    }
  }

  @Test("takes options in place of those of the settings, such as permission to seed production")
  func options() async throws {
    try await TemporaryDatabase.with { database in
      let settings = try Settings.load(
        flags: [:],
        environment: [
          "DATABASE_URL": database.url, "AUTO_SEED_DATABASE": "true", "SEED_ENV": "production",
        ], configDirectory: nil)
      var everywhere = items
      everywhere.environments = Set(SeedEnvironment.allCases)
      let refused = try StartupSeeding(seeders: [everywhere], settings: settings)
      #expect(await refused.start().phase == .failed)
      var options = StartupSeeding.Options(settings)
      options.run.allowsProduction = true
      let seeding = try StartupSeeding(seeders: [everywhere], settings: settings, options: options)
      #expect(await seeding.start().seeders.map(\.outcome) == ["seeded"])
    }
  }

  @Test("has the code and the first fault of a failed seeder in its state")
  func faults() async throws {
    struct Item: Encodable, Sendable {
      let id: Int
      let name: String?
    }
    try await TemporaryDatabase.with { database in
      let broken = StubSeeder(id: "broken") { context in
        try await context.upsert(
          [Item(id: 1, name: nil), Item(id: 2, name: nil)], into: "items", key: "id")
      }
      let seeding = try StartupHarness.seeding([broken], on: database.configuration)
      let state = await seeding.run()
      let failure = try #require(state.seeders.first?.failure)
      #expect(failure.hasPrefix("2 errors in the data [SR-"), "\(failure)")
      #expect(failure.contains("]: the first is rows of Item: record 1, field 'name' "), "\(failure)")
    }
  }

  @Test("seeds before start() returns, and only once")
  func blocking() async throws {
    try await TemporaryDatabase.with { database in
      let seeding = try StartupHarness.seeding([items], on: database.configuration)
      #expect(seeding.state.phase == .off)
      let state = await seeding.run()
      #expect(state.phase == .done && state.isSuccess && state.finishedAt != nil)
      #expect(seeding.phases == [.connecting, .migrating, .seeding, .done])
      let seeder = try #require(state.seeders.first)
      #expect(seeder.id == "items" && seeder.outcome == "seeded" && seeder.failure == nil)
      #expect(seeder.tables?.total == RowCounts(inserted: 2))
      #expect(seeder.durationMilliseconds ?? 0 > 0)
      let events = seeding.events.count
      await seeding.run()
      #expect(seeding.events.count == events, "a second call starts nothing")
    }
  }

  @Test("reports a failed seeder in full and does not prevent the start")
  func failure() async throws {
    try await TemporaryDatabase.with { database in
      let broken = StubSeeder(id: "broken") { context in
        _ = try await context.connection.query("SELECT no_such_column FROM items")
      }
      let child = StubSeeder(id: "child", dependencies: ["broken"])
      let seeding = try StartupHarness.seeding([broken, child, items], on: database.configuration)
      let state = await seeding.run()
      #expect(state.phase == .done && state.failure == nil)
      #expect(!state.isSuccess)
      #expect(state.seeders.map(\.outcome) == ["failed", "skipped", "seeded"])
      #expect(state.seeders.first?.failure?.contains("no_such_column") == true)
      #expect(state.seeders[1].failure == "depends on 'broken', which was not seeded")
      let details = seeding.events.compactMap { event in
        if case .finished(let report) = event { report.failure?.details } else { nil }
      }
      #expect(details.first?.contains("Statement: SELECT no_such_column FROM items") == true)
    }
  }

  @Test("returns after the time limit and continues in the background")
  func timeLimit() async throws {
    try await TemporaryDatabase.with { database in
      let gate = Gate()
      let slow = StubSeeder(id: "slow") { _ in
        await gate.wait()
      }
      let seeding = try StartupHarness.seeding([slow, items], on: database.configuration) {
        $0.timeLimit = .milliseconds(1)
      }
      #expect(await seeding.run().finishedAt == nil)
      #expect(
        seeding.events.contains { if case .startupGoesOn(.milliseconds(1)) = $0 { true } else { false } })
      try await seeding.reach { $0.seeders.contains { $0.outcome == "seeded" } }
      #expect(seeding.state.phase == .seeding)
      await gate.open()
      try await seeding.reach { $0.phase == .done }
      #expect(seeding.state.isSuccess)
    }
  }

  @Test("does not wait in background mode")
  func background() async throws {
    try await TemporaryDatabase.with { database in
      let gate = Gate()
      let slow = StubSeeder(id: "slow") { _ in
        await gate.wait()
      }
      let seeding = try StartupHarness.seeding([slow], on: database.configuration) { $0.mode = .background }
      let state = await seeding.run()
      #expect(state.finishedAt == nil && state.phase != .off)
      await gate.open()
      try await seeding.reach { $0.phase == .done }
    }
  }

  @Test("works without an event loop: blocking start and stop")
  func blockingThread() async throws {
    try await TemporaryDatabase.with { database in
      let seeding = try StartupHarness.seeding([items], on: database.configuration)
      let state = await withCheckedContinuation { continuation in
        StartupHarness.thread {
          let state = seeding.seeding.startBlocking()
          seeding.seeding.stopBlocking()
          continuation.resume(returning: state)
        }
      }
      #expect(state.phase == .done && state.isSuccess)
    }
  }

  @Test("needs one connection, one query and no lock for an up-to-date database", arguments: [true, false])
  func upToDate(migrates: Bool) async throws {
    try await TemporaryDatabase.with { database in
      let child = StubSeeder(id: "child", dependencies: ["items"])
      _ = try await StartupHarness.seeding([items, child], on: database.configuration).run()
      try await SocketProxy.recording(database: database) { configuration, recorder in
        let seeding = try StartupHarness.seeding([items, child], on: configuration) {
          $0.run.migrates = migrates
        }
        let state = await seeding.run()
        #expect(state.phase == .done && state.seeders.map(\.outcome) == ["unchanged", "unchanged"])
        #expect(recorder.connections == 1)
        #expect(recorder.roundTrips == 1)
        #expect(recorder.statements.count == 1)
        #expect(recorder.statements.allSatisfy { $0.hasPrefix("SELECT") && !$0.contains("FOR UPDATE") })
      }
    }
  }

  @Test("by twenty servers at once inserts each row once, and all become ready")
  func herd() async throws {
    try await TemporaryDatabase.with { database in
      let calls = Counter()
      let counted = StubSeeder(id: "items") { context in
        _ = calls.next()
        try await context.converge(
          StubSeeder.itemsTable(), rows: (1...50).map { [Int32($0), "item \($0)", String?.none, Int32(0)] })
      }
      let states = try await withThrowingTaskGroup(of: StartupSeeding.State.self) { group in
        for _ in 0..<20 {
          group.addTask {
            try await StartupHarness.seeding([counted], on: database.configuration).run()
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(states.allSatisfy { $0.phase == .done && $0.isSuccess }, "\(states.compactMap(\.failure))")
      #expect(states.flatMap(\.seeders).filter { $0.outcome == "seeded" }.count == 1)
      #expect(calls.value == 1, "the others are content with the history")
      #expect(try await Harness.count("items", on: database) == 50)
      #expect(try await Harness.history(of: "items", on: database) == ["seeded"])
    }
  }

  @Test("does not seed production without permission")
  func production() async throws {
    try await TemporaryDatabase.with { database in
      var everywhere = items
      everywhere.environments = Set(SeedEnvironment.allCases)
      func run(allowed: Bool) async throws -> StartupHarness {
        let seeding = try StartupHarness.seeding(
          [everywhere], on: database.configuration, environment: .production
        ) { $0.run.allowsProduction = allowed }
        await seeding.run()
        return seeding
      }
      let refused = try await run(allowed: false)
      #expect(refused.state.phase == .failed)
      #expect(refused.state.failure == SeedGuardError.productionNotAllowed.problem)
      #expect(refused.events.contains { if case .startupFailed = $0 { true } else { false } })
      #expect(try await Harness.count("items", on: database) == 0)
      #expect(try await Harness.count("seed_runner.environment", on: database) == 0)
      #expect(try await run(allowed: true).state.isSuccess)
      #expect(try await Harness.count("items", on: database) == 2)
    }
  }

  @Test("does not change a database of another environment")
  func stamp() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([DeclaredElsewhere()], on: database, environment: .dev)
      for seeds in [true, false] {
        let seeding = try StartupHarness.seeding([items], on: database.configuration) { $0.seeds = seeds }
        let state = await seeding.run()
        #expect(state.phase == .failed)
        #expect(state.failure == SeedGuardError.otherEnvironment(stamp: "dev", run: .test).problem)
      }
      let exists = try await database.withConnection { connection in
        try await connection.queryOne("SELECT to_regclass('items') IS NOT NULL").decode(Bool.self)
      }
      #expect(!exists)
    }
  }
}

/// A seeder without tables.
private struct DeclaredElsewhere: Seeder {
  let id: SeederID = "elsewhere"
  let summary = "for tests"
  func seed(in context: SeedContext) async throws {}
}
