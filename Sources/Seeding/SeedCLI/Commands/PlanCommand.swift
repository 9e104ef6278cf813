import Postgres
import SeedKit

/// `seed-runner plan`: shows the rows that a run would insert, update and delete.
struct PlanCommand {
  let session: Session

  func run() async throws -> ExitCode {
    let (plan, report, _) = try await session.preview()
    if session.isJSON {
      try session.console.answer(json: PlanJSON(report))
    } else {
      for line in PlanFormatter(report: report, environment: plan.environment).lines {
        session.console.answer(line)
      }
    }
    let code = ExitCode(failures: report.entries.compactMap(\.failure))
    guard code == .success else { return code }
    return session.command.has("check") && report.wouldChange ? .drift : .success
  }
}

extension Session {
  /// Plans the seeders that are named as arguments, or those that `--all` selects.
  ///
  /// - Returns: the plan, its report, and the database that was read.
  func preview() async throws -> (plan: SeedPlan, report: PlanReport, database: PostgresConfiguration) {
    let ids = command.arguments.compactMap(SeederID.init(rawValue:))
    let (registry, fixtures) = try sources { ids.isEmpty || ids.contains($0) }
    let plan = try SeedPlan(
      registry: registry, selection: ids.isEmpty ? .all() : .only(ids), environment: settings[.environment])
    try invocation.discovery.checkNotEmpty(plan, of: registry)
    let database = try await database()
    let printer = ProgressPrinter(console: console)
    defer { printer.finish() }
    let runner = SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: fixtures, options: runOptions,
      onEvent: { printer.print($0) })
    return (plan, try await runner.preview(), database.configuration)
  }
}

/// A plan as `--format json` prints it. Keys may be added, but are never renamed or removed.
struct PlanJSON: Encodable {
  struct Entry: Encodable {
    let id: String
    let tables: SeedOutcome
    let changes: [RowChange]
    let failure: FailureReport?
    let note: String?
  }

  let pending: Bool
  let migrations: [String]
  let seeders: [Entry]

  init(_ report: PlanReport) {
    pending = report.wouldChange
    migrations = report.migrations
    seeders = report.entries.map { entry in
      Entry(
        id: entry.id.rawValue, tables: entry.tables, changes: entry.changes, failure: entry.failure,
        note: entry.note)
    }
  }
}
