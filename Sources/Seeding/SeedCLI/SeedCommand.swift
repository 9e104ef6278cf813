import FoundationEssentials
public import SeedKit

/// An application's own seed command, with all that `seed-runner` can do and what its modules add.
///
/// ```swift
/// @main struct BookshopSeeds: SeedCommand {
///   static let seeders: [any Seeder] = [Authors(), Books()]
/// }
/// ```
///
/// Seeders without Swift need not be listed: folders with a `seeder.json` in `Seeders/` are found by themselves.
public protocol SeedCommand: SendableMetatype {
  /// What it is called in its help. By default the name of the program's file.
  static var name: String { get }
  /// What it does, a sentence for the help. By default what `seed-runner` says.
  static var summary: String { get }
  /// The seeders. None by default: those in folders are found by themselves.
  static var seeders: [any Seeder] { get }
  /// The files that the seeders read. None by default.
  static var fixtures: FixtureStore { get }
  /// Settings, options, commands and checks of the application. None by default.
  static var modules: [CommandModule] { get }

  /// The seeders for a configuration; for seeders that settings change, and for bulk seeders. By default
  /// ``seeders``.
  static func seeders(for settings: Settings) throws -> [any SeederProtocol]
}

extension SeedCommand {
  /// The name of the program's file.
  public static var name: String {
    CommandLine.arguments.first.map { URL(filePath: $0).lastPathComponent } ?? SeedRunnerCommand.name
  }

  /// What `seed-runner` says.
  public static var summary: String { SeedRunnerCommand.abstract }

  /// None.
  public static var seeders: [any Seeder] { [] }

  /// None.
  public static var fixtures: FixtureStore { FixtureStore(files: [:]) }

  /// None.
  public static var modules: [CommandModule] { [] }

  /// ``seeders``, whatever the settings.
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
