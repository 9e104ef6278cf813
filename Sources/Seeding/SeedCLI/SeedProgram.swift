import FoundationEssentials
import Glibc
public import SeedKit

/// A command such as `seed-runner`, for seeders and what modules add.
public struct SeedProgram: Sendable {
  let name: String
  let summary: String
  let modules: [CommandModule]
  let fixtures: FixtureStore
  let catalog: @Sendable (Settings) throws -> SeederRegistry
  /// All settings that there are.
  let settings: [AnySettingKey]

  /// Makes the program.
  ///
  /// - Parameters:
  ///   - name: how it is called. By default `seed-runner`.
  ///   - summary: what it does, a sentence for the help. By default what `seed-runner` says.
  ///   - modules: what the application adds to the built-in commands.
  ///   - fixtures: the files that the seeders read; by default there are none.
  ///   - seeders: makes the seeders for a configuration. Called once with the defaults for their
  ///     names, which are flags, and once with the configuration in force.
  public init(
    name: String? = nil, summary: String? = nil, modules: [CommandModule] = [],
    fixtures: FixtureStore = FixtureStore(files: [:]),
    seeders: @escaping @Sendable (Settings) throws -> SeederRegistry
  ) {
    self.name = name ?? SeedRunnerCommand.name
    self.summary = summary ?? SeedRunnerCommand.abstract
    self.modules = modules
    self.fixtures = fixtures
    catalog = seeders
    settings = modules.allSettings
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
    var console = Console(arguments: arguments, environment: environment, runID: runID)
    console.program = name
    do {
      let defaults = try Settings.load(flags: [:], environment: [:], configDirectory: nil, keys: settings)
      let discovery = SeederDiscovery(arguments: arguments, environment: environment)
      let names = try discovery.registry(catalog(defaults)).seeders.map { ($0.id.rawValue, $0.summary) }
      let spec = try SeedRunnerCommand.spec(
        name: name, abstract: summary, seeders: names, modules: modules)
      if arguments.isEmpty {
        console.write(HelpFormatter(width: Terminal.width).brief(for: [], in: spec))
        return .usage
      }
      let command = try CommandLineParser.parse(arguments, command: spec)
      let code = await Invocation(
        program: self, spec: spec, command: command,
        environment: CICommand.variables(for: command, environment), discovery: discovery, console: console,
        runID: runID
      ).run()
      return console.finish(code)
    } catch {
      return console.end(with: error)
    }
  }
}
