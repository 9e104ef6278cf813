import FoundationEssentials
public import SeedKit

/// The seed command of an application. It has every command of `seed-runner` and those of its modules.
///
/// ```swift
/// @main struct BookshopSeeds: SeedCommand {
///   static let seeders: [any Seeder] = [Authors(), Books()]
/// }
/// ```
///
/// Declarative seeders need not be listed. Folders in `Seeders/` with a `seeder.json` are found automatically.
public protocol SeedCommand: SendableMetatype {
  /// The name in help and messages. By default the file name of the program.
  static var name: String { get }
  /// One sentence for the help. By default the summary of `seed-runner`.
  static var summary: String { get }
  /// The seeders. By default none, because those in folders are found automatically.
  static var seeders: [any Seeder] { get }
  /// The files that the seeders read. By default none.
  static var fixtures: FixtureStore { get }
  /// Settings, options, commands and checks of the application. By default none.
  static var modules: [CommandModule] { get }

  /// The seeders for the settings. By default ``seeders``. Implement it for seeders that depend on settings, and for
  /// bulk seeders.
  static func seeders(for settings: Settings) throws -> [any SeederProtocol]
}

extension SeedCommand {
  /// The file name of the program.
  public static var name: String {
    CommandLine.arguments.first.map { URL(filePath: $0).lastPathComponent } ?? SeedRunnerCommand.name
  }

  /// The summary of `seed-runner`.
  public static var summary: String { SeedRunnerCommand.abstract }

  /// None.
  public static var seeders: [any Seeder] { [] }

  /// None.
  public static var fixtures: FixtureStore { FixtureStore(files: [:]) }

  /// None.
  public static var modules: [CommandModule] { [] }

  /// ``seeders``, independent of the settings.
  public static func seeders(for settings: Settings) throws -> [any SeederProtocol] { seeders }

  /// Runs the command line of the process and ends the process with its exit code.
  public static func main() {
    SeedProgram(
      name: name, summary: summary, modules: modules, fixtures: fixtures,
      seeders: { try SeederRegistry(seeders(for: $0)) }
    ).main(
      arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
  }
}
