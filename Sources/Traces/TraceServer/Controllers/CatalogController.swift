import HTTPServer
import SeedKit
import TraceStore

/// Lists of tags and of seeding runs.
enum CatalogController {
  static let routes = [
    Route(.get, "/api/v1/tags", .everybody(.read)) { try await tags($0) },
    Route(.get, "/api/v1/seeding", .everybody(.read)) { try await seedingHistory($0) },
  ]

  private static func tags(_ context: RequestContext) async throws -> HTTPResponse {
    let limit = try context.int("limit", 1...1_000, default: 100)
    let tags = try await context.services.store.read { try await TagCount.mostCommon(limit, on: $0) }
    return .json([
      "tags": .array(tags.map { ["name": .text($0.name), "trace_count": .int($0.traceCount)] })
    ])
  }

  private static func seedingHistory(_ context: RequestContext) async throws -> HTTPResponse {
    let runs = try await context.services.store.read { try await SeedHistory.lastRuns(on: $0) }
    return .json([
      "runs": .array(
        runs.map { run in
          [
            "seeder": .text(run.seeder), "environment": .text(run.environment), "outcome": .text(run.outcome),
            "tables": .tables(run.tables), "failure": .failure(run.failure, shown: .outcomes),
            "finished_at": .date(run.finishedAt), "duration_ms": .milliseconds(run.duration.inMilliseconds),
            "program_version": .text(run.programVersion),
          ]
        })
    ])
  }
}

extension JSONOutput {
  /// The row counts of a seeder, by table.
  static func tables(_ outcome: SeedOutcome) -> JSONOutput {
    .array(
      outcome.tables.map { table in
        [
          "name": .text(table.name), "inserted": .int(table.counts.inserted),
          "updated": .int(table.counts.updated), "unchanged": .int(table.counts.unchanged),
          "deleted": .int(table.counts.deleted), "drifted": .int(table.counts.drifted),
        ]
      })
  }
}

extension Duration {
  var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  /// Rounded to microseconds.
  var inMilliseconds: Double { (inSeconds * 1e6).rounded() / 1e3 }
}
