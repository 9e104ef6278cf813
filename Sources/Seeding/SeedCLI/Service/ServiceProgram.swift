import FoundationEssentials
import Glibc
public import SeedKit

/// A program that runs until it is stopped by a signal, such as a server.
public struct ServiceProgram: Sendable {
  let spec: CommandSpec
  let fixtures: FixtureStore
  /// All settings of the program.
  let settings: [AnySettingKey]
  let catalog: @Sendable (Settings) throws -> SeederRegistry
  let serve: @Sendable (ServiceLaunch) async throws -> Void

  /// Creates the program.
  ///
  /// - Parameters:
  ///   - spec: The command line. Options with the name of a setting's flag set that setting.
  ///   - fixtures: the files that the seeders read.
  ///   - settings: all settings of the program.
  ///   - seeders: returns the seeders for the settings.
  ///   - serve: Serves until its task is cancelled, which the first SIGINT or SIGTERM does.
  public init(
    spec: CommandSpec, fixtures: FixtureStore, settings: [AnySettingKey],
    seeders: @escaping @Sendable (Settings) throws -> SeederRegistry,
    serve: @escaping @Sendable (ServiceLaunch) async throws -> Void
  ) {
    self.spec = spec
    self.fixtures = fixtures
    self.settings = settings
    catalog = seeders
    self.serve = serve
  }

  /// Runs a command line and ends the process with its exit code. A second signal ends it at once.
  public func main(arguments: [String], environment: [String: String]) -> Never {
    StandardDescriptors.prepare()
    ProcessList.hidePasswords()
    SignalWatcher.endProcess { await run(arguments: arguments, environment: environment) }
  }

  func run(arguments: [String], environment: [String: String]) async -> ExitCode {
    let runID = UUID()
    var console = Console(arguments: arguments, environment: environment, runID: runID)
    console.program = spec.name
    console.explainer = SeedRunnerCommand.name
    do {
      let command = try CommandLineParser.parse(arguments, command: spec)
      if command.isHelpRequested {
        console.answer(
          document: HelpFormatter(width: Terminal.width).text(for: command.path, in: spec))
        return console.finish(.success)
      }
      if command.isVersionRequested {
        console.answer("\(spec.name) \(ProgramVersion.current)")
        return console.finish(.success)
      }
      try await serve(
        ServiceLaunch(
          program: self, command: command, arguments: arguments, environment: environment, console: console))
      return .success
    } catch is CancellationError {
      return .internalFault
    } catch {
      return console.end(with: error)
    }
  }
}
