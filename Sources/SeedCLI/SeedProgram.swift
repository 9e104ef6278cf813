import FoundationEssentials
import Glibc
public import SeedKit

/// The command `seed-runner`, for a catalog of seeders.
public struct SeedProgram: Sendable {
  let catalog: @Sendable (Settings) throws -> SeederRegistry
  let fixtures: FixtureStore
  /// All settings that there are.
  let settings: [AnySettingKey]

  /// Makes the program.
  ///
  /// - Parameters:
  ///   - fixtures: the files that the seeders read.
  ///   - settings: all settings, in the order of `config`; by default those of the framework.
  ///   - catalog: makes the seeders for a configuration. Called once with the defaults for their
  ///     names, which are flags, and once with the configuration in force.
  public init(
    fixtures: FixtureStore, settings: [AnySettingKey] = AnySettingKey.framework,
    catalog: @escaping @Sendable (Settings) throws -> SeederRegistry
  ) {
    self.fixtures = fixtures
    self.settings = settings
    self.catalog = catalog
  }

  /// Runs a command line and ends the process with its exit code. The first thing that a program does.
  ///
  /// The first SIGINT or SIGTERM rolls back what is under way and ends the process within five seconds,
  /// whatever the network does. A second one ends it at once.
  public func main(arguments: [String], environment: [String: String]) -> Never {
    StandardDescriptors.prepare()
    ProcessList.hidePasswords()
    SignalWatcher.endProcess(grace: .milliseconds(4500)) {
      await run(arguments: arguments, environment: environment)
    }
  }

  /// Runs a command line.
  ///
  /// - Parameters:
  ///   - arguments: what follows the program's name.
  ///   - environment: the variables.
  /// - Returns: the exit code. All messages have been written.
  public func run(arguments: [String], environment: [String: String]) async -> ExitCode {
    let runID = UUID()
    let console = Console(arguments: arguments, environment: environment, runID: runID)
    do {
      let defaults = try Settings.load(flags: [:], environment: [:], configDirectory: nil, keys: settings)
      let discovery = SeederDiscovery(arguments: arguments, environment: environment)
      let names = try discovery.registry(catalog(defaults)).seeders.map { ($0.id.rawValue, $0.summary) }
      let spec = SeedRunnerCommand.spec(seeders: names)
      let command = try CommandLineParser.parse(arguments, command: spec)
      let code = await Invocation(
        program: self, spec: spec, command: command,
        environment: CICommand.variables(for: command, environment), discovery: discovery, console: console,
        runID: runID
      ).run()
      return console.finish(code)
    } catch let error as UsageError {
      console.error(error)
      return .usage
    } catch {
      console.error("\(error)", code: ExitCode(error))
      return ExitCode(error)
    }
  }
}
