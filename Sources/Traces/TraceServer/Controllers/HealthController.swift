import FoundationEssentials
import HTTPServer
import SeedKit
import TraceStore

/// Health checks and the API description.
enum HealthController {
  static let routes = [
    Route(.get, "/health", .unlimited) { _ in .json(["status": .text("ok")]) },
    Route(.get, "/health/ready", .unlimited) { await readiness($0) },
    Route(.get, "/openapi.json", .unlimited) { _ in
      HTTPResponse(headers: ["Content-Type": "application/json"], body: document)
    },
  ]

  /// The OpenAPI document.
  static let document = Resources.file("openapi.json") ?? []

  /// The server is ready when the database responds, is migrated, and seeding has finished. A failed seeder is
  /// reported, but the server still serves requests.
  private static func readiness(_ context: RequestContext) async -> HTTPResponse {
    let state = context.services.startup.state
    let database = await databaseState(context.services.store)
    let isSettled = state.phase == .off || state.phase == .done || state.phase == .failed
    let isReady = isSettled && database == .current
    let status =
      if !isReady { "starting" } else if state.isSuccess { "ready" } else { "degraded" }
    var response = HTTPResponse.json(
      [
        "status": .text(!isReady && isSettled ? "unavailable" : status),
        "database": .text(database.rawValue), "seeding": .state(state),
      ], status: isReady ? 200 : 503)
    if !isReady { response.headers["Retry-After"] = "1" }
    return response
  }

  private enum DatabaseState: String {
    /// The database responds and has the tables of this version.
    case current = "ok"
    case notMigrated = "not-migrated"
    case unreachable
  }

  private static func databaseState(_ store: Store) async -> DatabaseState {
    do {
      return try await store.read { try await TraceSchema.isCurrent(on: $0) } ? .current : .notMigrated
    } catch {
      return .unreachable
    }
  }
}

extension JSONOutput {
  static func state(_ state: StartupSeeding.State) -> JSONOutput {
    [
      "phase": .text(state.phase.rawValue), "started_at": .date(state.startedAt),
      "finished_at": state.finishedAt.map { .date($0) } ?? .null, "failure": .optional(state.failure),
      "seeders": .array(
        state.seeders.map { seeder in
          [
            "id": .text(seeder.id), "outcome": .optional(seeder.outcome),
            "tables": seeder.tables.map { .tables($0) } ?? .null,
            "duration_ms": seeder.durationMilliseconds.map { .number($0) } ?? .null,
            "failure": .optional(seeder.failure),
          ]
        }),
    ]
  }
}
