import FoundationEssentials
import HTTPServer
import Postgres
import SeedTesting
import Testing

@testable import TraceServer
@testable import TraceStore

/// An attacker adds thousands of traces that are nearer to a question than any other.
@Suite("A flood of traces", .serialized)
struct FloodTests {
  private static let error = "ERR_REQUIRE_ESM"

  /// Searches of the seeds, with the same index scans and limits as in a large table.
  private struct Searches {
    let connection: PostgresConnection
    let vector: PostgresVector
    let abilities: SearchAbilities

    init(_ connection: PostgresConnection) async throws {
      // A flood of this test is a tenth of what an attacker can add, and so is the limit of an index scan.
      for setting in ["hnsw.max_scan_tuples = 2000", "enable_seqscan = off", "enable_sort = off"] {
        try await connection.query("SET \(unescaped: setting)")
      }
      self.connection = connection
      abilities = try await SearchAbilities.read(on: connection)
      vector = try await connection.queryOne(
        "SELECT embedding FROM traces WHERE title LIKE 'prepared statement \"__asyncpg%'"
      ).decode(PostgresVector.self)
    }

    func search(
      tags: [String] = [], terms: String = "", viewer: UUID? = nil, includesProvisional: Bool = false,
      after cursor: SearchCursor? = nil
    ) -> RankedSearch {
      RankedSearch(
        vector, of: .local, terms: ExactTerms(of: terms), tags: tags.compactMap { TagName($0) }, limit: 50,
        after: cursor, abilities: abilities, viewer: viewer, includesProvisional: includesProvisional)
    }

    func hits(_ search: RankedSearch) async throws -> [RankedSearch.Hit] {
      try await search.run(on: connection)
    }

    /// The results of searches of every kind.
    func all(viewer: UUID?) async throws -> [[RankedSearch.Hit]] {
      [
        try await hits(search(viewer: viewer)),
        try await hits(search(tags: ["python"], viewer: viewer)),
        try await hits(search(terms: FloodTests.error, viewer: viewer)),
        try await hits(search(tags: ["javascript"], terms: FloodTests.error, viewer: viewer)),
      ]
    }
  }

  /// Adds traces with the vector of the question, its exact terms, and the tags of the searches.
  private static func flood(
    _ count: Int, _ column: String, by email: String, _ connection: PostgresConnection
  ) async throws {
    try await connection.query("INSERT INTO users (email, display_name) VALUES (\(email), 'Spam')")
    try await connection.query(
      """
      INSERT INTO traces (title, context_text, solution_text, contributor_id, embedding, embedding_model_id,
        embedding_model_version, \(unescaped: column))
      SELECT 'Buy ' || n, 'prepared statement', \(error), (SELECT id FROM users WHERE email = \(email)),
        (SELECT embedding FROM traces WHERE title LIKE 'prepared statement "__asyncpg%'), 'local',
        \(EmbeddingModel.local.version), true
      FROM generate_series(1, \(Int32(count))) AS n
      """)
    try await connection.query(
      """
      INSERT INTO trace_tags SELECT traces.id, tags.id FROM traces, tags
      WHERE title LIKE 'Buy %' AND tags.name IN ('python', 'javascript') ON CONFLICT DO NOTHING
      """)
    try await connection.query("ANALYZE")
  }

  private static func user(_ email: String, _ connection: PostgresConnection) async throws -> UUID {
    try await connection.queryOne(
      "INSERT INTO users (email, display_name, is_established) VALUES (\(email), 'U', true) RETURNING id"
    ).decode(UUID.self)
  }

  @Test(
    "changes no result and no score of others, also with tags and exact terms",
    arguments: ["is_provisional", "is_flagged"])
  func unchanged(column: String) async throws {
    try await Service.with(seeds: true) { service in
      try await service.database.withConnection { connection in
        let viewer = try await Self.user("reader@example.com", connection)
        let searches = try await Searches(connection)
        let before = try await searches.all(viewer: viewer)
        #expect(before.allSatisfy { !$0.isEmpty } && before[0].count == 50)
        try await Self.flood(4_000, column, by: "spam@example.com", connection)
        // Several times, because a lookup of a common term reads a random part.
        for _ in 1...3 { #expect(try await searches.all(viewer: viewer) == before) }
        let anonymous = try await searches.all(viewer: nil)
        #expect(anonymous.map { $0.map(\.trace.id) } == before.map { $0.map(\.trace.id) })
        let plan = try await searches.search(viewer: viewer).explain(on: connection)
        #expect(plan.contains("Index Scan using ix_traces_embedding_hnsw"), "\(plan)")
        #expect(plan.contains("ix_traces_hidden_contributor"), "\(plan)")
      }
    }
  }

  @Test("ends at the review: those whose votes count find provisional traces after all other results")
  func review() async throws {
    try await Service.with(seeds: true) { service in
      try await service.database.withConnection { connection in
        let reviewer = try await Self.user("reviewer@example.com", connection)
        let newcomer = try await Self.user("newcomer@example.com", connection)
        try await connection.query("UPDATE users SET is_established = false WHERE id = \(newcomer)")
        try await Self.flood(200, "is_provisional", by: "spam@example.com", connection)
        let searches = try await Searches(connection)
        for terms in ["", Self.error] {
          let others = try await searches.hits(searches.search(terms: terms, viewer: reviewer))
          let first = searches.search(terms: terms, viewer: reviewer, includesProvisional: true)
          #expect(try await searches.hits(first) == others)
          // The pages after the candidates that everybody finds.
          var pages: [RankedSearch.Hit] = []
          var cursor: SearchCursor?
          repeat {
            let page = searches.search(
              terms: terms, viewer: reviewer, includesProvisional: true, after: cursor)
            let found = try page.page(of: await page.rows(on: connection))
            pages += found.hits
            cursor = found.end
          } while cursor != nil
          let start = try #require(pages.firstIndex { $0.trace.isProvisional })
          #expect(start >= RankedSearch.candidates && pages.count - start == RankedSearch.candidates)
          #expect(pages[start...].allSatisfy { $0.trace.isProvisional && $0.score < 2 })
        }
        for viewer in [newcomer, nil] {
          let hits = try await searches.hits(
            searches.search(tags: ["javascript"], viewer: viewer, includesProvisional: true))
          #expect(!hits.isEmpty && hits.allSatisfy { !$0.trace.isProvisional })
        }
        let tagged = try await searches.hits(
          searches.search(tags: ["javascript"], viewer: reviewer, includesProvisional: true))
        #expect(tagged.contains { $0.trace.isProvisional } && tagged.first?.trace.isProvisional == false)
      }
    }
  }

  @Test("does not hide own provisional traces, which are found by vector, by tag and by exact term")
  func own() async throws {
    try await Service.with(seeds: true) { service in
      try await service.database.withConnection { connection in
        try await Self.flood(4_000, "is_provisional", by: "spam@example.com", connection)
        let author = try await Self.user("author@example.com", connection)
        // The vector of another question.
        try await connection.query(
          """
          INSERT INTO traces (title, context_text, solution_text, contributor_id, embedding, embedding_model_id,
            embedding_model_version, is_provisional)
          SELECT 'Mine', 'XQ417', 'and ' || \(Self.error), \(author), embedding, 'local',
            \(EmbeddingModel.local.version), true FROM traces WHERE title LIKE 'Bind mount%' LIMIT 1
          """)
        try await connection.query(
          "INSERT INTO trace_tags SELECT traces.id, tags.id FROM traces, tags WHERE title = 'Mine' AND name = 'docker'"
        )
        let searches = try await Searches(connection)
        let term = try await searches.hits(searches.search(terms: "XQ417", viewer: author))
        let mine = try #require(term.first { $0.trace.title == "Mine" })
        // A trace without the term has at most its similarity, weighted by ln 2.
        #expect(mine.score > mine.similarity * 0.7 + 0.2)
        let common = try await searches.hits(searches.search(terms: Self.error, viewer: author))
        #expect(common.contains { $0.trace.title == "Mine" } && common.contains { $0.trace.isSeed })
        let tagged = try await searches.hits(searches.search(tags: ["docker"], viewer: author))
        #expect(tagged.contains { $0.trace.title == "Mine" })
        let other = try await searches.hits(
          searches.search(tags: ["python"], terms: "XQ417", viewer: author))
        #expect(!other.isEmpty && !other.contains { $0.trace.title == "Mine" || $0.trace.isProvisional })
      }
    }
  }

  @Test("does not change the list of tags, whose numbers are of traces that everybody finds")
  func tags() async throws {
    try await Service.with(seeds: true) { service in
      let before = try await service.get("/api/v1/tags?limit=1000").response.body
      let id = try await service.database.withConnection { connection in
        try await connection.query("INSERT INTO tags (name) VALUES ('buy-now')")
        try await Self.flood(60, "is_provisional", by: "spam@example.com", connection)
        try await Self.flood(60, "is_flagged", by: "banned@example.com", connection)
        return try await connection.query(
          """
          INSERT INTO trace_tags SELECT traces.id, tags.id FROM traces, tags
          WHERE title LIKE 'Buy %' AND name = 'buy-now' RETURNING trace_id
          """
        ).first?.decode(UUID.self)
      }
      #expect(try await service.get("/api/v1/tags?limit=1000").response.body == before)
      try await service.run("UPDATE traces SET is_provisional = false, is_flagged = false WHERE id = \(id)")
      let tags = try await service.get("/api/v1/tags?limit=1000")
      let place = try #require((0..<tags.count("tags")).first { tags.text("tags.\($0).name") == "buy-now" })
      #expect(tags.int("tags.\(place).trace_count") == 1)
    }
  }
}
