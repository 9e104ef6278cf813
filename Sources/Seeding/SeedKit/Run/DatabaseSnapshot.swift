import Migrations
import Postgres

/// What a database says of itself in one query and without a lock: enough to tell that nothing is due.
struct DatabaseSnapshot: Sendable {
  /// The environment that it belongs to.
  var stamp: String?
  /// The migrations that it has.
  var applied: [Migrator.Applied] = []
  /// The fingerprint of each seeder's last run, if that did not fail.
  var fingerprints: [SeederID: Fingerprint] = [:]

  /// Reads it. A database that lacks one of our tables, or a column of them, gives an empty snapshot: all is due.
  ///
  /// - Throws: `PostgresError`.
  static func read(of seeders: [SeederID], on connection: PostgresConnection) async throws -> Self {
    let rows: PostgresRows
    do {
      rows = try await connection.query(
        """
        SELECT 'stamp', name, NULL, NULL FROM seed_runner.environment
        UNION ALL SELECT 'migration', set_name, version::text, checksum FROM seed_runner.migration
        UNION ALL (SELECT DISTINCT ON (seeder) 'seeder', seeder, fingerprint, NULL
          FROM (SELECT seeder, finished_at,
              CASE WHEN outcome IN ('seeded', 'unchanged') THEN fingerprint END AS fingerprint
            FROM seed_runner.history WHERE seeder = ANY(\(seeders.map(\.rawValue)))
              AND search_path = \(unescaped: SearchPath.current)) AS runs
          ORDER BY seeder, finished_at DESC)
        """)
    } catch let error as PostgresError
      where error.sqlState == .undefinedTable || error.sqlState == .undefinedColumn
    {
      return Self()
    }
    var snapshot = Self()
    for row in rows {
      let (kind, name, second, third) = try row.decode(String.self, String.self, String?.self, String?.self)
      switch kind {
      case "stamp": snapshot.stamp = name
      case "migration":
        guard let version = second.flatMap({ Int($0) }), let third else { continue }
        snapshot.applied.append(Migrator.Applied(set: name, version: version, checksum: third))
      default:
        guard let id = SeederID(rawValue: name) else { continue }
        snapshot.fingerprints[id] = second.map(Fingerprint.init)
      }
    }
    return snapshot
  }
}
