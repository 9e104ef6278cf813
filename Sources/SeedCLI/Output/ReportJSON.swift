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

  struct Seeder: Encodable {
    let id: String
    let outcome: String
    let durationMilliseconds: Double
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
    success = report.isSuccess
    migrations = report.migrations.map {
      Migration(
        set: $0.set, version: $0.version, name: $0.name, durationMilliseconds: $0.duration.milliseconds)
    }
    seeders = report.seeders.map { seeder in
      Seeder(
        id: seeder.id.rawValue, outcome: seeder.outcome.rawValue,
        durationMilliseconds: seeder.duration.milliseconds,
        tables: seeder.tables.tables.map { table in
          Table(
            name: table.name, inserted: table.counts.inserted, updated: table.counts.updated,
            unchanged: table.counts.unchanged, deleted: table.counts.deleted,
            drifted: table.counts.drifted)
        },
        retries: seeder.retries, failure: seeder.failure, note: seeder.note)
    }
    leftOut = report.leftOut.map(\.rawValue)
    retries = report.retries
  }
}

extension Console {
  /// Writes a value as one JSON document: snake case, keys sorted.
  func answer(json value: some Encodable) throws {
    let encoder = JSONEncoder.stable
    encoder.outputFormatting.insert(.prettyPrinted)
    encoder.keyEncodingStrategy = .convertToSnakeCase
    answer(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
