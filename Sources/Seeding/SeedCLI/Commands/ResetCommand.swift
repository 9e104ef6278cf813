import Postgres
import SeedKit

/// `seed-runner reset SEEDER…`: deletes the rows that seeders inserted, except those edited since.
struct ResetCommand {
  let session: Session

  private struct OutcomeJSON: Encodable {
    let seeder: String
    let tables: SeedOutcome
    let notes: [String]
  }

  func run() async throws -> ExitCode {
    let registry = try session.registry()
    let ids = session.command.arguments.compactMap(SeederID.init(rawValue:))
    let plan = try SeedPlan(
      registry: registry, selection: .only(ids), environment: session.settings[.environment])
    let database = try await session.database()
    let names = ids.map { "'\($0)'" }.joined(separator: ", ")
    try await session.confirmRemoval(
      "the rows of \(names) that have not been edited", from: database)
    let printer = ProgressPrinter(console: session.console)
    defer { printer.finish() }
    let runner = SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: session.invocation.program.fixtures,
      options: session.runOptions, onEvent: { printer.print($0) })
    let reports: [ResetReport]
    do {
      reports = try await runner.reset()
    } catch let error where error is PostgresError || error is PostgresTransactionError {
      let failure = FailureReport(error)
      let code = ExitCode(failures: [failure])
      session.console.error(failure, exitCode: code)
      session.console.debug(failure.details)
      return code
    }
    if session.isJSON {
      try session.console.answer(
        json: reports.map { OutcomeJSON(seeder: $0.id.rawValue, tables: $0.tables, notes: $0.notes) })
      return .success
    }
    let heads = Text.table(reports.map { ["reset", $0.id.rawValue, Text.removals($0.tables)] })
    for (report, head) in zip(reports, heads) {
      session.console.answer(head)
      for note in report.notes { session.console.answer("  \(note)") }
    }
    return .success
  }
}
