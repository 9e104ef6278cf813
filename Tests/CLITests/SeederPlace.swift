import FoundationEssentials
import Postgres
import SeedTesting
import Testing

/// A database and a folder of declarative seeders for a test.
struct SeederPlace: Sendable {
  let database: TemporaryDatabase
  let folder: TemporaryFolder

  static func with(
    _ setup: PostgresQuery = "SELECT 1", major: Int? = nil, _ body: (SeederPlace) async throws -> Void
  ) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      try await database.withConnection { _ = try await $0.query(setup) }
      try await TemporaryFolder.with { folder in
        try await body(SeederPlace(database: database, folder: folder))
      }
    }
  }

  /// Writes a seeder's folder with a definition and one data file.
  func write(_ name: String, _ definition: String, records: String = "id,name\n1,a\n") throws {
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    try folder.write(definition, to: "\(name)/seeder.json")
    try folder.write(records, to: "\(name)/data.csv")
  }

  /// Writes a seeder for a table with the columns `id` and `name`.
  func write(
    _ id: String, table: String, dependencies: [String] = [], records: String = "id,name\n1,a\n",
    folder name: String? = nil
  ) throws {
    let list = dependencies.map { "\"\($0)\"" }.joined(separator: ", ")
    try write(
      name ?? id,
      """
      {"id": "\(id)", "summary": "for tests", "dependencies": [\(list)],
       "tables": [{"table": "\(table)", "files": "data.csv", "key": "id"}]}
      """, records: records)
  }

  /// Runs the program with only the seeders of the folder.
  func run(_ arguments: String..., variables: [String: String] = [:]) async throws
    -> SeedRunnerBinary.Result
  {
    try await run(arguments, variables: variables)
  }

  /// Runs the program, with the seeders of the folder unless the arguments name other folders.
  func run(_ arguments: [String], variables: [String: String] = [:]) async throws
    -> SeedRunnerBinary.Result
  {
    let words =
      arguments + ["--no-built-in"]
      + (arguments.contains("--seeders-path") ? [] : ["--seeders-path", folder.path])
    let process = try SeedRunnerBinary.start(words, url: database.url, variables: variables)
    let end = try await process.wait()
    return SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
  }

  func sql(_ statement: PostgresQuery) async throws {
    try await database.withConnection { _ = try await $0.query(statement) }
  }

  func count(_ table: String) async throws -> Int {
    try await database.withConnection { connection in
      try await connection.queryOne("SELECT count(*) FROM \(unescaped: table)").decode(Int.self)
    }
  }
}
