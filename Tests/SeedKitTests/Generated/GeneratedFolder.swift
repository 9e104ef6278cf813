import FoundationEssentials
import Postgres
import SeedTesting
import Synchronization
import Testing

@testable import SeedKit

/// A folder with a `seeder.json` that generates rows, and a database with the tables.
struct GeneratedFolder {
  let database: TemporaryDatabase
  let folder: TemporaryFolder

  static func with(
    _ sql: String, tables: String, files: [String: String] = [:],
    _ body: (GeneratedFolder) async throws -> Void
  ) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { try await $0.runScript(sql) }
      try await TemporaryFolder.with { folder in
        let place = GeneratedFolder(database: database, folder: folder)
        try place.define(tables)
        for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/\(name)")) }
        try await body(place)
      }
    }
  }

  func define(_ tables: String) throws {
    let text = #"{id: "made", summary: "Generated rows", tables: [\#(tables)]}"#
    try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/seeder.json"))
  }

  func seeder(_ counts: RowCountOptions = RowCountOptions()) throws -> any SeederProtocol {
    var options = DeclarativeSeeder.Options()
    options.rowCounts = counts
    return try DeclarativeSeeder.read(directory: folder.path, options: options)
  }

  /// Runs the seeder, which must succeed, and returns its counts.
  func counts(_ counts: RowCountOptions = RowCountOptions()) async throws -> RowCounts {
    let report = try await run(counts)
    try #require(report.failure == nil, "\(report.failure?.details ?? "")")
    return report.tables.total
  }

  func run(
    _ counts: RowCountOptions = RowCountOptions(), onEvent: @escaping @Sendable (SeedEvent) -> Void = { _ in }
  ) async throws -> SeederReport {
    let seeder = try seeder(counts)
    let report = try await Harness.run(
      [seeder], on: database, selection: .only([seeder.id]), environment: .test,
      options: { $0.alwaysCompares = true }, onEvent: onEvent)
    return try #require(report.seeders.first)
  }

  /// Runs the seeder, and returns its notes.
  func notes() async throws -> [String] {
    let notes = Mutex<[String]>([])
    _ = try await run { event in
      if case .note(_, let text) = event { notes.withLock { $0.append(text) } }
    }
    return notes.withLock { $0 }
  }

  /// The faults of a run that must fail, without the folder's path.
  func faults() async throws -> [String] {
    let failure: FailureReport?
    do {
      failure = try await run().failure
    } catch let error as FixtureError {
      failure = FailureReport(error)
    }
    let found = try #require(failure, "the run succeeded")
    guard !found.faults.isEmpty else { return ["no fault, but: \(found.details)"] }
    return found.faults.map { $0.description.replacing("\(folder.path)/", with: "") }
  }

  func reset() async throws -> ResetReport {
    let seeder = try seeder()
    let plan = try SeedPlan(
      registry: SeederRegistry([seeder]), selection: .only([seeder.id]), environment: .test)
    let reports = try await SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:])
    ).reset()
    return try #require(reports.first)
  }

  func number(_ query: String) async throws -> Int {
    try await database.withConnection {
      try await $0.queryOne(PostgresQuery(unescaped: query)).decode(Int.self)
    }
  }

  func text(_ query: String) async throws -> String {
    try await database.withConnection {
      try await $0.queryOne(PostgresQuery(unescaped: query)).decode(String.self)
    }
  }
}
