public import Postgres
public import SeedKit

/// What the body of a command gets: the command line, the settings, the database, and where the answer goes.
public struct CommandContext: Sendable {
  let session: Session

  init(_ session: Session) { self.session = session }

  /// The settings in force.
  public var settings: Settings { session.settings }

  /// The words that called the command: its name, then those of its subcommands.
  public var path: [String] { session.command.path }

  /// The arguments, in order.
  public var arguments: [String] { session.command.arguments }

  /// Whether the answer is to be JSON: `--format json`.
  public var isJSON: Bool { session.isJSON }

  /// Whether a flag was given and not negated.
  public func has(_ option: String) -> Bool { session.command.has(option) }

  /// The last value of an option; nil if it was not given.
  public func value(of option: String) -> String? { session.command.value(of: option) }

  /// The value of an option that has a range of numbers, which the parser has checked.
  public func integer(_ option: String) -> Int? { session.command.integer(option) }

  /// Finds the database, and starts the embedded one if no other is configured.
  ///
  /// - Throws: `PostgresError` for a malformed string, `EmbeddedPostgresError`.
  public func database() async throws -> PostgresConfiguration { try await session.database().configuration }

  /// The seeders, built in or found in folders.
  ///
  /// - Throws: `FixtureError` if a folder of seeders is not there; `SeedPlanError`; `ConfigurationError`.
  public func registry() throws -> SeederRegistry { try session.registry() }

  /// Writes a line of the answer to standard output.
  public func answer(_ line: String) { session.console.answer(line) }

  /// Writes the answer as one JSON document: keys in snake case and sorted, times with milliseconds.
  ///
  /// - Throws: an error of the encoder.
  public func answer(json value: some Encodable) throws { try session.console.answer(json: value) }

  /// Writes a line of progress to standard error, unless `--quiet` was given.
  public func progress(_ line: String) { session.console.progress(line) }

  /// Writes a line to standard error if `--debug` was given.
  public func debug(_ line: String) { session.console.debug(line) }
}
