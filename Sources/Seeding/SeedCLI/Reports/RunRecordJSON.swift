import FoundationEssentials
import Migrations
import Postgres
import SeedKit

/// A run as JSON: the output of `--format json`, and the document of `--report-json` and `ci`, which
/// `Documentation/run-report.schema.json` describes. Keys may be added. ``version`` changes if the meaning of a key
/// changes.
struct RunRecordJSON: Encodable {
  static let version = 1

  struct Step: Encodable {
    let name: String
    let outcome: String
    let startMilliseconds: Double
    let durationMilliseconds: Double
    let roundTrips: Int
    let note: String?
    let failure: FailureReport?
  }

  struct Migration: Encodable {
    let set: String
    let version: Int
    let name: String
    let durationMilliseconds: Double
  }

  struct Table: Encodable {
    let name: String
    let inserted: Int
    let updated: Int
    let unchanged: Int
    let deleted: Int
    let drifted: Int
  }

  /// The time of a seeder in a phase; see `PhaseSpan`.
  struct Span: Encodable {
    let phase: String
    let attempt: Int
    let startMilliseconds: Double
    let durationMilliseconds: Double
    let detail: String?
  }

  struct Seeder: Encodable {
    let id: String
    let outcome: String
    let fingerprint: String?
    let startMilliseconds: Double
    let durationMilliseconds: Double
    let attempts: Int
    let roundTrips: Int
    let rowsPerSecond: Double?
    let connections: [Int]
    let phaseMilliseconds: [String: Double]
    let spans: [Span]
    let tables: [Table]
    let retries: [RetryRecord]
    let failure: FailureReport?
    let note: String?
    // In reports only.
    var version: Int?
    var rows: Int?
    var files: [SourceFile]?
  }

  struct Totals: Encodable {
    let inserted: Int
    let updated: Int
    let unchanged: Int
    let deleted: Int
    let drifted: Int
    let roundTrips: Int
    let retries: Int
  }

  let programVersion = ProgramVersion.current
  let runID: String
  let environment: String
  let startedAt: Date
  let durationMilliseconds: Double
  let migrations: [Migration]
  var seeders: [Seeder]
  let leftOut: [String]
  let retries: [RetryRecord]
  // In the output of `--format json` only.
  var preparationMilliseconds: Double?
  var roundTrips: Int?
  var success: Bool?
  // In reports only.
  var reportVersion: Int?
  var program: String?
  var command: String?
  var finishedAt: Date?
  var result: String?
  var exitCode: Int32?
  var database: RunRecord.Facts?
  var template: RunRecord.Template?
  var steps: [Step]?
  var verifications: [RunRecord.Verification]?
  var totals: Totals?
  var failure: FailureReport?
}

extension RunRecordJSON {
  /// Creates the document.
  ///
  /// - Parameter isReport: whether it is a report. Otherwise it is the output of `--format json` of a run.
  init(_ record: RunRecord, isReport: Bool) {
    self.init(
      runID: record.runID.uuidString.lowercased(), environment: record.environment.rawValue,
      startedAt: record.startedAt, durationMilliseconds: record.duration.milliseconds,
      migrations: record.migrations.map(Migration.init), seeders: record.seeders.map(Seeder.init),
      leftOut: record.leftOut.map(\.rawValue), retries: record.retries)
    guard isReport else {
      preparationMilliseconds = record.steps.first { $0.name == .migrate }?.duration.milliseconds
      roundTrips = record.roundTrips
      success = record.seeders.allSatisfy { $0.outcome == .seeded || $0.outcome == .unchanged }
      return
    }
    seeders = record.seeders.map { report in
      let counts = report.tables.total
      let planned = record.planned(report.id)
      var seeder = Seeder(report)
      seeder.version = planned?.version
      seeder.rows = counts.written + counts.unchanged + counts.drifted
      seeder.files = planned?.files ?? []
      return seeder
    }
    reportVersion = Self.version
    program = "seed-runner"
    command = record.command
    finishedAt = record.startedAt.addingTimeInterval(record.duration / .seconds(1))
    result = record.result.rawValue
    exitCode = record.exitCode
    database = record.database
    template = record.template
    steps = record.steps.map { step in
      Step(
        name: step.name.rawValue,
        outcome: step.isSkipped ? "skipped" : step.failure == nil ? "passed" : "failed",
        startMilliseconds: step.start.milliseconds, durationMilliseconds: step.duration.milliseconds,
        roundTrips: step.roundTrips, note: step.note, failure: step.failure)
    }
    verifications = record.verifications
    let rows = record.rows
    totals = Totals(
      inserted: rows.inserted, updated: rows.updated, unchanged: rows.unchanged, deleted: rows.deleted,
      drifted: rows.drifted, roundTrips: record.roundTrips, retries: record.allRetries.count)
    failure = record.failure
  }
}

extension RunRecordJSON.Migration {
  init(_ migration: MigrationOutcome) {
    self.init(
      set: migration.set, version: migration.version, name: migration.name,
      durationMilliseconds: migration.duration.milliseconds)
  }
}

extension RunRecordJSON.Seeder {
  init(_ seeder: SeederReport) {
    self.init(
      id: seeder.id.rawValue, outcome: seeder.outcome.rawValue, fingerprint: seeder.fingerprint?.description,
      startMilliseconds: seeder.start.milliseconds, durationMilliseconds: seeder.duration.milliseconds,
      attempts: seeder.attempts, roundTrips: seeder.roundTrips, rowsPerSecond: seeder.rowsPerSecond,
      connections: seeder.connections,
      phaseMilliseconds: Dictionary(
        uniqueKeysWithValues: seeder.spans.times.map { ($0.phase.rawValue, $0.duration.milliseconds) }),
      spans: seeder.spans.map { span in
        .init(
          phase: span.phase.rawValue, attempt: span.attempt, startMilliseconds: span.start.milliseconds,
          durationMilliseconds: span.duration.milliseconds, detail: span.detail)
      },
      tables: seeder.tables.tables.map { table in
        .init(
          name: table.name, inserted: table.counts.inserted, updated: table.counts.updated,
          unchanged: table.counts.unchanged, deleted: table.counts.deleted, drifted: table.counts.drifted)
      }, retries: seeder.retries, failure: seeder.failure, note: seeder.note)
  }
}
