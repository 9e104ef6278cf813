package import Postgres

/// The environment stamp: the environment that a database belongs to. The first run writes it.
package enum EnvironmentStamp {
  /// Stamps a database without a stamp, or checks the stamp.
  ///
  /// - Parameter restamp: whether the stamp of another environment is replaced instead of refused.
  /// - Throws: ``SeedGuardError``.
  static func check(
    _ environment: SeedEnvironment, restamp: Bool, allowProduction: Bool, on connection: PostgresConnection
  ) async throws {
    let found = try await connection.pipeline(stamping(environment))[1].first?.decode(String.self) ?? ""
    guard found != environment.rawValue else { return }
    guard restamp else { throw SeedGuardError.otherEnvironment(stamp: found, run: environment) }
    // Replacing the production stamp is as serious as seeding production.
    guard found != SeedEnvironment.production.rawValue || allowProduction else {
      throw SeedGuardError.productionNotAllowed
    }
    try await connection.query(
      "UPDATE seed_runner.environment SET name = \(environment.rawValue), stamped_at = now()")
  }

  /// The statements that stamp a database without a stamp, and read the stamp. Of two concurrent first runs one
  /// stamps, and both read the same stamp.
  static func stamping(_ environment: SeedEnvironment) -> [PostgresQuery] {
    [
      """
      INSERT INTO seed_runner.environment (name, stamped_at) VALUES (\(environment.rawValue), now())
      ON CONFLICT DO NOTHING
      """, stamp,
    ]
  }

  /// Checks the stamp, if there is one. Writes nothing.
  ///
  /// - Throws: ``SeedGuardError``.
  static func checkOnly(_ environment: SeedEnvironment, on connection: PostgresConnection) async throws {
    guard let found = try await read(on: connection), found != environment.rawValue else { return }
    throw SeedGuardError.otherEnvironment(stamp: found, run: environment)
  }

  /// The environment stamp; nil if the database has none or was never migrated.
  package static func found(on connection: PostgresConnection) async throws -> String? {
    let exists = try await connection.queryOne("SELECT to_regclass('seed_runner.environment') IS NOT NULL")
      .decode(Bool.self)
    return exists ? try await read(on: connection) : nil
  }

  private static func read(on connection: PostgresConnection) async throws -> String? {
    try await connection.query(stamp).first?.decode(String.self)
  }

  private static let stamp: PostgresQuery = "SELECT name FROM seed_runner.environment"
}

/// A run that a guard refused. Nothing was written.
public enum SeedGuardError: FixableError, Hashable, Sendable, CustomStringConvertible {
  /// The environment is production, which was not allowed.
  case productionNotAllowed
  /// The database has the stamp of another environment.
  case otherEnvironment(stamp: String, run: SeedEnvironment)
  /// A seeder may delete rows in production, which was not allowed.
  case deletesNotAllowed(table: String)
  /// A seeder runs a command, which was not allowed.
  case commandsNotAllowed(command: String)

  /// Why it was refused, and how to allow it.
  public var description: String { text }

  package var problem: String {
    switch self {
    case .productionNotAllowed: "the environment is production"
    case .deletesNotAllowed(let table): "the policy 'sync' would delete rows of \(table) in production"
    case .commandsNotAllowed(let command): "the seeder runs the command '\(command)', which is not allowed"
    case .otherEnvironment(let stamp, let run):
      "the database belongs to the environment '\(stamp)', but this run uses '\(run)'"
    }
  }

  package var fix: String? {
    switch self {
    case .productionNotAllowed: "add --allow-production to continue"
    case .deletesNotAllowed: "add --allow-deletes to allow it"
    case .commandsNotAllowed: "add --allow-commands to allow it"
    case .otherEnvironment(let stamp, let run):
      "use --env \(stamp) or another database, or add --restamp to assign this one to '\(run)'"
    }
  }
}
