import SeedKit

/// `seed-runner reset SEEDER…`: removes the rows of seeders that own theirs as a whole.
struct ResetCommand {
  let session: Session

  private struct OutcomeJSON: Encodable {
    let seeder: String
    let tables: SeedOutcome
  }

  func run() async throws -> ExitCode {
    let registry = try session.registry()
    let ids = session.command.arguments.compactMap(SeederID.init(rawValue:))
    let plan = try SeedPlan(
      registry: registry, selection: .only(ids), environment: session.settings[.environment])
    let others = ids.filter { !(registry[$0] is any BulkSeeder) }
    guard others.isEmpty else {
      throw CommandFailure(
        code: .usage,
        message: "'\(others[0])' cannot be reset: only seeders that own their rows as a whole can",
        remedy:
          "those are \(registry.seeders.filter { $0 is any BulkSeeder }.map(\.id.rawValue).joined(separator: ", "))"
      )
    }
    let database = try await session.database()
    let names = ids.map { "'\($0)'" }.joined(separator: ", ")
    try await session.confirmRemoval("all rows of \(names)", from: database)
    var options = SeedRunner.Options()
    options.allowsProduction = session.command.has("allow-production")
    let printer = ProgressPrinter(console: session.console)
    let runner = SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: session.invocation.program.fixtures,
      options: options, onEvent: { printer.print($0) })
    let outcomes = try await runner.reset()
    if session.isJSON {
      try session.console.answer(
        json: outcomes.map { OutcomeJSON(seeder: $0.id.rawValue, tables: $0.outcome) })
    } else {
      for line in Text.table(outcomes.map { ["reset", $0.id.rawValue, Text.counts($0.outcome)] }) {
        session.console.answer(line)
      }
    }
    return .success
  }
}
