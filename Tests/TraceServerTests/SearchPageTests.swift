import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@testable import TraceServer
@testable import TraceStore

@Suite("A page of results", .serialized)
struct SearchPageTests {
  private struct Page {
    let titles: [String]
    let next: String?
  }

  private static func page(
    _ question: String, limit: Int, cursor: String? = nil, in service: Service, token: String
  ) async throws -> Page {
    let more = cursor.map { #", "cursor": "\#($0)""# } ?? ""
    let answer = try await service.post(
      "/api/v1/traces/search", #"{"q": "\#(question)", "limit": \#(limit)\#(more)}"#, token: token)
    #expect(answer.status == 200, "\(answer.response)")
    return Page(
      titles: (0..<answer.count("results")).compactMap { answer.text("results.\($0).title") },
      next: answer.text("next_cursor"))
  }

  private static func pages(
    _ question: String, limit: Int, in service: Service, token: String, between: () async throws -> Void = {}
  ) async throws -> [String] {
    var page = try await Self.page(question, limit: limit, in: service, token: token)
    var titles = page.titles
    while let next = page.next {
      #expect(page.titles.count == limit)
      try await between()
      page = try await Self.page(question, limit: limit, cursor: next, in: service, token: token)
      titles += page.titles
      guard titles.count <= 1_000 else { break }
    }
    return titles
  }

  /// 60 traces, of which some have the same score.
  private static func fill(_ service: Service) async throws {
    try await service.run("INSERT INTO users (email, display_name) VALUES ('n@example.com', 'N')")
    try await service.run(
      """
      INSERT INTO traces (title, context_text, solution_text, contributor_id, trust_score)
      SELECT 'zebra ' || repeat('stripes ', n % 7) || n, 'c', CASE WHEN n % 3 = 0 THEN 'XQ417' ELSE 's' END,
        (SELECT id FROM users WHERE display_name = 'N'), n % 4
      FROM generate_series(1, 60) AS n
      """)
    try await service.embed()
  }

  @Test(
    "and the following ones have the results of a large search in the same order, each once",
    arguments: ["zebra stripes", "zebra stripes XQ417"])
  func following(question: String) async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      try await Self.fill(service)
      let first = try await Self.page(question, limit: 50, in: service, token: token)
      #expect(first.titles.count == 50)
      for limit in [7, 10, 30, 50] {
        let titles = try await Self.pages(question, limit: limit, in: service, token: token)
        #expect(titles.count == 60 && Set(titles).count == 60, "\(limit)")
        #expect(Array(titles.prefix(50)) == first.titles, "\(limit)")
      }
    }
  }

  @Test("repeats no trace of the page before, although better ones are inserted and confirmed in between")
  func stable() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      try await Self.fill(service)
      let before = try await Self.pages("zebra stripes XQ417", limit: 10, in: service, token: token)
      var count = 0
      let titles = try await Self.pages("zebra stripes XQ417", limit: 10, in: service, token: token) {
        count += 1
        _ = try await service.contribute("zebra stripes XQ417 number \(count)", token: token)
        try await service.embed()
        try await service.run("UPDATE traces SET trust_score = 50 WHERE title LIKE '%number%'")
        try await service.run("UPDATE traces SET trust_score = trust_score + 1 WHERE title = \(before[0])")
      }
      #expect(count == 5)
      #expect(titles == before)
    }
  }

  @Test("ends with no cursor when there are no more results")
  func end() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      try await Self.fill(service)
      #expect(try await Self.page("zebra", limit: 50, in: service, token: token).next != nil)
      try await service.run("DELETE FROM traces WHERE title NOT LIKE '%5'")
      #expect(try await Self.page("zebra", limit: 6, in: service, token: token).next == nil)
      #expect(try await Self.page("zebra", limit: 5, in: service, token: token).next != nil)
    }
  }

  @Test("is refused for a cursor of another question or other tags with 409, and for anything else with 422")
  func refused() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      try await Self.fill(service)
      let first = try await Self.page("zebra", limit: 5, in: service, token: token)
      let cursor = try #require(first.next)
      func status(_ body: String) async throws -> (Int, String?) {
        let answer = try await service.post("/api/v1/traces/search", body, token: token)
        return (answer.status, answer.problem)
      }
      let forged = String(repeating: "A", count: cursor.count)
      for body in [
        #"{"q": "zebras", "cursor": "\#(cursor)"}"#,
        #"{"q": "zebra", "tags": ["swift"], "cursor": "\#(cursor)"}"#,
        #"{"q": "zebra", "cursor": "\#(forged)"}"#,
      ] {
        #expect(try await status(body) == (409, "cursor-mismatch"), "\(body)")
      }
      for value in [#""""#, #""x""#, "1", "[]", #""\#(cursor)A""#, #""\#(cursor.dropLast())""#] {
        #expect(
          try await status(#"{"q": "zebra", "cursor": \#(value)}"#) == (422, "invalid-fields"), "\(value)")
      }
      #expect(try await status(#"{"q": "zebra", "cursor": null}"#).0 == 200)
    }
  }
}
