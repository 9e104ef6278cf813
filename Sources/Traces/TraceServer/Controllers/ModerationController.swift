import FoundationEssentials
import HTTPServer
import SeedKit
import TraceStore

/// What moderators do: read reports, flag and restore traces, and ban and establish users.
enum ModerationController {
  static let routes = [
    Route(.get, "/api/v1/reports", .moderators(.read)) { try await reports($0) },
    Route(.put, "/api/v1/traces/{id}/flag", .moderators(.write)) { try await flag($0, true) },
    Route(.delete, "/api/v1/traces/{id}/flag", .moderators(.write)) { try await flag($0, false) },
    Route(.put, "/api/v1/users/{id}/ban", .moderators(.write)) { try await ban($0, true) },
    Route(.delete, "/api/v1/users/{id}/ban", .moderators(.write)) { try await ban($0, false) },
    Route(.put, "/api/v1/users/{id}/established", .moderators(.write)) { try await establish($0, true) },
    Route(.delete, "/api/v1/users/{id}/established", .moderators(.write)) { try await establish($0, false) },
  ]

  private static func reports(_ context: RequestContext) async throws -> HTTPResponse {
    let limit = try context.int("limit", 1...1_000, default: 100)
    let found = try await context.services.store.read { try await Moderation.reported(limit, on: $0) }
    return .json([
      "reports": .array(
        found.map { trace in
          [
            "trace_id": .text(trace.id.uuidString.lowercased()), "title": .text(trace.title),
            "contributor_id": .text(trace.contributorID.uuidString.lowercased()),
            "is_flagged": .bool(trace.isFlagged), "report_count": .int(trace.count),
            "latest_reason": .text(trace.latestReason), "latest_at": .date(trace.latestAt),
          ]
        })
    ])
  }

  private static func flag(_ context: RequestContext, _ isFlagged: Bool) async throws -> HTTPResponse {
    let id = try context.traceID()
    let isFound = try await context.services.store.write { connection in
      try await Moderation.flag(id, isFlagged, on: connection)
    }
    guard isFound else { throw APIProblem.noTrace }
    return HTTPResponse(status: 204)
  }

  private static func ban(_ context: RequestContext, _ isBanned: Bool) async throws -> HTTPResponse {
    let id = try context.userID()
    let isFound = try await context.services.store.write { connection in
      try await Moderation.ban(id, isBanned, on: connection)
    }
    guard isFound else { throw APIProblem.noUser }
    context.services.tokens.forget(id)
    return HTTPResponse(status: 204)
  }

  private static func establish(_ context: RequestContext, _ isEstablished: Bool) async throws -> HTTPResponse
  {
    let id = try context.userID()
    let isFound = try await context.services.store.write { connection in
      try await Moderation.establish(id, isEstablished, on: connection)
    }
    guard isFound else { throw APIProblem.noUser }
    return HTTPResponse(status: 204)
  }
}
