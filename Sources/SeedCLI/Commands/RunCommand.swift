import Migrations
import Postgres
import SeedKit

/// `seed-runner --all`, `seed-runner --users --tags`: plan, migrate, seed, report.
struct RunCommand {
  let session: Session

  func run() async throws -> ExitCode {
    let registry = try session.registry()
    let plan = try SeedPlan(
      registry: registry, selection: selection(registry), environment: session.settings[.environment])
    try plan.checkProduction(isAllowed: options.allowsProduction)
    let database = try await session.database()
    let printer = ProgressPrinter(console: session.console)
    let runner = SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: session.invocation.program.fixtures,
      options: options, onEvent: { printer.print($0) })
    let report = try await runner.run()
    if session.isJSON {
      try session.console.answer(json: ReportJSON(report))
    } else {
      for line in ReportFormatter(report: report).lines { session.console.answer(line) }
      session.console.progress("connect with: \(database.connectCommand)")
    }
    for failure in report.seeders.compactMap(\.failure) { session.console.debug(failure.details) }
    return report.isSuccess ? .success : .seederFailed
  }

  private func selection(_ registry: SeederRegistry) -> SeedPlan.Selection {
    func ids(_ option: String) -> [SeederID] {
      session.command.values(of: option).compactMap(SeederID.init(rawValue:))
    }
    if session.command.has("all") { return .all(except: Set(ids("except"))) }
    return .only(registry.ids.filter { session.command.has($0.rawValue) } + ids("only"))
  }

  private var options: SeedRunner.Options {
    let command = session.command
    var options = SeedRunner.Options()
    options.jobs = session.settings[.jobs]
    options.allowsProduction = command.has("allow-production")
    options.restamps = command.has("restamp")
    options.skipsCurrent = command.has("if-changed")
    options.migrates = !command.has("no-migrate")
    options.retry.budget = session.settings[.retryBudget]
    options.lockTimeout = session.settings[.lockTimeout]
    return options
  }
}
