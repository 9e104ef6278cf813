import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@testable import TraceServer
@testable import TraceStore

@Suite("Search by exact terms", .serialized)
struct HybridSearchTests {
  /// Adds traces that are nearer to the question's vector than any other: they repeat words of it.
  private static func addNeighbors(_ words: String, _ count: Int, solution: String, to service: Service)
    async throws
  {
    try await service.run(
      """
      INSERT INTO users (email, display_name) VALUES ('n@example.com', 'N') ON CONFLICT DO NOTHING
      """)
    try await service.run(
      """
      INSERT INTO traces (title, context_text, solution_text, contributor_id)
      SELECT \(words) || ' ' || n, \(words), \(solution), (SELECT id FROM users WHERE email = 'n@example.com')
      FROM generate_series(1, \(Int32(count))) AS n
      """)
  }

  private static let words = "nightly import fails"

  private static func search(
    _ question: String, in service: Service, token: String, more: String = ""
  ) async throws -> [String] {
    let answer = try await service.post(
      "/api/v1/traces/search", #"{"q": "\#(question)", "limit": 50\#(more)}"#, token: token)
    #expect(answer.status == 200, "\(answer.response)")
    return (0..<answer.count("results")).compactMap { answer.text("results.\($0).title") }
  }

  @Test(
    "finds a trace with the error code of the question first, although a hundred others are nearer by vector")
  func code() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      try await Self.addNeighbors(Self.words, 150, solution: "Nothing.", to: service)
      for name in ["XQ417", "ERR_CLOCK_SKEW", "clockSkewGuard", "4.17.2"] {
        _ = try await service.contribute("Zebra \(name) stripes", token: token)
      }
      try await service.embed()
      for name in ["XQ417", "xq417", "ERR_CLOCK_SKEW", "clockSkewGuard", "4.17.2"] {
        let titles = try await Self.search(
          "our \(Self.words) after each deployment of the shop, and the log says \(name)!", in: service,
          token: token)
        #expect(
          titles.first?.contains(name.count == 5 ? "XQ417" : name) == true, "\(name): \(titles.prefix(2))")
        #expect(titles.count == 50)
      }
    }
  }

  @Test("leaves out flagged traces, other models and other tags")
  func excluded() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      for (title, tag) in [
        ("Flagged XQ417", "swift"), ("Foreign XQ417", "swift"), ("Found XQ417", "swift"),
        ("Tagged XQ417", "rust"),
      ] {
        _ = try await service.contribute(title, tags: [tag], token: token)
      }
      try await service.embed()
      try await service.run("UPDATE traces SET is_flagged = true WHERE title LIKE 'Flagged%'")
      try await service.run("UPDATE traces SET embedding_model_id = 'other' WHERE title LIKE 'Foreign%'")
      let titles = try await Self.search("what is XQ417", in: service, token: token)
      #expect(Set(titles) == ["Found XQ417", "Tagged XQ417"])
      let tagged = try await Self.search(
        "what is XQ417", in: service, token: token, more: #", "tags": ["rust"]"#)
      #expect(tagged == ["Tagged XQ417"])
    }
  }

  @Test("ignores a term that more than a hundred traces have")
  func common() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      try await Self.addNeighbors("zebra", 101, solution: "XQ417", to: service)
      _ = try await service.contribute("nightly import fails", token: token)
      try await service.embed()
      let titles = try await Self.search("nightly import fails XQ417", in: service, token: token)
      #expect(titles.first == "nightly import fails")
    }
  }

  @Test("reads the index of terms and never scans the table, and a question without terms does not read it")
  func plan() async throws {
    try await Service.with { service in
      try await Self.addNeighbors("zebra", 20, solution: "XQ417", to: service)
      try await service.embed()
      try await service.database.withConnection { connection in
        let abilities = try await SearchAbilities.read(on: connection)
        #expect(abilities.findsTerms)
        let vector = PostgresVector([1] + [Float](repeating: 0, count: TraceIndex.dimensions - 1))
        func plan(_ question: String) async throws -> String {
          let search = RankedSearch(vector, of: .local, terms: ExactTerms(of: question), abilities: abilities)
          return try await search.explain(on: connection)
        }
        let named = try await plan("XQ417 or ERR_CLOCK_SKEW")
        #expect(
          named.components(separatedBy: "Bitmap Index Scan on ix_traces_exact_terms").count == 5, "\(named)")
        #expect(!named.contains("Seq Scan on traces"), "\(named)")
        #expect(try await !plan("no terms").contains("ix_traces_exact_terms"))
      }
    }
  }

  @Test("is left out while the index of terms is missing")
  func missingIndex() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      _ = try await service.contribute("zebra XQ417", token: token)
      try await service.embed()
      try await service.run("DROP INDEX ix_traces_exact_terms")
      #expect(try await Self.search("XQ417 zebra", in: service, token: token) == ["zebra XQ417"])
    }
  }
}
