import FoundationEssentials
import Glibc
public import SeedKit

/// A program such as `seed-runner`, built from seeders and modules.
public struct SeedProgram: Sendable {
  let name: String
  let summary: String
  let modules: [CommandModule]
  let fixtures: FixtureStore
  let catalog: @Sendable (Settings) throws -> SeederRegistry
  let hasDemoSeeders: Bool
  /// All settings of the program.
  let settings: [AnySettingKey]

  /// Creates the program.
  ///
  /// - Parameters:
  ///   - name: the name in help and messages. By default `seed-runner`.
  ///   - summary: one sentence for the help. By default the summary of `seed-runner`.
  ///   - modules: the commands, settings and checks that the application adds.
  ///   - fixtures: the files that the seeders read. By default none.
  ///   - hasDemoSeeders: whether the seeders are an example, so that `init` turns them off in a new project. False by
  ///     default.
  ///   - seeders: Returns the seeders for the settings. It is called first with default settings, to get the names that
  ///     become flags, and then with the settings in force.
  public init(
    name: String? = nil, summary: String? = nil, modules: [CommandModule] = [],
    fixtures: FixtureStore = FixtureStore(files: [:]), hasDemoSeeders: Bool = false,
    seeders: @escaping @Sendable (Settings) throws -> SeederRegistry
  ) {
    self.name = name ?? SeedRunnerCommand.name
    self.summary = summary ?? SeedRunnerCommand.abstract
    self.modules = modules
    self.fixtures = fixtures
    self.hasDemoSeeders = hasDemoSeeders
    catalog = seeders
    settings = modules.allSettings
  }

  /// Runs a command line and ends the process with its exit code. Call it first in the program.
  ///
  /// The first SIGINT or SIGTERM rolls back open transactions and ends the process within 5 seconds, even if the
  /// network hangs. A second signal ends it at once.
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
  ///   - arguments: the arguments after the program's name.
  ///   - environment: the environment variables.
  /// - Returns: the exit code, after all output has been written.
  public func run(arguments: [String], environment: [String: String]) async -> ExitCode {
    let runID = UUID()
    var console = Console(arguments: arguments, environment: environment, runID: runID)
    console.program = name
    return await ProgramName.$current.withValue(name) {
      await run(arguments, environment, console: console, runID: runID)
    }
  }

  private func run(
    _ arguments: [String], _ environment: [String: String], console: Console, runID: UUID
  ) async -> ExitCode {
    do {
      let defaults = try Settings.load(flags: [:], environment: [:], configDirectory: nil, keys: settings)
      let discovery = SeederDiscovery(
        arguments: arguments, environment: environment, hasDemoSeeders: hasDemoSeeders)
      let names = try discovery.registry(catalog(defaults)).seeders.map { ($0.id.rawValue, $0.summary) }
      let spec = try SeedRunnerCommand.spec(
        name: name, abstract: summary, seeders: names, modules: modules)
      if arguments.isEmpty {
        console.write(HelpFormatter(width: Terminal.width).brief(for: [], in: spec))
        return .usage
      }
      let command: ParsedCommand
      do {
        command = try CommandLineParser.parse(arguments, command: spec)
      } catch {
        throw try disabledSeeder(error, discovery, catalog(defaults)) ?? error
      }
      let code = await Invocation(
        program: self, spec: spec, command: command,
        environment: CICommand.variables(for: command.path.first, environment), discovery: discovery,
        console: console,
        runID: runID
      ).run()
      return console.finish(code)
    } catch {
      return console.end(with: error)
    }
  }

  /// The error for the flag of a built-in seeder that is disabled, which parses as an unknown option.
  private func disabledSeeder(
    _ error: UsageError, _ discovery: SeederDiscovery, _ builtIn: SeederRegistry
  ) -> CommandFailure? {
    guard case .unknownOption(let option, _) = error.reason, !discovery.includesBuiltIn,
      builtIn.ids.contains(where: { "--\($0)" == option })
    else { return nil }
    return CommandFailure(
      code: .usage, errorCode: .unknownSeeder,
      message: "'\(option)' is a built-in seeder, and the built-in seeders are disabled",
      fix: "add --built-in, or correct the option; '\(name) list' shows all seeders")
  }
}
