import Migrations
import Postgres

/// The state of a database, read in one query without locks. It is enough to see that there is nothing to do.
struct DatabaseSnapshot: Sendable {
  /// The environment stamp.
  var stamp: String?
  /// The applied migrations.
  var applied: [Migrator.Applied] = []
  /// The names of the existing locks.
  var locks: Set<String> = []
  /// The fingerprint of each seeder's last run, unless that run failed.
  var fingerprints: [SeederID: Fingerprint] = [:]
  /// Whether the database is part of a Citus cluster.
  var isCluster = false
  /// The number after that of the last transaction that has ended.
  var nextTransaction = 0
  /// The counts of the last comparison of the seeders, if they still hold.
  var compared: [LastComparison.Outcome]?

  /// Reads the snapshot; nil if one of seed-runner's tables or columns is missing.
  ///
  /// - Parameter comparison: the key of ``LastComparison``; nil if it is not used.
  /// - Throws: `PostgresError`.
  static func read(
    of seeders: [SeederID], comparison: String? = nil, on connection: PostgresConnection
  ) async throws -> Self? {
    let compared: PostgresQuery =
      if let comparison {
        "UNION ALL SELECT 'compared', outcomes, NULL, NULL FROM (\(LastComparison.valid(comparison))) AS last (outcomes)"
      } else { "" }
    let rows: PostgresRows
    do {
      rows = try await connection.query(
        """
        SELECT 'stamp', name, NULL, NULL FROM seed_runner.environment
        UNION ALL SELECT 'migration', set_name, version::text, checksum FROM seed_runner.migration
        UNION ALL SELECT 'lock', name, NULL, NULL FROM seed_runner.lock
        UNION ALL (SELECT DISTINCT ON (seeder) 'seeder', seeder, fingerprint, NULL
          FROM (SELECT seeder, finished_at,
              CASE WHEN outcome IN ('seeded', 'unchanged') THEN fingerprint END AS fingerprint
            FROM seed_runner.history WHERE seeder = ANY(\(seeders.map(\.rawValue)))
              AND search_path = \(unescaped: SearchPath.current)) AS runs
          ORDER BY seeder, finished_at DESC)
        UNION ALL SELECT 'next', pg_snapshot_xmax(pg_current_snapshot())::text, NULL, NULL
        UNION ALL SELECT 'cluster', extversion, NULL, NULL FROM (\(Sharding.detection)) AS citus
        \(compared)
        """)
    } catch let error as PostgresError
      where error.sqlState == .undefinedTable || error.sqlState == .undefinedColumn
    {
      return nil
    } catch let error as PostgresError
      where comparison != nil && error.sqlState == .insufficientPrivilege
    {
      // The role may only have rights on the tables of an earlier version.
      return try await read(of: seeders, on: connection)
    }
    var snapshot = Self()
    for row in rows {
      let (kind, name, second, third) = try row.decode(String.self, String.self, String?.self, String?.self)
      switch kind {
      case "stamp": snapshot.stamp = name
      case "lock": snapshot.locks.insert(name)
      case "cluster": snapshot.isCluster = true
      case "next": snapshot.nextTransaction = Int(name) ?? 0
      case "compared": snapshot.compared = try LastComparison.outcomes(name)
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
