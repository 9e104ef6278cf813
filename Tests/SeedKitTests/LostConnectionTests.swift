import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("A connection that is lost")
struct LostConnectionTests {
  private func run(_ cut: SocketProxy.Cut, times: Int = 1) async throws -> (
    SeederReport, rows: Int, entries: Int
  ) {
    try await TemporaryDatabase.with { database in
      // The schema exists, so the first COMMIT through the proxy is the seeder's.
      _ = try await Harness.run([StubSeeder(id: "earlier")], on: database)
      var seeder = StubSeeder(id: "items") { context in
        let rows: [[any PostgresEncodable & Sendable]] = [[Int32(1), "a", String?.none, Int32(0)]]
        try await context.converge(StubSeeder.itemsTable(), rows: rows)
      }
      seeder.version = 2
      let report = try await SocketProxy.with(database: database, cut: cut, times: times) { configuration in
        try await Harness.run([seeder], on: database, configuration: configuration) {
          $0.retry = RetryPolicy(firstDelay: .milliseconds(1), maximumDelay: .milliseconds(5))
        }
      }
      let entries = try await Harness.history(of: "items", on: database).count
      return (try #require(report.seeders.first), try await Harness.count("items", on: database), entries)
    }
  }

  @Test("before the response to COMMIT: the history shows that it committed, and it is not repeated")
  func lostAnswer() async throws {
    let (report, rows, entries) = try await run(.answer(to: "COMMIT\0"))
    #expect(report.outcome == .seeded)
    #expect(report.tables.total == RowCounts(inserted: 1))
    #expect(rows == 1 && entries == 1)
  }

  @Test("before COMMIT: the history shows that it did not commit, and it is repeated")
  func lostRequest() async throws {
    let (report, rows, entries) = try await run(.request("COMMIT\0"))
    #expect(report.outcome == .seeded)
    #expect(report.retries.count == 1)
    #expect(rows == 1 && entries == 1)
  }

  @Test(
    "at any statement: the seeder is repeated as a whole",
    arguments: [
      "BEGIN ISOLATION", "FOR UPDATE SKIP", "CREATE TEMPORARY", "INSERT INTO \"seed_stage", "WITH written",
      "INSERT INTO seed_runner.history",
    ])
  func lostAnywhere(statement: String) async throws {
    for cut in [SocketProxy.Cut.request(statement), .answer(to: statement)] {
      let (report, rows, entries) = try await run(cut, times: 2)
      #expect(
        report.outcome == .seeded || report.outcome == .unchanged,
        "\(cut): \(String(describing: report.failure))")
      #expect(rows == 1 && entries == 1, "\(cut)")
    }
  }
}
