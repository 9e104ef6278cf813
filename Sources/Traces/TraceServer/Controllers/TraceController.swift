import Embeddings
import FoundationEssentials
import HTTPServer
import SeedKit
import TraceStore

/// Traces and votes on them.
enum TraceController {
  static let routes = [
    Route(.post, "/api/v1/traces", .users(.write)) { try await createTrace($0) },
    Route(.get, "/api/v1/traces/{id}", .everybody(.read)) { try await showTrace($0) },
    Route(.put, "/api/v1/traces/{id}", .users(.write)) { try await replaceTrace($0) },
    Route(.delete, "/api/v1/traces/{id}", .users(.write)) { try await deleteTrace($0) },
    Route(.post, "/api/v1/traces/{id}/votes", .users(.write)) { try await vote($0) },
    Route(.post, "/api/v1/traces/{id}/reports", .everybody(.write)) { try await report($0) },
  ]

  private static func createTrace(_ context: RequestContext) async throws -> HTTPResponse {
    let user = try context.requireUser()
    let draft = try draft(context)
    try await refuseDuplicate(of: draft, by: user, context.services)
    let insertion = try await context.services.store.write { connection in
      try await StoredTrace.insert(draft, contributor: user, on: connection)
    }
    switch insertion {
    case .inserted(let trace):
      var response = HTTPResponse.json(.object(trace.members), status: 201)
      response.headers["Location"] = trace.path
      return response
    case .banned: throw APIProblem.invalidToken
    case .tooManyProvisional:
      throw APIProblem(
        kind: .tooManyProvisional, status: 403,
        detail:
          "you have \(StoredTrace.mostProvisional) provisional traces; wait until one is confirmed, or delete one"
      )
    }
  }

  private static func draft(_ context: RequestContext) throws(APIProblem) -> StoredTrace.Draft {
    try context.request.fields { fields in
      StoredTrace.Draft(
        title: fields.string("title", length: TraceRules.title, allowsBlank: false),
        context: fields.string("context", length: TraceRules.contributedText, allowsBlank: false),
        solution: fields.string("solution", length: TraceRules.contributedText, allowsBlank: false),
        tags: fields.strings("tags", count: TraceRules.tags, expected: TagName.rule, TagName.init),
        agentModel: fields.optionalString("agent_model", length: TraceRules.agent, allowsBlank: false),
        agentVersion: fields.optionalString("agent_version", length: TraceRules.agent, allowsBlank: false))
    }
  }

  /// Replaces a trace as a whole, because its votes are lost in any case.
  private static func replaceTrace(_ context: RequestContext) async throws -> HTTPResponse {
    let user = try context.requireUser()
    let id = try context.traceID()
    let draft = try draft(context)
    try await refuseDuplicate(of: draft, by: user, except: id, context.services)
    let trace = try await context.services.store.write { connection in
      try await StoredTrace.update(id, to: draft, by: user, on: connection)
    }
    guard let trace else { throw try await refusal(of: id, context) }
    return .json(.object(trace.members))
  }

  private static func deleteTrace(_ context: RequestContext) async throws -> HTTPResponse {
    let user = try context.requireUser()
    let id = try context.traceID()
    let isModerator = context.identity?.isModerator ?? false
    let isDeleted = try await context.services.store.write { connection in
      try await StoredTrace.delete(id, of: isModerator ? nil : user, on: connection)
    }
    guard isDeleted else { throw try await refusal(of: id, context) }
    return HTTPResponse(status: 204)
  }

  /// Why a trace was neither changed nor deleted.
  private static func refusal(of id: UUID, _ context: RequestContext) async throws -> APIProblem {
    guard try await context.services.store.read({ try await StoredTrace.find(id, on: $0) }) != nil else {
      return .noTrace
    }
    return APIProblem(
      kind: .foreignTrace, status: 403, detail: "the trace is a seed or belongs to another user")
  }

  private static func report(_ context: RequestContext) async throws -> HTTPResponse {
    let id = try context.traceID()
    let reason = try context.request.fields {
      $0.string("reason", length: Moderation.reason, allowsBlank: false)
    }
    let reporter = context.identity.map { Moderation.Reporter.user($0.user) } ?? .network(context.network)
    let isRecorded = try await context.services.store.write { connection in
      try await Moderation.report(id, by: reporter, reason: reason, on: connection)
    }
    guard isRecorded else { throw APIProblem.noTrace }
    return .json(["trace_id": .text(id.uuidString.lowercased())], status: 201)
  }

  /// Refuses a text if another trace says nearly the same. Without the embedding service, only recent traces are
  /// compared, because contributions do not depend on it.
  private static func refuseDuplicate(
    of draft: StoredTrace.Draft, by user: UUID, except id: UUID? = nil, _ services: Services
  ) async throws {
    // Invisible characters would move the vector.
    let text = EmbeddingText.document(
      title: TextFolding.plain(draft.title),
      body: TextFolding.plain("\(draft.context)\n\n\(draft.solution)"))
    let vectors = try? await services.provider.vectors(for: [text])
    let search = DuplicateSearch(
      draft, by: user, except: id, vector: vectors?.first, of: services.provider.model,
      abilities: try await services.store.searchAbilities())
    guard let existing = try await services.store.readAtOnce({ try await search.run(on: $0) }) else { return }
    throw APIProblem(
      kind: .nearDuplicate, status: 409,
      detail: existing.contributorID == user
        ? "your trace 'existing' says nearly the same; edit that trace, or contribute what differs"
        : "'existing' says nearly the same; confirm that trace, or contribute what differs",
      existing: existing.path)
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
    let (vote, updatedAt) = try context.request.fields { fields in
      let updatedAt = fields.optional("updated_at", expected: "the updated_at of the trace as you read it") {
        $0
      }
      return fields.string("vote", expected: "confirm or dispute", TraceVote.init(rawValue:)).map {
        ($0, updatedAt)
      }
    }
    let threshold = context.services.options.validationThreshold
    let network = context.network
    let outcome = try await context.services.store.write { connection in
      try await vote.cast(
        on: id, by: user, from: network, threshold: threshold,
        isRead: { updatedAt == nil || TimestampText.of($0) == updatedAt }, connection: connection)
    }
    switch outcome {
    case .recorded(let trace):
      return .json(
        [
          "trace_id": .text(id.uuidString.lowercased()), "vote": .text(vote.rawValue),
          "weight": .int(trace.weight),
          "status": .text(trace.status), "trust_score": .number(trace.trustScore),
          "confirmation_count": .int(trace.confirmationCount),
        ], status: 201)
    case .noTrace: throw APIProblem.noTrace
    case .changed:
      throw APIProblem(
        kind: .traceChanged, status: 409, detail: "the trace has changed since you read it; read it again")
    case .ownTrace:
      throw APIProblem(kind: .ownTrace, status: 403, detail: "you cannot vote on your own trace")
    case .votedBefore:
      throw APIProblem(
        kind: .votedBefore, status: 409,
        detail: "you have already voted on this trace, and votes cannot be changed")
    }
  }
}
