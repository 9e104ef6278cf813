import FoundationEssentials
import Migrations
import Postgres
import SeedKit

/// A run's report as `--format json` prints it. Keys are only ever added.
struct ReportJSON: Encodable {
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

  /// A stretch of a seeder's time; see `PhaseSpan`.
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
  }

  let runID: String
  let environment: String
  let programVersion: String
  let startedAt: Date
  let durationMilliseconds: Double
  let preparationMilliseconds: Double
  let roundTrips: Int
  let success: Bool
  let migrations: [Migration]
  let seeders: [Seeder]
  let leftOut: [String]
  let retries: [RetryRecord]

  init(_ report: SeedReport) {
    runID = report.runID.uuidString.lowercased()
    environment = report.environment.rawValue
    programVersion = ProgramVersion.current
    startedAt = report.startedAt
    durationMilliseconds = report.duration.milliseconds
    preparationMilliseconds = report.preparation.milliseconds
    roundTrips = report.roundTrips
    success = report.isSuccess
    migrations = report.migrations.map(Migration.init)
    seeders = report.seeders.map(Seeder.init)
    leftOut = report.leftOut.map(\.rawValue)
    retries = report.retries
  }
}

extension ReportJSON.Migration {
  init(_ migration: MigrationOutcome) {
    self.init(
      set: migration.set, version: migration.version, name: migration.name,
      durationMilliseconds: migration.duration.milliseconds)
  }
}

extension ReportJSON.Seeder {
  init(_ seeder: SeederReport) {
    id = seeder.id.rawValue
    outcome = seeder.outcome.rawValue
    fingerprint = seeder.fingerprint?.description
    startMilliseconds = seeder.start.milliseconds
    durationMilliseconds = seeder.duration.milliseconds
    attempts = seeder.attempts
    roundTrips = seeder.roundTrips
    rowsPerSecond = seeder.rowsPerSecond
    connections = seeder.connections
    phaseMilliseconds = Dictionary(
      uniqueKeysWithValues: seeder.spans.times.map { ($0.phase.rawValue, $0.duration.milliseconds) })
    spans = seeder.spans.map { span in
      ReportJSON.Span(
        phase: span.phase.rawValue, attempt: span.attempt, startMilliseconds: span.start.milliseconds,
        durationMilliseconds: span.duration.milliseconds, detail: span.detail)
    }
    tables = seeder.tables.tables.map { table in
      ReportJSON.Table(
        name: table.name, inserted: table.counts.inserted, updated: table.counts.updated,
        unchanged: table.counts.unchanged, deleted: table.counts.deleted, drifted: table.counts.drifted)
    }
    retries = seeder.retries
    failure = seeder.failure
    note = seeder.note
  }
}

extension FormatStyle where Self == Date.ISO8601FormatStyle {
  /// `2026-03-01T12:30:00.125Z`
  static var iso8601WithMilliseconds: Self { Date.ISO8601FormatStyle(includingFractionalSeconds: true) }
}

extension Console {
  /// Writes a value as one JSON document: snake case, keys sorted.
  func answer(json value: some Encodable) throws {
    answer(document: try ReportJSON.text(value))
  }
}

extension ReportJSON {
  /// A value as one JSON document: snake case, keys sorted, times with milliseconds.
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder.stable
    encoder.outputFormatting.insert(.prettyPrinted)
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var container = encoder.singleValueContainer()
      try container.encode(date.formatted(.iso8601WithMilliseconds))
    }
    return TerminalText.json(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
