import Glibc
public import SeedKit

/// A program that serves until it is told to stop: its command line, its configuration, its end.
public struct ServiceProgram: Sendable {
  let spec: CommandSpec
  let fixtures: FixtureStore
  /// All settings that there are.
  let settings: [AnySettingKey]
  let catalog: @Sendable (Settings) throws -> SeederRegistry
  let serve: @Sendable (ServiceLaunch) async throws -> Void

  /// Makes the program.
  ///
  /// - Parameters:
  ///   - spec: its command line; options that are settings are read as such.
  ///   - fixtures: the files that the seeders read.
  ///   - settings: all settings that there are.
  ///   - seeders: makes the seeders for a configuration.
  ///   - serve: serves until its task is cancelled, which is what the first SIGINT or SIGTERM does.
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

  /// Runs a command line and ends the process with its exit code; a second signal ends it at once.
  public func main(arguments: [String], environment: [String: String]) -> Never {
    StandardDescriptors.prepare()
    ProcessList.hidePasswords()
    SignalWatcher.endProcess { await run(arguments: arguments, environment: environment) }
  }

  func run(arguments: [String], environment: [String: String]) async -> ExitCode {
    let console = Console()
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
        ServiceLaunch(program: self, command: command, arguments: arguments, environment: environment))
      return .success
    } catch is CancellationError {
      return .internalFault
    } catch {
      return console.end(with: error)
    }
  }
}
