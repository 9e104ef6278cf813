public import Postgres
public import SeedKit

/// The command line, the settings, the database and the output of a running command.
public struct CommandContext: Sendable {
  let session: Session

  init(_ session: Session) { self.session = session }

  /// The settings in force.
  public var settings: Settings { session.settings }

  /// The name of the command, followed by those of its subcommands.
  public var path: [String] { session.command.path }

  /// The arguments, in order.
  public var arguments: [String] { session.command.arguments }

  /// Whether to print JSON: `--format json`.
  public var isJSON: Bool { session.isJSON }

  /// Whether an option is present and not negated.
  public func has(_ option: String) -> Bool { session.command.has(option) }

  /// The last value of an option; nil if it is absent.
  public func value(of option: String) -> String? { session.command.value(of: option) }

  /// The value of an option with a range, which the parser has checked; nil if it is absent.
  public func integer(_ option: String) -> Int? { session.command.integer(option) }

  /// Finds the database. If none is configured, starts the embedded server.
  ///
  /// - Throws: `PostgresError` for an invalid connection string; `EmbeddedPostgresError`.
  public func database() async throws -> PostgresConfiguration { try await session.database().configuration }

  /// The built-in seeders and those found in folders.
  ///
  /// - Throws: ``CommandFailure`` if a folder of `--seeders-path` does not exist; `SeedPlanError`;
  ///   `ConfigurationError`.
  public func registry() throws -> SeederRegistry { try session.registry() }

  /// Writes a line to standard output.
  public func answer(_ line: String) { session.console.answer(line) }

  /// Writes a value to standard output as one JSON document, with sorted keys in snake case and times with
  /// milliseconds.
  ///
  /// - Throws: an error of the encoder.
  public func answer(json value: some Encodable) throws { try session.console.answer(json: value) }

  /// Writes a progress message to standard error, unless `--quiet` was given.
  public func progress(_ line: String) { session.console.progress(line) }

  /// Writes a debug message to standard error if `--debug` was given.
  public func debug(_ line: String) { session.console.debug(line) }
}
