import FoundationEssentials
import Postgres
import SeedKit
import SeedTesting
import Testing
import Threads

/// A folder with a `seeder.json` and files, and a database with the tables.
struct SeederFolder {
  let database: TemporaryDatabase
  private let folder: TemporaryFolder

  var path: String { folder.path }

  /// Creates the folder and the tables, and passes them to `body`.
  ///
  /// - Parameters:
  ///   - sql: the statements that create the tables.
  ///   - tables: the elements of `tables` in the definition.
  ///   - files: the texts of files by name.
  ///   - major: the server's major version; nil for the newest.
  static func with(
    _ sql: String, tables: String, files: [String: String], major: Int? = nil,
    _ body: (SeederFolder) async throws -> Void
  ) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      try await database.withConnection { try await $0.runScript(sql) }
      try await TemporaryFolder.with { folder in
        let seeder = SeederFolder(database: database, folder: folder)
        try seeder.define(tables)
        for (name, text) in files { try seeder.write(text, to: name) }
        try await body(seeder)
      }
    }
  }

  func define(_ tables: String) throws {
    try write(#"{id: "awkward", summary: "Awkward rows", tables: [\#(tables)]}"#, to: "seeder.json")
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) throws {
    let file = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  /// Replaces a text that occurs once in a file.
  func edit(_ name: String, _ old: String, _ new: String) throws {
    let text = String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self)
    let parts = text.split(separator: old, omittingEmptySubsequences: false)
    try #require(parts.count == 2, "'\(old)' stands \(parts.count - 1) times in \(name)")
    try write(parts.joined(separator: new), to: name)
  }

  /// Runs the seeder and returns its report.
  ///
  /// - Parameter now: the time to which moving dates shift.
  func run(
    environment: SeedEnvironment = .test, now: String? = nil, allowsCommands: Bool = false,
    options: (inout SeedRunner.Options) -> Void = { _ in }
  ) async throws -> SeederReport {
    var reading = DeclarativeSeeder.Options()
    reading.now = now.flatMap(MovingDates.time)
    reading.allowsCommands = allowsCommands
    let seeder = try DeclarativeSeeder(directory: path, options: reading)
    let report = try await Harness.run(
      [seeder], on: database, selection: .only([seeder.id]), environment: environment,
      options: { settings in
        // Other tests write to the same server.
        settings.alwaysCompares = true
        options(&settings)
      })
    return try #require(report.seeders.first)
  }

  /// Runs the seeder, which must succeed, and returns its counts and notes.
  func noted(environment: SeedEnvironment = .test) async throws -> (counts: RowCounts, notes: [String]) {
    let notes = Lock<[String]>([])
    let seeder = try DeclarativeSeeder(directory: path)
    let report = try await Harness.run(
      [seeder], on: database, selection: .only([seeder.id]), environment: environment,
      options: { $0.allowsProduction = true },
      onEvent: { event in
        if case .note(_, let text) = event { notes.withLock { $0.append(text) } }
      })
    let outcome = try #require(report.seeders.first)
    try #require(outcome.failure == nil, "\(outcome.failure?.details ?? "")")
    return (outcome.tables.total, notes.withLock { $0 })
  }

  /// Runs the seeder, which must succeed, and returns its counts.
  func counts(
    environment: SeedEnvironment = .test, now: String? = nil, allowsCommands: Bool = false,
    options: (inout SeedRunner.Options) -> Void = { _ in }
  ) async throws -> RowCounts {
    let report = try await run(
      environment: environment, now: now, allowsCommands: allowsCommands, options: options)
    try #require(report.failure == nil, "\(report.failure?.details ?? "")")
    return report.tables.total
  }

  /// The changes in a plan.
  func changes(environment: SeedEnvironment) async throws -> [RowChange] {
    let seeder = try DeclarativeSeeder(directory: path)
    let plan = try SeedPlan(
      registry: SeederRegistry([seeder]), selection: .only([seeder.id]), environment: environment)
    let report = try await SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:])
    ).preview()
    let entry = try #require(report.entries.first)
    try #require(entry.failure == nil, "\(entry.failure?.details ?? "")")
    return entry.changes
  }

  /// Resets the seeder.
  func reset(configuration: PostgresConfiguration? = nil) async throws -> ResetReport {
    let seeder = try DeclarativeSeeder(directory: path)
    let plan = try SeedPlan(
      registry: SeederRegistry([seeder]), selection: .only([seeder.id]), environment: .test)
    let reports = try await SeedRunner(
      plan: plan, configuration: configuration ?? database.configuration, fixtures: FixtureStore(files: [:])
    ).reset()
    return try #require(reports.first)
  }

  /// The faults of a run that must fail, without the folder's path.
  func faults(
    environment: SeedEnvironment = .test, allowsCommands: Bool = false
  ) async throws -> [String] {
    let failure: FailureReport?
    do {
      failure = try await run(environment: environment, allowsCommands: allowsCommands).failure
    } catch let error as FixtureError {
      failure = FailureReport(error)
    }
    let found = try #require(failure, "the run succeeded")
    guard !found.faults.isEmpty else { return ["no fault, but: \(found.details)"] }
    return found.faults.map {
      $0.description.replacing("\(path)/", with: "").replacing("'\(database.name)'", with: "'DATABASE'")
    }
  }

  /// The arrays of text that a query selects: `∅` for NULL, elements separated by `│`.
  func rows(_ query: String) async throws -> [String] {
    try await database.withConnection { connection in
      try await connection.runScript("SET timezone = 'UTC'")
      let rows = try await connection.query(PostgresQuery(unescaped: query))
      return try rows.map { row in try row.decode([String?].self).map { $0 ?? "∅" }.joined(separator: "│") }
    }
  }

  /// Every row of every user table with the transaction that wrote it.
  func versions() async throws -> Set<String> {
    try await database.withConnection { connection in
      let tables = try await connection.query(
        """
        SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'seed_runner')
          AND n.nspname NOT LIKE 'pg_t%'
        """
      ).map { try $0.decode(String.self) }
      var versions: Set<String> = []
      for table in tables {
        let rows = try await connection.query(
          PostgresQuery(unescaped: "SELECT ctid::text || ' ' || xmin::text FROM \(table)"))
        for row in rows { versions.insert("\(table) \(try row.decode(String.self))") }
      }
      return versions
    }
  }

  /// Runs statements as another program.
  func sql(_ statements: String) async throws {
    try await database.withConnection { try await $0.runScript(statements) }
  }
}
