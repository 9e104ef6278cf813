public import FoundationEssentials
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
  /// The id of the run in every line of a structured log; nil unless `--log-format json` was given.
  public var structuredLogID: UUID? { printer.console.log?.runID }
  private let command: ParsedCommand
  private let finder: DatabaseFinder
  private let printer: ProgressPrinter

  init(
    program: ServiceProgram, command: ParsedCommand, arguments: [String], environment: [String: String],
    console: Console
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
    let builtIn = try program.catalog(settings)
    var console = console
    console.isDebug = settings[.debug]
    console.isStamped = true
    console.terminal = .plain
    finder = DatabaseFinder(settings: settings, environment: environment, project: project, console: console)
    printer = ProgressPrinter(console: console)
    let found = try Self.registry(discovery, builtIn, settings: settings, console: console)
    let path = command.value(of: "fixtures-path") ?? OwnFixtures.path(in: environment)
    (registry, fixtures) = try Self.replacingFixtures(in: found, program.fixtures, from: path)
  }

  /// The seeders with the user's own fixtures. If these cannot be read, the seeders that would use them fail, and the
  /// service starts.
  private static func replacingFixtures(
    in registry: SeederRegistry, _ builtIn: FixtureStore, from path: String?
  ) throws -> (SeederRegistry, FixtureStore) {
    guard let path else { return (registry, builtIn) }
    do {
      return try OwnFixtures.replace(in: registry, builtIn, from: path)
    } catch let error as FixtureError {
      let faulty = try registry.mapping { seeder in
        seeder.replaceable == nil
          ? seeder.seeder : FaultySeeder(id: seeder.id, error: error).withMigrations(of: seeder)
      }
      return (faulty, builtIn)
    }
  }

  /// The built-in seeders and those found in folders. A faulty definition never keeps a service from starting. If it makes
  /// the selection of `--all` ambiguous, nothing is seeded.
  private static func registry(
    _ discovery: SeederDiscovery, _ builtIn: SeederRegistry, settings: Settings, console: Console
  ) throws -> SeederRegistry {
    if let failure = discovery.failure { throw failure }
    do {
      return try discovery.registry(builtIn, settings: settings)
    } catch  where discovery.seeders.contains(where: { $0 is FaultySeeder }) {
      let faults = discovery.seeders.compactMap { ($0 as? FaultySeeder)?.summary }
      let lines = FailureReport(ending: error).lines + faults
      console.write("no seeder runs: \(lines.joined(separator: "\n  "))")
      return builtIn.selectingNone()
    }
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

  /// Prints an event of a run to standard error, with all faults of a failed seeder.
  public func tell(_ event: SeedEvent) {
    printer.print(event)
    if case .startup(let phase) = event, phase == .done || phase == .failed { printer.finish() }
    // The structured log has an event for each seeder, with everything below.
    guard case .finished(let report) = event, printer.console.log == nil else { return }
    let outcome = "\(report.outcome.rawValue) \(report.id) in \(Text.duration(report.duration))"
    guard let failure = report.failure else {
      return printer.console.progress(outcome + (report.note.map { ": \($0)" } ?? ""))
    }
    printer.console.progress("\(outcome): \(failure.lines.joined(separator: "\n  "))")
    if failure.faults.isEmpty { printer.console.debug("  \(failure.details)") }
  }
}
