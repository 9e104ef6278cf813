import FoundationEssentials
import HTTPServer
import SeedKit
import TraceStore

/// Traces and votes on them.
enum TraceController {
  static let routes = [
    Route(.post, "/api/v1/traces", .users(.write)) { try await createTrace($0) },
    Route(.get, "/api/v1/traces/{id}", .everybody(.read)) { try await showTrace($0) },
    Route(.post, "/api/v1/traces/{id}/votes", .users(.write)) { try await vote($0) },
  ]

  private static func createTrace(_ context: RequestContext) async throws -> HTTPResponse {
    let user = try context.requireUser()
    let draft = try context.request.fields { fields in
      StoredTrace.Draft(
        title: fields.string("title", length: TraceRules.title, allowsBlank: false),
        context: fields.string("context", length: TraceRules.contributedText, allowsBlank: false),
        solution: fields.string("solution", length: TraceRules.contributedText, allowsBlank: false),
        tags: fields.strings("tags", count: TraceRules.tags, expected: TagName.rule, TagName.init),
        agentModel: fields.optionalString("agent_model", length: TraceRules.agent, allowsBlank: false),
        agentVersion: fields.optionalString("agent_version", length: TraceRules.agent, allowsBlank: false))
    }
    let trace = try await context.services.store.write { connection in
      try await StoredTrace.insert(draft, contributor: user, on: connection)
    }
    var response = HTTPResponse.json(.object(trace.members), status: 201)
    response.headers["Location"] = "/api/v1/traces/\(trace.id.uuidString.lowercased())"
    return response
  }

  private static func showTrace(_ context: RequestContext) async throws -> HTTPResponse {
    let id = try context.traceID()
    guard let trace = try await context.services.store.read({ try await StoredTrace.find(id, on: $0) }) else {
      throw APIProblem.noTrace
    }
    return .json(.object(trace.members))
  }

  private static func vote(_ context: RequestContext) async throws -> HTTPResponse {
    let user = try context.requireUser()
    let id = try context.traceID()
    let vote = try context.request.fields {
      $0.string("vote", expected: "confirm or dispute", TraceVote.init(rawValue:))
    }
    let threshold = context.services.options.validationThreshold
    let outcome = try await context.services.store.write { connection in
      try await vote.cast(on: id, by: user, threshold: threshold, connection: connection)
    }
    switch outcome {
    case .counted(let trace):
      return .json(
        [
          "trace_id": .text(id.uuidString.lowercased()), "vote": .text(vote.rawValue),
          "status": .text(trace.status), "trust_score": .number(trace.trustScore),
          "confirmation_count": .int(trace.confirmationCount),
        ], status: 201)
    case .noTrace: throw APIProblem.noTrace
    case .ownTrace:
      throw APIProblem(kind: .ownTrace, status: 403, detail: "you cannot vote on your own trace")
    case .votedBefore:
      throw APIProblem(
        kind: .votedBefore, status: 409,
        detail: "you have already voted on this trace, and votes cannot be changed")
    }
  }
}
