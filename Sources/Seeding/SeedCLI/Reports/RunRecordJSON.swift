import FoundationEssentials
import Migrations
import Postgres
import SeedKit

/// The document of `--report-json`, as `Documentation/run-report.schema.json` has it. Keys are only ever
/// added; ``version`` changes when one changes its meaning.
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

  struct Seeder: Encodable {
    let report: ReportJSON.Seeder
    let version: Int?
    let rows: Int
    let files: [SourceFile]

    enum CodingKeys: CodingKey {
      case version
      case rows
      case files
    }

    func encode(to encoder: any Encoder) throws {
      try report.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(version, forKey: .version)
      try container.encode(rows, forKey: .rows)
      try container.encode(files, forKey: .files)
    }
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

  let reportVersion = Self.version
  let program = "seed-runner"
  let programVersion = ProgramVersion.current
  let command: String
  let runID: String
  let environment: String
  let startedAt: Date
  let finishedAt: Date
  let durationMilliseconds: Double
  let result: String
  let exitCode: Int32
  let database: RunRecord.Facts?
  let template: RunRecord.Template?
  let steps: [Step]
  let migrations: [ReportJSON.Migration]
  let seeders: [Seeder]
  let leftOut: [String]
  let retries: [RetryRecord]
  let verifications: [RunRecord.Verification]
  let totals: Totals
  let failure: FailureReport?

  init(_ record: RunRecord) {
    command = record.command
    runID = record.runID.uuidString.lowercased()
    environment = record.environment.rawValue
    startedAt = record.startedAt
    finishedAt = record.startedAt.addingTimeInterval(record.duration / .seconds(1))
    durationMilliseconds = record.duration.milliseconds
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
    migrations = record.migrations.map(ReportJSON.Migration.init)
    seeders = record.seeders.map { seeder in
      let counts = seeder.tables.total
      let planned = record.planned(seeder.id)
      return Seeder(
        report: ReportJSON.Seeder(seeder), version: planned?.version,
        rows: counts.written + counts.unchanged + counts.drifted, files: planned?.files ?? [])
    }
    leftOut = record.leftOut.map(\.rawValue)
    retries = record.retries
    verifications = record.verifications
    let rows = record.rows
    totals = Totals(
      inserted: rows.inserted, updated: rows.updated, unchanged: rows.unchanged, deleted: rows.deleted,
      drifted: rows.drifted, roundTrips: record.roundTrips, retries: record.allRetries.count)
    failure = record.failure
  }
}
