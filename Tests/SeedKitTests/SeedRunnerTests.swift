import Postgres
import SeedKit
import SeedTesting
import Synchronization
import Testing

@Suite("A run")
struct SeedRunnerTests {
  @Test("seeds in the order of the plan, reports every table and writes one history entry for each seeder")
  func seeds() async throws {
    try await TemporaryDatabase.with { database in
      let seeders = [
        StubSeeder.items("second", [(2, "b", nil)], dependencies: ["first"]),
        StubSeeder.items("first", [(1, "a", nil)]),
      ]
      let report = try await Harness.run(seeders, on: database)
      #expect(report.seeders.map(\.id) == ["first", "second"])
      #expect(report.seeders.map(\.outcome) == [.seeded, .seeded])
      #expect(report.seeders.map(\.tables.total) == [RowCounts(inserted: 1), RowCounts(inserted: 1)])
      #expect(report.isSuccess)
      #expect(try await Harness.history(of: "first", on: database) == ["seeded"])
    }
  }

  @Test("writes nothing the second time, not even a history entry")
  func secondRun() async throws {
    try await TemporaryDatabase.with { database in
      let seeders = [StubSeeder.items("items", [(1, "a", "x"), (2, "b", nil)])]
      _ = try await Harness.run(seeders, on: database)
      let before = try await Harness.xmins(of: "items", on: database)
      let report = try await Harness.run(seeders, on: database)
      #expect(report.seeders.map(\.outcome) == [.unchanged])
      #expect(try await Harness.xmins(of: "items", on: database) == before)
      #expect(try await Harness.history(of: "items", on: database) == ["seeded"])
    }
  }

  @Test("skips dependents of a failed seeder, seeds the others, and converges later")
  func isolation() async throws {
    try await TemporaryDatabase.with { database in
      func seeders(isMended: Bool) -> [StubSeeder] {
        [
          StubSeeder(id: "broken") { context in
            // The failure comes after rows were written.
            try await context.converge(
              StubSeeder.itemsTable(), rows: [[Int32(9), "partial", String?.none, Int32(0)]])
            guard isMended else { throw StubFailure() }
          },
          StubSeeder.items("child", [(1, "a", nil)], dependencies: ["broken"]),
          StubSeeder.items("grandchild", [(2, "b", nil)], dependencies: ["child"]),
          StubSeeder.items("other", [(3, "c", nil)]),
        ]
      }
      let report = try await Harness.run(seeders(isMended: false), on: database)
      #expect(report.seeders.map(\.outcome) == [.failed, .skipped, .skipped, .seeded])
      #expect(report.seeders[0].failure?.message == "the stub was told to fail")
      #expect(report.seeders[1].note == "depends on 'broken', which was not seeded")
      #expect(report.seeders[2].note == "depends on 'child', which was skipped")
      #expect(!report.isSuccess)
      #expect(try await Harness.count("items", on: database) == 1, "the partial write is undone")
      #expect(try await Harness.history(of: "broken", on: database) == ["failed"])

      let second = try await Harness.run(seeders(isMended: true), on: database)
      #expect(second.seeders.map(\.outcome) == [.seeded, .seeded, .seeded, .unchanged])
      #expect(try await Harness.count("items", on: database) == 4)
      #expect(try await Harness.history(of: "broken", on: database) == ["failed", "seeded"])
    }
  }

  @Test("starts a seeder after those in runsAfter, even if one fails")
  func runsAfter() async throws {
    try await TemporaryDatabase.with { database in
      let seeders = [
        StubSeeder(id: "last", runsAfter: ["items", "broken", "nowhere"]) { context in
          let found = try await context.connection.queryOne("SELECT count(*) FROM items").decode(Int.self)
          guard found == 1 else { throw StubFailure() }
        },
        StubSeeder.items("items", [(1, "a", nil)]), StubSeeder(id: "broken") { _ in throw StubFailure() },
      ]
      let report = try await Harness.run(seeders, on: database)
      #expect(report.seeders.map(\.id) == ["items", "broken", "last"])
      #expect(report.seeders.map(\.outcome) == [.seeded, .failed, .unchanged])
    }
  }

  @Test("records success after a failure even if no row had to change")
  func failureThenUnchanged() async throws {
    try await TemporaryDatabase.with { database in
      let good = StubSeeder.items("items", [(1, "a", nil)])
      _ = try await Harness.run([good], on: database)
      _ = try await Harness.run([StubSeeder(id: "items") { _ in throw StubFailure() }], on: database)
      let report = try await Harness.run([good], on: database)
      #expect(report.seeders.map(\.outcome) == [.unchanged])
      #expect(try await Harness.history(of: "items", on: database) == ["seeded", "failed", "unchanged"])
    }
  }

  @Test("by twenty processes at once seeds once, and the others find nothing to do")
  func twenty() async throws {
    try await TemporaryDatabase.with { database in
      let reports = try await withThrowingTaskGroup(of: SeedReport.self) { group in
        for _ in 0..<20 {
          group.addTask {
            try await Harness.run(
              [StubSeeder.items("items", [(1, "a", nil), (2, "b", nil)])], on: database
            ) { $0.jobs = 1 }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let outcomes = reports.flatMap { $0.seeders.map(\.outcome) }
      #expect(outcomes.count { $0 == .seeded } == 1)
      #expect(outcomes.count { $0 == .unchanged } == 19)
      #expect(try await Harness.count("items", on: database) == 2)
      #expect(try await Harness.history(of: "items", on: database) == ["seeded"])
    }
  }

  @Test("retries transient errors, reports the retries, and does not retry permanent errors")
  func retries() async throws {
    try await TemporaryDatabase.with { database in
      func failing(_ id: SeederID, state: String, times: Int, calls: Counter) -> StubSeeder {
        StubSeeder(id: id) { context in
          if calls.next() <= times {
            let raise = "DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '\(state)'; END $$"
            try await context.connection.query("\(unescaped: raise)")
          }
        }
      }
      let passing = Counter()
      let lasting = Counter()
      let report = try await Harness.run(
        [
          failing("passing", state: "40001", times: 2, calls: passing),
          failing("lasting", state: "23514", times: 9, calls: lasting),
        ], on: database
      ) {
        $0.retry = RetryPolicy(firstDelay: .milliseconds(1), maximumDelay: .milliseconds(2))
      }
      #expect(report.seeders.map(\.outcome) == [.unchanged, .failed])
      #expect(report.seeders[0].retries.count == 2)
      #expect(report.seeders[0].retries.first?.cause.contains("40001 serialization_failure") ?? false)
      #expect(report.seeders[1].retries.isEmpty)
      #expect(report.seeders[1].failure?.sqlState == "23514")
      #expect(passing.value == 3)
      #expect(lasting.value == 1)
    }
  }

  @Test("stops retrying when the retry budget is used up")
  func budget() async throws {
    try await TemporaryDatabase.with { database in
      let seeder = StubSeeder(id: "busy") { context in
        try await context.connection.query(
          "DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '40P01'; END $$")
      }
      let report = try await Harness.run([seeder], on: database) {
        $0.retry = RetryPolicy(
          budget: .milliseconds(50), firstDelay: .milliseconds(1), maximumDelay: .milliseconds(5))
      }
      #expect(report.seeders.map(\.outcome) == [.failed])
      #expect(!(report.seeders.first?.retries.isEmpty ?? true))
      #expect(report.seeders.first?.failure?.sqlState == "40P01")
    }
  }

  @Test("runs independent seeders at the same time, each on its own connection")
  func jobs() async throws {
    try await TemporaryDatabase.with { database in
      // Each waits until the other has started. Run one after another, they would wait forever.
      let barrier = Barrier(parties: 2)
      let seeders = ["one", "two"].map { name in
        StubSeeder(id: SeederID(rawValue: name) ?? "none") { _ in
          await barrier.arrive()
        }
      }
      let report = try await Harness.run(seeders, on: database) { $0.jobs = 2 }
      #expect(report.isSuccess)
    }
  }

  @Test("rolls back open transactions when it is cancelled")
  func cancellation() async throws {
    try await TemporaryDatabase.with { database in
      let started = Barrier(parties: 2)
      let task = Task {
        try await Harness.run(
          [
            StubSeeder(id: "slow") { context in
              try await context.converge(
                StubSeeder.itemsTable(), rows: [[Int32(1), "a", String?.none, Int32(0)]])
              await started.arrive()
              try await context.connection.query("SELECT pg_sleep(600)")
            }
          ], on: database)
      }
      await started.arrive()
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(try await Harness.count("items", on: database) == 0)
      let report = try await Harness.run([StubSeeder.items("slow", [(1, "a", nil)])], on: database)
      #expect(report.seeders.map(\.outcome) == [.seeded], "no lock is left behind")
    }
  }
}

final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .acquiring) }
  func next() -> Int { count.add(1, ordering: .acquiringAndReleasing).newValue }
}

/// Lets tasks continue only when all have arrived.
actor Barrier {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(parties: Int) { missing = parties }

  func arrive() async {
    missing -= 1
    guard missing > 0 else {
      for continuation in waiting { continuation.resume() }
      waiting = []
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }
}
