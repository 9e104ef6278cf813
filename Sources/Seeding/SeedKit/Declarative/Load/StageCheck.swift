import Postgres

/// A query for faults in staged rows, and what to do with its rows. The queries of a seeder share one round trip.
struct StageCheck {
  let query: PostgresQuery
  private let report: (PostgresRows) async throws -> Void

  init(_ query: PostgresQuery, report: @escaping (PostgresRows) async throws -> Void) {
    self.query = query
    self.report = report
  }

  /// Passes each check the rows of its query.
  static func report(_ checks: [StageCheck], _ rows: ArraySlice<PostgresRows>) async throws {
    for (check, found) in zip(checks, rows) { try await check.report(found) }
  }
}
