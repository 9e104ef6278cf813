import Embeddings
import HTTPServer
import TraceStore

/// Search.
enum SearchRoutes {
  static let all = [
    Route(.post, "/api/v1/traces/search", .searchers) { try await $0.search($1) }
  ]
  /// Characters of a question.
  static let question = 1...2_000
  /// How many traces are returned unless the request says.
  static let defaultLimit = 10
}

extension TraceServer {
  fileprivate func search(_ call: Call) async throws -> HTTPResponse {
    let start = ContinuousClock.now
    var fields = try JSONFields(call.request)
    let question = fields.text("q", SearchRoutes.question)
    let limit = fields.int("limit", 1...RankedSearch.maximumLimit, default: SearchRoutes.defaultLimit)
    let tags = fields.list("tags", count: 0...TraceRules.tags.upperBound, expected: TagName.rule) {
      TagName($0)
    }
    try fields.finish()
    // As the original has it: from the question's vector on.
    defer { metrics.search(took: .now - start, hasTags: !tags.isEmpty) }
    let vectors = try await provider.vectors(for: [.query(question)])
    let abilities = try await store.searchAbilities()
    let search = RankedSearch(
      vectors[0], of: provider.model, tags: tags, limit: limit, abilities: abilities)
    let hits = try await store.read { try await search.run(on: $0) }
    return .json(["results": .array(hits.map { .object($0.members) })])
  }
}
