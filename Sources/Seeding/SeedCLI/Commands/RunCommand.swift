import FoundationEssentials
import Migrations
import Postgres
import SeedKit

/// `seed-runner --all`, `seed-runner --users --tags`: plan, migrate, seed, report.
struct RunCommand {
  let session: Session

  func run() async throws -> ExitCode {
    let outputs = try RunOutputs(session.command, console: session.console)
    let recorder = RunRecorder(
      command: "run", runID: session.invocation.runID, environment: session.settings[.environment])
    do {
      let code = try await seed(recorder)
      try outputs.write(recorder.finish(nil, verdict: code))
      return code
    } catch let error as MigrationError {
      try outputs.write(recorder.finish(session.explained(error)))
      throw error
    } catch {
      try outputs.write(recorder.finish(error))
      throw error
    }
  }

  private func seed(_ recorder: RunRecorder) async throws -> ExitCode {
    let known = try session.registry()
    let selection = selection(known)
    let environment = session.settings[.environment]
    let selected = try SeedPlan(registry: known, selection: selection, environment: environment)
    try session.invocation.discovery.checkNotEmpty(selected, of: known)
    try selected.checkProduction(isAllowed: session.command.has("allow-production"))
    try checkFlags(of: selected)
    var (plan, fixtures) = (selected, session.invocation.program.fixtures)
    if session.fixturesPath != nil {
      let ids = Set(selected.steps.map(\.id))
      let registry: SeederRegistry
      (registry, fixtures) = try session.sources { ids.contains($0) }
      plan = try SeedPlan(registry: registry, selection: selection, environment: environment)
      // The user's own fixtures are validated before a connection is opened. A fault in them ends the command
      // instead of failing a seeder.
      for step in plan.steps where step.seeder.replaceable != nil {
        _ = try step.seeder.validate(fixtures)
      }
    }
    // Only reports contain the digests of the files.
    if session.command.hasReports { recorder.recordPlan(plan, fixtures: fixtures) }
    let database = try await session.database()
    let start = ContinuousClock.now
    let console = session.console
    let printer = ProgressPrinter(console: console)
    let runner = SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: fixtures,
      options: session.runOptions,
      onEvent: {
        recorder.recordEvent($0)
        printer.print($0)
      })
    let report = try await printer.follow(runner)
    recorder.recordReport(report, since: start)
    if session.command.hasReports {
      let facts = try? await CICommand.facts(of: database.configuration)
      recorder.update { $0.database = facts }
    }
    let record = RunRecord(report)
    if session.isJSON {
      try console.answer(json: RunRecordJSON(record, isReport: false))
    } else {
      for line in RunFormatter(record: record).lines(columns: console.columns) { console.answer(line) }
      if let command = database.connectCommand, report.isSuccess {
        console.progress("connect with: \(command)")
      }
    }
    for failure in report.seeders.compactMap(\.failure) { session.console.debug(failure.details) }
    return ExitCode(failures: report.seeders.compactMap(\.failure))
  }

  /// Rejects an option that no selected seeder reads instead of ignoring it.
  private func checkFlags(of plan: SeedPlan) throws {
    let read = Set(plan.steps.flatMap(\.seeder.flags))
    let names = session.invocation.program.modules.runOptions.map(\.name) + ["rows", "scale"]
    let given = names.filter { session.command.options[$0] != nil }
    guard let unread = given.first(where: { !read.contains($0) }) else { return }
    let readers = try session.registry().seeders.filter { $0.flags.contains(unread) }.map(\.id.rawValue)
    guard !readers.isEmpty else {
      throw CommandFailure(
        code: .usage, message: "--\(unread) applies to none of the seeders",
        fix: "remove --\(unread)")
    }
    throw CommandFailure(
      code: .usage,
      message: "--\(unread) applies only to \(readers.joined(separator: ", ")), which is not selected",
      fix: readers.first.map { "also select --\($0)" })
  }

  private func selection(_ registry: SeederRegistry) -> SeedPlan.Selection {
    func ids(_ option: String) -> [SeederID] {
      session.command.values(of: option).compactMap(SeederID.init(rawValue:))
    }
    let named = registry.ids.filter { session.command.has($0.rawValue) } + ids("only")
    guard session.command.has("all") else { return .only(named) }
    return .all(except: Set(ids("except")), and: named)
  }
}

extension Session {
  /// The options of a run, from the settings and the command line.
  var runOptions: SeedRunner.Options {
    var options = SeedRunner.Options(settings)
    options.runID = invocation.runID
    options.allowsProduction = command.has("allow-production")
    options.restamps = command.has("restamp")
    options.allowsDeletes = command.has("allow-deletes")
    options.skipsCurrent = command.has("if-changed")
    options.migrates = !command.has("no-migrate")
    return options
  }
}
