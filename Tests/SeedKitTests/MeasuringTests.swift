import Postgres
import SeedKit
import SeedTesting
import Synchronization
import Testing

@Suite("The measurements of a run")
struct MeasuringTests {
  private func items(_ id: SeederID, _ first: Int32, dependencies: [SeederID] = []) -> StubSeeder {
    StubSeeder.items(id, [(first, "\(id)", nil)], dependencies: dependencies)
  }

  @Test("cover a seeder's time from the start of the run to its end without gaps")
  func spans() async throws {
    try await TemporaryDatabase.with { database in
      let report = try await Harness.run(
        [items("first", 1), items("second", 2, dependencies: ["first"])], on: database)
      for seeder in report.seeders {
        var end = Duration.zero
        for span in seeder.spans {
          #expect(span.start == end)
          end = span.start + span.duration
        }
        let queued = seeder.spans.filter { $0.phase == .queued }.reduce(Duration.zero) { $0 + $1.duration }
        #expect(seeder.start >= queued)
        #expect(end <= seeder.start + seeder.duration)
        let phases = Set(seeder.spans.map(\.phase))
        #expect(phases == [.queued, .locking, .reading, .comparing, .writing, .committing])
        #expect(seeder.attempts == 1)
        #expect(seeder.fingerprint != nil)
        #expect(seeder.rowsPerSecond != nil)
      }
      let waits = report.seeders[1].spans.compactMap(\.detail)
      #expect(waits.starts(with: ["preparation", "first"]))
      #expect(report.seeders[1].start >= report.seeders[0].start + report.seeders[0].duration)
      #expect(report.preparation > .zero && report.preparation <= report.seeders[0].start)
    }
  }

  @Test("count round trips for each seeder and for the run")
  func roundTrips() async throws {
    try await TemporaryDatabase.with { database in
      let count = 7
      let asking = StubSeeder(id: "asking") { context in
        for _ in 0..<count { try await context.connection.query("SELECT 1") }
        // Several statements, one round trip.
        try await context.connection.pipeline(["SELECT 1", "SELECT 2", "SELECT 3"])
      }
      let report = try await Harness.run([StubSeeder(id: "silent"), asking], on: database)
      let silent = try #require(report.seeders.first)
      #expect(report.seeders[1].roundTrips == silent.roundTrips + count + 1)
      #expect(report.roundTrips > report.seeders[0].roundTrips + report.seeders[1].roundTrips)
    }
  }

  @Test("number connections, and concurrent seeders have different ones")
  func connections() async throws {
    try await TemporaryDatabase.with { database in
      let arrived = Atomic(0)
      let body: @Sendable (SeedContext) async throws -> Void = { _ in
        arrived.add(1, ordering: .sequentiallyConsistent)
        while arrived.load(ordering: .sequentiallyConsistent) < 2 { await Task.yield() }
      }
      let report = try await Harness.run(
        [StubSeeder(id: "one", body: body), StubSeeder(id: "other", body: body)], on: database)
      let connections = report.seeders.flatMap(\.connections)
      #expect(Set(connections).count == 2)
      #expect(connections.allSatisfy { $0 >= 1 })
    }
  }

  @Test("count failed attempts and pauses as pausing, and record code, cause and time of each retry")
  func retries() async throws {
    try await TemporaryDatabase.with { database in
      let attempts = Atomic(0)
      let seeder = StubSeeder(id: "unlucky") { context in
        if attempts.add(1, ordering: .relaxed).newValue == 1 {
          try await context.connection.query("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
        }
      }
      let report = try await Harness.run([seeder], on: database) {
        $0.retry = RetryPolicy(firstDelay: .milliseconds(2))
      }
      let found = try #require(report.seeders.first)
      #expect(found.attempts == 2)
      let retry = try #require(found.retries.first)
      #expect(retry.sqlState == "40001" && retry.subject == "unlucky")
      #expect(retry.at >= report.startedAt)
      let lost = try #require(found.spans.times.first { $0.phase == .pausing })
      let pause = found.spans.filter { $0.phase == .pausing }.reduce(Duration.zero) { $0 + $1.duration }
      #expect(lost.duration > pause, "the attempt itself is lost too")
    }
  }
}
