import Basics
import FoundationEssentials
import Postgres

/// Proves that rows need not be compared: no transaction of the server has written anything since a run found all
/// seeders unchanged.
///
/// PostgreSQL numbers the transactions that write, in the order in which they get their numbers. A run that finds all
/// seeders unchanged stores their counts in a transaction, together with the number of that transaction. If it is still
/// the last one that has ended, no row of the server has changed.
enum LastComparison {
  /// The counts of a seeder. Stored in the order of the run.
  struct Outcome: Codable {
    let seeder: String
    let tables: SeedOutcome
  }

  // A row of another role or search path may hide other rows. `outcomes` is a list of Outcome.
  static let migration = """
    -- migrate:up
    CREATE TABLE seed_runner.comparison (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      transaction_id bigint NOT NULL,
      key text NOT NULL,
      role_name name NOT NULL,
      search_path text NOT NULL,
      outcomes jsonb NOT NULL
    );

    -- migrate:down
    DROP TABLE seed_runner.comparison;
    """

  /// What the result of a comparison depends on besides the rows; nil if a seeder may depend on more. The program is
  /// part of it, because a developer may change a seeder without a new version.
  static func key(of plan: SeedPlan, _ fingerprints: [SeederID: Fingerprint], allowsDeletes: Bool) -> String?
  {
    guard plan.steps.allSatisfy(\.seeder.isDeterministic), let program = FileIdentity(path: "/proc/self/exe")
    else { return nil }
    var parts = ["\(program.version) \(plan.environment) \(allowsDeletes)"]
    for step in plan.steps {
      guard let fingerprint = fingerprints[step.id] else { return nil }
      parts.append("\(step.id) \(fingerprint)")
    }
    return Digest.sha256Hex(Array(parts.joined(separator: "\n").utf8))
  }

  /// The query for the stored counts, which has no row unless they still hold. `xmin` differs in a copy on another server.
  static func valid(_ key: String) -> PostgresQuery {
    """
    SELECT outcomes::text FROM seed_runner.comparison
    WHERE key = \(key) AND role_name = current_user AND search_path = \(unescaped: SearchPath.current)
      AND transaction_id + 1 = pg_snapshot_xmax(pg_current_snapshot())::text::bigint
      AND comparison.xmin::text::bigint = transaction_id & 4294967295
    """
  }

  /// The query that a survey runs before it compares. Returns the number of its transaction, or no row if a transaction
  /// with an earlier number is still running.
  static let start: PostgresQuery = """
    SELECT own::text::bigint FROM pg_current_snapshot() AS snapshot, pg_current_xact_id() AS own
    WHERE pg_snapshot_xmin(snapshot) = own AND pg_snapshot_xmax(snapshot) = own
    """

  /// Stores the counts, unless another transaction has got a number since the survey began. What changes without
  /// a numbered transaction is excluded: unlogged tables, which a crash empties, data on other servers, and policies for
  /// rows, which may depend on settings.
  ///
  /// - Parameter survey: the number that ``start`` returned.
  static func storing(_ outcomes: [Outcome], key: String, after survey: Int) throws -> PostgresQuery {
    let text = PostgresJSON(String(decoding: try JSONEncoder.stable.encode(outcomes), as: UTF8.self))
    return """
      INSERT INTO seed_runner.comparison (transaction_id, key, role_name, search_path, outcomes)
      SELECT \(survey) + 1, \(key), current_user, \(unescaped: SearchPath.current), \(text)
      WHERE pg_current_xact_id()::text::bigint = \(survey) + 1
        AND NOT EXISTS (SELECT FROM pg_foreign_server) AND to_regclass('pg_dist_node') IS NULL
        AND NOT EXISTS (SELECT FROM pg_class WHERE relpersistence = 'u' OR relrowsecurity)
      ON CONFLICT (only_row) DO UPDATE SET transaction_id = excluded.transaction_id, key = excluded.key,
        role_name = excluded.role_name, search_path = excluded.search_path, outcomes = excluded.outcomes
      """
  }

  /// Decodes the stored counts.
  static func outcomes(_ text: String) throws -> [Outcome] {
    try JSONDecoder().decode([Outcome].self, from: Data(text.utf8))
  }
}
