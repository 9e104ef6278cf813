public import FoundationEssentials
import Postgres

/// The table that records what was applied to a database.
enum MigrationHistory {
  struct Entry: Sendable {
    let set: String
    let version: Int
    let name: String
    let checksum: String
    let appliedAt: Date
  }

  /// Creates the tables of migrations and locks. They have their own schema, so that they never collide with tables
  /// of the application.
  static let bootstrap = """
    CREATE SCHEMA IF NOT EXISTS seed_runner;
    CREATE TABLE IF NOT EXISTS seed_runner.migration (
      set_name text NOT NULL,
      version bigint NOT NULL,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL,
      duration_ms double precision NOT NULL,
      PRIMARY KEY (set_name, version)
    );
    CREATE TABLE IF NOT EXISTS seed_runner.lock (name text PRIMARY KEY);
    INSERT INTO seed_runner.lock (name) VALUES ('migrations') ON CONFLICT DO NOTHING;
    """

  /// `IF NOT EXISTS` alone does not protect concurrent first runs: both would create the tables. The key is
  /// "seedrun" in ASCII, read as a number. The lock ends with the transaction.
  private static let bootstrapKey: Int64 = 0x73_65_65_64_72_75_6e

  /// All entries; nil for a database without a history. Only reads.
  static func read(on connection: PostgresConnection) async throws -> [Entry]? {
    let exists = try await connection.queryOne("SELECT to_regclass('seed_runner.migration') IS NOT NULL")
    guard try exists.decode(Bool.self) else { return nil }
    return try decode(try await connection.query(all))
  }

  /// Like ``read(on:)``, in one round trip, which may fail and so must be outside a transaction.
  static func find(on connection: PostgresConnection) async throws -> [Entry]? {
    do {
      return try decode(try await connection.query(all))
    } catch let error as PostgresError where error.sqlState == .undefinedTable {
      return nil
    }
  }

  /// The query for all entries, whose rows ``decode(_:)`` decodes.
  static let all: PostgresQuery =
    "SELECT set_name, version, name, checksum, applied_at FROM seed_runner.migration ORDER BY set_name, version"

  static func decode(_ rows: PostgresRows) throws -> [Entry] {
    try rows.map { row in
      let (set, version, name, checksum, appliedAt) = try row.decode(
        String.self, Int.self, String.self, String.self, Date.self)
      return Entry(set: set, version: version, name: name, checksum: checksum, appliedAt: appliedAt)
    }
  }

  static func create(on connection: PostgresConnection) async throws {
    // The statements of a script are one transaction.
    try await connection.runScript("SELECT pg_advisory_xact_lock(\(bootstrapKey)); \(bootstrap)")
  }

  /// The statement that records an applied migration.
  static func insertion(of migration: Migration, set: String, duration: Duration) -> PostgresQuery {
    """
    INSERT INTO seed_runner.migration (set_name, version, name, checksum, applied_at, duration_ms)
    VALUES (\(set), \(migration.version), \(migration.name), \(migration.checksum), now(),
      \(duration.milliseconds))
    """
  }

  static func delete(_ migration: Migration, set: String, on connection: PostgresConnection) async throws {
    try await connection.query(
      "DELETE FROM seed_runner.migration WHERE set_name = \(set) AND version = \(migration.version)")
  }
}

/// A migration that was applied or reverted.
public struct MigrationOutcome: Sendable, Hashable {
  /// The set's name.
  public let set: String
  /// The migration's version.
  public let version: Int
  /// The migration's name.
  public let name: String
  /// How long its statements took.
  public let duration: Duration
}

/// The status of a migration in a database.
public struct MigrationState: Sendable, Hashable {
  /// The status.
  public enum Status: Sendable, Hashable {
    /// Applied at this time.
    case applied(Date)
    /// Not applied yet.
    case pending
    /// Applied at this time, but its file was edited since. Has the checksum of the applied file.
    case edited(Date, appliedChecksum: String)
    /// Applied at this time, but this program does not contain it.
    case unknown(Date)
  }

  /// The set's name.
  public let set: String
  /// The migration's version.
  public let version: Int
  /// The migration's name.
  public let name: String
  /// The status.
  public let status: Status
}
