import Postgres
import SeedKit
import SeedTesting

/// Helpers for tests of runs.
enum Harness {
  /// Plans and runs seeders against a database.
  static func run(
    _ seeders: [any SeederProtocol], on database: TemporaryDatabase, selection: SeedPlan.Selection = .all(),
    environment: SeedEnvironment = .test, fixtures: [String: [UInt8]] = [:],
    configuration: PostgresConfiguration? = nil,
    options configure: (inout SeedRunner.Options) -> Void = { _ in },
    onEvent: @escaping @Sendable (SeedEvent) -> Void = { _ in }
  ) async throws -> SeedReport {
    var options = SeedRunner.Options()
    configure(&options)
    let plan = try SeedPlan(
      registry: SeederRegistry(seeders), selection: selection, environment: environment)
    return try await SeedRunner(
      plan: plan, configuration: configuration ?? database.configuration,
      fixtures: FixtureStore(files: fixtures), options: options, onEvent: onEvent
    ).run()
  }

  /// The transaction that wrote each row, by primary key.
  static func xmins(of table: String, on database: TemporaryDatabase) async throws -> [String: String] {
    try await database.withConnection { connection in
      let rows = try await connection.query("SELECT id::text, xmin::text FROM \(unescaped: table)")
      let pairs = try rows.map { try $0.decode(String.self, String.self) }
      return Dictionary(uniqueKeysWithValues: pairs)
    }
  }

  static func count(_ table: String, on database: TemporaryDatabase) async throws -> Int {
    try await database.withConnection { connection in
      try await connection.queryOne("SELECT count(*) FROM \(unescaped: table)").decode(Int.self)
    }
  }

  /// The outcomes in the history of a seeder, oldest first.
  static func history(of id: SeederID, on database: TemporaryDatabase) async throws -> [String] {
    try await database.withConnection { connection in
      try await connection.query(
        "SELECT outcome FROM seed_runner.history WHERE seeder = \(id.rawValue) ORDER BY finished_at"
      ).map { try $0.decode(String.self) }
    }
  }
}
