import FoundationEssentials
import HTTPServer
import RateLimiter
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

  /// The server is ready when the database responds, is migrated and belongs to the server's environment, requests can
  /// be limited, and seeding has finished. A failed seeder is reported, but the server still serves requests.
  private static func readiness(_ context: RequestContext) async -> HTTPResponse {
    let services = context.services
    let state = services.startup.state
    let database = await databaseState(services)
    let areLimitsKept = !services.options.deniesWithoutRedis || services.limiter.counters.isRedisUp != false
    let isSettled = state.phase == .off || state.phase == .done || state.phase == .failed
    let isReady = isSettled && database == .current && areLimitsKept
    let status =
      if !isReady { "starting" } else if state.isSuccess { "ready" } else { "degraded" }
    var response = HTTPResponse.json(
      [
        "status": .text(!isReady && isSettled ? "unavailable" : status),
        "database": .text(database.rawValue), "rate_limits": .text(areLimitsKept ? "ok" : "unavailable"),
        "seeding": .state(state, shown: context.shownDetails),
      ], status: isReady ? 200 : 503)
    if !isReady { response.headers["Retry-After"] = "1" }
    return response
  }

  private enum DatabaseState: String {
    /// The database responds and has the tables of this version.
    case current = "ok"
    case notMigrated = "not-migrated"
    /// The database belongs to another environment, so nothing is written.
    case otherEnvironment = "other-environment"
    case unreachable
  }

  private static func databaseState(_ services: Services) async -> DatabaseState {
    do {
      return try await services.store.read { connection in
        if try await services.store.environment.stamp(on: connection) != nil { return .otherEnvironment }
        return try await TraceSchema.isCurrent(on: connection) ? .current : .notMigrated
      }
    } catch {
      return .unreachable
    }
  }
}

/// How much of the state of seeding a response shows.
enum SeedingDetails {
  /// Everything, including errors with names of hosts, databases, users and files.
  case all
  /// Everything except the text of errors.
  case outcomes
  /// Only the phase.
  case phase
}

extension RequestContext {
  /// Errors are for the log and for the private port. If there is a private port, so are the seeders.
  fileprivate var shownDetails: SeedingDetails {
    isPrivate ? .all : services.options.adminPort == nil ? .outcomes : .phase
  }
}

extension JSONOutput {
  static func state(_ state: StartupSeeding.State, shown: SeedingDetails) -> JSONOutput {
    [
      "phase": .text(state.phase.rawValue), "started_at": .date(state.startedAt),
      "finished_at": state.finishedAt.map { .date($0) } ?? .null,
      "failure": failure(state.failure, shown: shown),
      "seeders": .array(
        (shown == .phase ? [] : state.seeders).map { seeder in
          [
            "id": .text(seeder.id), "outcome": .optional(seeder.outcome),
            "tables": seeder.tables.map { .tables($0) } ?? .null,
            "duration_ms": seeder.durationMilliseconds.map { .milliseconds($0) } ?? .null,
            "failure": failure(seeder.failure, shown: seeder.outcome == "skipped" ? .all : shown),
          ]
        }),
    ]
  }

  /// A duration with three decimals, as in logs.
  static func milliseconds(_ value: Double) -> JSONOutput { .number((value * 1000).rounded() / 1000) }

  /// The text of an error, or only its code. The text may name the server, the database, its user, and files.
  static func failure(_ text: String?, shown: SeedingDetails) -> JSONOutput {
    guard let text, shown != .all else { return .optional(text) }
    let code = text.firstMatch(of: /\[([A-Z]+-[0-9]+)\]/).map { "\($0.1): " } ?? ""
    return .text("\(code)the server log has the details")
  }
}
