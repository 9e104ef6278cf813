public import FoundationEssentials
import Postgres

/// The table in which a database keeps what was applied to it.
enum MigrationHistory {
  struct Entry: Sendable {
    let set: String
    let version: Int
    let name: String
    let checksum: String
    let appliedAt: Date
  }

  /// The tables of migrations and locks. Everything of ours is in a schema of its own, so that it
  /// is never in the way of the application's tables.
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

  /// `IF NOT EXISTS` alone does not keep two first runs apart: both see nothing and both create.
  /// The key is the ASCII of "seedrun" read as a number; the lock ends with the transaction.
  private static let bootstrapKey: Int64 = 0x73_65_65_64_72_75_6e

  /// All entries, or nil for a database that has no history. Reads only.
  static func read(on connection: PostgresConnection) async throws -> [Entry]? {
    let exists = try await connection.queryOne("SELECT to_regclass('seed_runner.migration') IS NOT NULL")
    guard try exists.decode(Bool.self) else { return nil }
    let rows = try await connection.query(
      "SELECT set_name, version, name, checksum, applied_at FROM seed_runner.migration ORDER BY set_name, version"
    )
    return try rows.map { row in
      let (set, version, name, checksum, appliedAt) = try row.decode(
        String.self, Int.self, String.self, String.self, Date.self)
      return Entry(set: set, version: version, name: name, checksum: checksum, appliedAt: appliedAt)
    }
  }

  static func create(on connection: PostgresConnection) async throws {
    try await connection.withTransaction { connection in
      try await connection.query("SELECT pg_advisory_xact_lock(\(bootstrapKey))")
      try await connection.runScript(bootstrap)
    }
  }

  static func insert(
    _ migration: Migration, set: String, duration: Duration, on connection: PostgresConnection
  ) async throws {
    try await connection.query(
      """
      INSERT INTO seed_runner.migration (set_name, version, name, checksum, applied_at, duration_ms)
      VALUES (\(set), \(migration.version), \(migration.name), \(migration.checksum), now(),
        \(duration.milliseconds))
      """)
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

/// Where a migration stands in a database.
public struct MigrationState: Sendable, Hashable {
  /// What is known of it.
  public enum Standing: Sendable, Hashable {
    /// It is applied, since when.
    case applied(Date)
    /// It is due.
    case pending
    /// It is applied, but its file was edited since; the checksum then.
    case edited(Date, appliedChecksum: String)
    /// It is applied, but this program does not know it.
    case unknown(Date)
  }

  /// The set's name.
  public let set: String
  /// The migration's version.
  public let version: Int
  /// The migration's name.
  public let name: String
  /// Where it stands.
  public let standing: Standing
}
