import FoundationEssentials
import Migrations
import Postgres
import SeedKit

/// `seed-runner ci` and `ci-local`: wait for the database, migrate, seed, verify, report.
struct CICommand {
  let session: Session
  let recorder: RunRecorder
  let printer: ProgressPrinter

  /// The database of `ci-local` on the embedded server. It is separate from the development database.
  static let localDatabase = "seed_ci_local"

  init(session: Session) {
    self.session = session
    recorder = RunRecorder(
      command: session.command.path.first ?? "ci", runID: session.invocation.runID,
      environment: session.settings[.environment])
    printer = ProgressPrinter(console: session.console)
  }

  /// The environment variables for a command line. `ci` and `ci-local` set `SEED_ENV`, and `ci-local` removes the
  /// variables that select a database.
  static func variables(
    for command: String?, _ variables: [String: String]
  ) -> [String: String] {
    var result = variables
    switch command {
    case "ci":
      if (variables["SEED_ENV"] ?? "").isEmpty { result["SEED_ENV"] = SeedEnvironment.ci.rawValue }
    case "ci-local":
      result["SEED_ENV"] = SeedEnvironment.ciLocal.rawValue
      for name in variables.keys where name == "DATABASE_URL" || name.hasPrefix("PG") { result[name] = nil }
    default: break
    }
    return result
  }

  func run() async throws -> ExitCode {
    let outputs = try RunOutputs(session.command, console: session.console)
    var failure: (any Error)?
    do {
      try await work()
    } catch {
      failure = (error as? MigrationError).map(session.explained) ?? error
    }
    let record = recorder.finish(failure)
    if session.isJSON {
      try session.console.answer(json: RunRecordJSON(record, isReport: true))
    } else {
      for line in RunFormatter(record: record).details(columns: session.console.columns) {
        session.console.answer(line)
      }
    }
    for failure in record.seeders.compactMap(\.failure) { session.console.debug(failure.details) }
    outputs.tell(GitHubActions(environment: session.invocation.environment), of: record)
    // The error of the run is more useful than that of a report.
    do { try outputs.write(record) } catch let error { failure = failure ?? error }
    if let failure { throw failure }
    return record.verdict
  }

  private func work() async throws {
    let excluded = session.command.values(of: "except").compactMap(SeederID.init(rawValue:))
    let (registry, fixtures) = try session.sources { !excluded.contains($0) }
    let plan = try SeedPlan(
      registry: registry, selection: .all(except: Set(excluded)), environment: session.settings[.environment])
    guard plan.environment != .production else {
      throw CommandFailure(
        code: .refused, errorCode: .productionGuard,
        message: "'\(recorder.record.command)' does not seed production",
        fix: "run '\(session.programName) --all --env production --allow-production' instead")
    }
    try session.invocation.discovery.checkNotEmpty(plan, of: registry)
    recorder.recordPlan(plan, fixtures: fixtures)
    let target = try await target()
    let job = CIJob(
      plan: plan, fixtures: fixtures, recorder: recorder, printer: printer,
      modules: session.invocation.program.modules, options: session.runOptions)
    guard let prefix = session.command.value(of: "clone-from") else {
      let isLocal = session.command.path == ["ci-local"]
      if isLocal { try await makeLocalDatabase(target) }
      try await wait(for: target)
      let report = try await job.seed(target)
      try await job.verify(report, on: target)
      return
    }
    let templates = try TemplateDatabases(prefix: prefix, target: target, session: session)
    try await wait(for: templates.maintenance)
    try await CloneJob(job: job, templates: templates, replaces: session.command.has("replace")).run()
  }

  private func target() async throws -> PostgresConfiguration {
    guard session.command.path == ["ci-local"] else { return try await session.database().configuration }
    var configuration = try await session.database().configuration
    configuration.database = Self.localDatabase
    return configuration
  }

  /// Creates the database of `ci-local` if it does not exist. With `--replace` it is dropped first.
  private func makeLocalDatabase(_ target: PostgresConfiguration) async throws {
    var server = target
    server.database = TemplateDatabases.maintenanceName
    try await PostgresConnection.with(server) { connection in
      let name = try PostgresIdentifier(Self.localDatabase)
      if session.command.has("replace") {
        try await connection.query("DROP DATABASE IF EXISTS \(name)")
      }
      let exists = try await connection.queryOne(
        "SELECT EXISTS (SELECT FROM pg_database WHERE datname = \(Self.localDatabase))"
      ).decode(Bool.self)
      guard !exists else { return }
      do {
        try await connection.query("CREATE DATABASE \(name)")
      } catch let error as PostgresError where TemplateDatabases.isDuplicate(error) {
        // Another run of ci-local has just created it.
      }
    }
  }

  /// Waits until the database accepts connections, for at most `--database-wait` seconds.
  private func wait(for configuration: PostgresConfiguration) async throws {
    let budget =
      session.command.integer("database-wait").map { Duration.seconds($0) } ?? session.settings[.retryBudget]
    // At most one second between attempts, so that the job starts as soon as the database is ready.
    let policy = RetryPolicy(budget: budget, maximumDelay: .seconds(1))
    let facts = try await recorder.step(.connect) {
      let facts = try await policy.run(
        onRetry: { error, pause in
          printer.print(.retrying(recorder.recordRetry(error, pause: pause, of: "connect")))
        },
        { _ in try await Self.facts(of: configuration) })
      return (facts, note: "PostgreSQL \(facts.serverVersion), database \(facts.name)")
    }
    recorder.update { $0.database = facts }
  }

  /// Reads the name, user, address and version of a database, for the reports.
  static func facts(of configuration: PostgresConfiguration) async throws -> RunRecord.Facts {
    try await PostgresConnection.with(configuration) { connection in
      let (name, user, version) = try await connection.queryOne(
        "SELECT current_database()::text, current_user::text, current_setting('server_version')"
      ).decode(String.self, String.self, String.self)
      return RunRecord.Facts(
        name: name, user: user, host: configuration.host, port: configuration.port, serverVersion: version)
    }
  }
}
