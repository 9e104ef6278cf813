import Postgres
import SeedKit

/// `seed-runner generate --scaffold SCHEMA`: writes a seeder that generates rows for all tables of a schema.
struct GenerateCommand {
  let session: Session

  private struct Result: Encodable {
    struct Omitted: Encodable {
      let table: String
      let reason: String
    }

    let seeder: String
    let directory: String
    let tables: [String]
    let omitted: [Omitted]
    let checks: Int
  }

  /// The number of rows of a large table without an option.
  private static let standardRows = 1_000

  func run() async throws -> ExitCode {
    let command = session.command
    let console = session.console
    guard let schema = command.value(of: "scaffold") else {
      throw CommandFailure(
        code: .usage, message: "'generate' needs a schema", fix: "name one, such as '--scaffold public'")
    }
    let id = try SeederID(option: command.value(of: "id"), for: schema)
    let path = command.value(of: "output") ?? "Seeders/\(id)"
    let folder = SeederFolder(path: path)
    try folder.checkAbsent()
    let counts = RowCountOptions(session.settings)
    guard counts.rows.isEmpty, counts.everyTable != 0 else {
      throw CommandFailure(
        code: .usage, message: "'generate' needs one number of rows, for all large tables",
        fix: "use '--rows \(Self.standardRows)', and change the rows of single tables in the new file")
    }
    let request = SchemaScaffold.Request(
      schema: schema, id: id, rows: counts.everyTable ?? Self.standardRows)
    let seeders = try session.registry().seeders
    let database = try await session.database()
    let scaffold = try await PostgresConnection.with(database.configuration) { connection in
      try await SchemaScaffold.read(request, seeders: seeders, on: connection)
    }
    guard !scaffold.tables.isEmpty else {
      throw CommandFailure(
        code: .usage, errorCode: .unsupportedTable,
        message: "no table of the schema '\(schema)' can be filled; nothing was written",
        fix: scaffold.omitted.map { "\($0.table): \($0.reason)" }.joined(separator: "; "))
    }
    try folder.write([(DeclarativeSeeder.fileName, scaffold.definition)])
    for (table, reason) in scaffold.omitted { console.progress("note: \(table) is not generated: \(reason)") }
    guard !session.isJSON else {
      try console.answer(
        json: Result(
          seeder: id.rawValue, directory: path, tables: scaffold.tables,
          omitted: scaffold.omitted.map { .init(table: $0.table, reason: $0.reason) }, checks: scaffold.checks
        ))
      return .success
    }
    console.answer(
      "created \(path)/\(DeclarativeSeeder.fileName): \(Text.count(scaffold.tables.count, "table")), "
        + "\(scaffold.checks) guesses to review, marked 'check:'")
    console.answer("")
    let isFound = command.value(of: "output") == nil
    let steps = NextSteps(session: session)
    steps.answer(
      steps.steps(
        for: id, in: isFound ? command.value(of: "seeders-path") : command.value(of: "seeders-path") ?? path,
        isOffline: false))
    return .success
  }
}
