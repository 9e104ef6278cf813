public import Postgres
public import SeedKit

/// The settings, seeders and database of a service, available before it starts serving.
public struct ServiceLaunch: Sendable {
  /// The settings in force.
  public let settings: Settings
  /// The built-in seeders and those found in folders.
  public let registry: SeederRegistry
  /// The files that the seeders read.
  public let fixtures: FixtureStore
  /// Whether `--allow-production` was given.
  public let allowsProduction: Bool
  private let command: ParsedCommand
  private let finder: DatabaseFinder
  private let printer: ProgressPrinter

  init(
    program: ServiceProgram, command: ParsedCommand, arguments: [String], environment: [String: String]
  ) throws {
    self.command = command
    allowsProduction = command.has("allow-production")
    let project = ProjectDirectory(explicit: command.value(of: "project-path"), environment: environment)
    do {
      settings = try Settings.load(
        flags: command.settingFlags(program.settings), environment: environment,
        configDirectory: command.value(of: "config-path") ?? project.configDirectory, keys: program.settings)
    } catch let error as ConfigurationError where error.faults.allSatisfy({ $0.place.hasPrefix("--") }) {
      // All faults are in flags, so this is a usage error.
      throw CommandFailure(code: .usage, message: "\(error)")
    }
    let discovery = SeederDiscovery(arguments: arguments, environment: environment)
    if let failure = discovery.failure { throw failure }
    registry = try discovery.registry(program.catalog(settings), settings: settings)
    fixtures = program.fixtures
    let console = Console(isQuiet: false, isDebug: settings[.debug])
    finder = DatabaseFinder(settings: settings, environment: environment, project: project, console: console)
    printer = ProgressPrinter(console: console)
  }

  /// Whether an option of the command line is set.
  public func has(_ option: String) -> Bool { command.has(option) }

  /// Finds the database. If none is configured, starts the embedded server.
  ///
  /// - Throws: `PostgresError` for an invalid connection string; `EmbeddedPostgresError`.
  public func database() async throws -> PostgresConfiguration {
    if let configuration = try finder.external() { return configuration }
    return try await finder.startEmbedded().configuration
  }

  /// Waits until the task is cancelled, which the first SIGINT or SIGTERM does.
  public func untilStopped() async {
    let (endless, continuation) = AsyncStream<Never>.makeStream()
    for await _ in endless {}
    continuation.finish()
  }

  /// Prints an event of a run to standard error, with all details of a failed seeder.
  public func tell(_ event: SeedEvent) {
    printer.print(event)
    if case .startup(let phase) = event, phase == .done || phase == .failed { printer.finish() }
    guard case .finished(let report) = event else { return }
    printer.console.progress(
      "\(report.outcome.rawValue) \(report.id) in \(Text.duration(report.duration))"
        + (report.failure.map { ": \($0.message)" } ?? report.note.map { ": \($0)" } ?? ""))
    guard let failure = report.failure else { return }
    for fault in failure.faults { printer.console.progress("  \(fault)") }
    if let fix = failure.fix { printer.console.progress("  Fix: \(fix)") }
    printer.console.progress("  \(failure.details)")
  }
}
