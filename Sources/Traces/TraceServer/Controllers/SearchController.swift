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
  private static let otherCursor =
    "the cursor belongs to another search; send 'next_cursor' of a response to the same 'q' and 'tags', or no cursor"
  /// A typical size of a trace in JSON, in bytes.
  static let usualSize = 2048

  private static func search(_ context: RequestContext) async throws -> HTTPResponse {
    let start = ContinuousClock.now
    let services = context.services
    let (question, limit, tags, includesProvisional, written) = try context.request.fields { fields in
      (
        fields.string("q", length: SearchController.question, allowsBlank: false),
        fields.int("limit", 1...RankedSearch.maximumLimit, default: SearchController.defaultLimit),
        fields.strings("tags", count: 0...TraceRules.tags.upperBound, expected: TagName.rule, TagName.init),
        fields.bool("include_provisional", default: false),
        fields.optionalString("cursor", length: SearchCursor.length...SearchCursor.length)
      )
    }
    let model = services.provider.model
    let cursor = try written.map { text in
      guard let cursor = SearchCursor(text, question: question, tags: tags, model: model) else {
        throw APIProblem(kind: .cursorMismatch, status: 409, detail: otherCursor)
      }
      return cursor
    }
    // As the original has it: from the question's vector on.
    defer { services.metrics.search(took: .now - start, hasTags: !tags.isEmpty) }
    var times = SearchTimes(since: context.request.start)
    let vectors = try await services.provider.vectors(for: [.query(question)])
    times.end(.embed)
    let abilities = try await services.store.searchAbilities()
    let search = RankedSearch(
      vectors[0], of: model, terms: ExactTerms(of: question), tags: tags, limit: limit, after: cursor,
      abilities: abilities, viewer: context.identity?.user, includesProvisional: includesProvisional)
    times.skip()
    let found = try await services.store.readAtOnce { connection in
      let begin = ContinuousClock.now
      let rows = try await search.rows(on: connection)
      return (rows: rows, begin: begin, end: ContinuousClock.now)
    }
    times.end(.pool, at: found.begin)
    times.end(.query, at: found.end)
    let page = try search.page(of: found.rows)
    let next = page.end?.text(question: question, tags: tags, model: model)
    var response = HTTPResponse.json(
      ["results": .array(page.hits.map { .object($0.members) }), "next_cursor": .optional(next)],
      size: 512 + page.hits.count * SearchController.usualSize)
    times.finish(.encode)
    services.metrics.search(times)
    response.headers.append(times.field.name, times.field.value)
    return response
  }
}
