import FoundationEssentials
import Postgres

@testable import SeedCLI
@testable import SeedKit

/// A run with seeders that succeeded, failed, were skipped, waited and were retried.
enum RunSample {
  static let longID: SeederID = "the-seeder-with-a-name-that-is-as-long-as-names-may-be-63-bytes"

  static let nasty = "</title><script>alert(1)</script>&\"'\u{1B}[31m\u{202E}"

  static let retry = RetryRecord(
    subject: "tags",
    error: PostgresError(
      code: .serverError, message: "could not serialize access\n\(nasty)",
      sqlState: SQLState(rawValue: "40001")),
    pause: .milliseconds(120))

  static let failure = FailureReport(
    FixtureError([
      FixtureFault(
        file: "Seeders/Users/\(nasty).json", line: 3, record: 2, field: "email", found: "'Seeds'",
        expected: "an e-mail address in lower case")
    ]))

  private static func counts(_ name: String, inserted: Int = 0, unchanged: Int = 0) -> SeedOutcome.Table {
    .init(name: name, counts: RowCounts(inserted: inserted, unchanged: unchanged))
  }

  private static func span(
    _ phase: SeedPhase, _ start: Int, _ end: Int, attempt: Int = 1, for detail: String? = nil
  ) -> PhaseSpan {
    PhaseSpan(
      phase: phase, attempt: attempt, start: .milliseconds(start), duration: .milliseconds(end - start),
      detail: detail)
  }

  static let seeders: [SeederReport] = [
    SeederReport(
      id: "tags", outcome: .seeded, tables: SeedOutcome(counts("tags", inserted: 235)),
      start: .milliseconds(20),
      duration: .milliseconds(480),
      spans: [
        span(.queued, 0, 20, for: "preparation"), span(.locking, 20, 30), span(.reading, 30, 60),
        span(.writing, 60, 200), span(.pausing, 200, 320), span(.locking, 320, 330, attempt: 2),
        span(.writing, 330, 480, attempt: 2), span(.committing, 480, 500, attempt: 2),
      ],
      roundTrips: 41, connections: [1, 2], retries: [retry]),
    SeederReport(
      id: "users", outcome: .failed, start: .milliseconds(20), duration: .milliseconds(3), failure: failure),
    SeederReport(
      id: "sample-traces", outcome: .skipped, start: .milliseconds(23),
      note: "depends on 'users', which was not seeded"),
    SeederReport(
      id: longID, outcome: .unchanged,
      tables: SeedOutcome(counts("表テーブル", unchanged: 12), counts("transcript_messages", unchanged: 199)),
      start: .milliseconds(20), duration: .milliseconds(61_000), roundTrips: 9, connections: [3]),
  ]

  static var report: SeedReport {
    SeedReport(
      runID: UUID(), environment: .dev, startedAt: Date(timeIntervalSince1970: 1_790_000_000),
      duration: .milliseconds(61_100), preparation: .milliseconds(20), roundTrips: 60, migrations: [],
      missing: [], seeders: seeders, leftOut: ["capacity-traces"], retries: [])
  }

  static var record: RunRecord {
    var record = RunRecord(
      command: "ci", runID: UUID(), environment: .ci, startedAt: Date(timeIntervalSince1970: 1_790_000_000))
    record.duration = .milliseconds(61_100)
    record.result = .failed
    record.exitCode = 1
    record.seeders = seeders
    record.leftOut = ["capacity-traces"]
    record.steps = [
      .init(name: .connect, start: .zero, duration: .milliseconds(40), note: nasty),
      .init(name: .migrate, start: .milliseconds(40), duration: .milliseconds(20)),
    ]
    record.verifications = [.init(name: "rows \(nasty)", kind: .rows, outcome: .failed, found: nasty)]
    return record
  }
}
