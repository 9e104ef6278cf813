package import FoundationEssentials
package import Postgres

/// The last recorded run of a seeder.
package struct SeedStatus: Sendable {
  package let seeder: String
  package let environment: String
  package let outcome: String
  package let tables: SeedOutcome
  package let failure: String?
  package let finishedAt: Date
  package let duration: Duration
  package let programVersion: String
}

extension SeedHistory {
  /// The last entry of each seeder with the connection's search path; empty for a database that was never seeded.
  /// Entries of earlier versions match any search path.
  package static func lastRuns(on connection: PostgresConnection) async throws -> [SeedStatus] {
    let rows: PostgresRows
    do {
      rows = try await connection.query(
        """
        SELECT DISTINCT ON (seeder) seeder, environment, outcome, tables, failure, finished_at,
          (extract(epoch FROM finished_at - started_at) * 1000000)::bigint, program_version
        FROM seed_runner.history
        WHERE coalesce(to_jsonb(history) ->> 'search_path', \(unescaped: SearchPath.current)) = \(unescaped: SearchPath.current)
        ORDER BY seeder, finished_at DESC
        """)
    } catch let error as PostgresError where error.sqlState == .undefinedTable {
      return []
    }
    return try rows.map { row in
      let (seeder, environment, outcome, tables, failure, finishedAt, microseconds, version) =
        try row.decode(
          String.self, String.self, String.self, PostgresJSON.self, String?.self, Date.self, Int.self,
          String.self)
      return SeedStatus(
        seeder: seeder, environment: environment, outcome: outcome,
        tables: try JSONDecoder().decode(SeedOutcome.self, from: Data(tables.text.utf8)), failure: failure,
        finishedAt: finishedAt, duration: .microseconds(microseconds), programVersion: version)
    }
  }
}

extension JSONEncoder {
  /// An encoder whose output is the same for the same value: sorted keys, slashes not escaped.
  package static var stable: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return encoder
  }
}
