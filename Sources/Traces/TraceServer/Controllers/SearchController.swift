import Embeddings
import HTTPServer
import SeedKit
import TraceStore

/// The search route.
enum SearchController {
  static let routes = [
    Route(.post, "/api/v1/traces/search", .searchers) { try await search($0) }
  ]
  /// The allowed length of a query in characters.
  static let question = 1...2_000
  /// The default number of results.
  static let defaultLimit = 10
  /// A typical size of a trace in JSON, in bytes.
  static let usualSize = 2048

  private static func search(_ context: RequestContext) async throws -> HTTPResponse {
    let start = ContinuousClock.now
    let services = context.services
    let (question, limit, tags, includesProvisional) = try context.request.fields { fields in
      (
        fields.string("q", length: SearchController.question, allowsBlank: false),
        fields.int("limit", 1...RankedSearch.maximumLimit, default: SearchController.defaultLimit),
        fields.strings("tags", count: 0...TraceRules.tags.upperBound, expected: TagName.rule, TagName.init),
        fields.bool("include_provisional", default: false)
      )
    }
    // As the original has it: from the question's vector on.
    defer { services.metrics.search(took: .now - start, hasTags: !tags.isEmpty) }
    var times = SearchTimes(since: context.request.start)
    let vectors = try await services.provider.vectors(for: [.query(question)])
    times.end(.embed)
    let abilities = try await services.store.searchAbilities()
    let search = RankedSearch(
      vectors[0], of: services.provider.model, tags: tags, limit: limit, abilities: abilities,
      viewer: context.identity?.user, includesProvisional: includesProvisional)
    times.skip()
    let found = try await services.store.readAtOnce { connection in
      let begin = ContinuousClock.now
      let rows = try await search.rows(on: connection)
      return (rows: rows, begin: begin, end: ContinuousClock.now)
    }
    times.end(.pool, at: found.begin)
    times.end(.query, at: found.end)
    let hits = try RankedSearch.hits(found.rows)
    var response = HTTPResponse.json(
      ["results": .array(hits.map { .object($0.members) })],
      size: 512 + hits.count * SearchController.usualSize)
    times.finish(.encode)
    services.metrics.search(times)
    response.headers.append(times.field.name, times.field.value)
    return response
  }
}
