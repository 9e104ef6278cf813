import Embeddings
import FoundationEssentials
import HTTPServer
import Postgres
import SeedTesting
import Testing

@testable import TraceServer
@testable import TraceStore

@Suite("Search", .serialized)
struct SearchTests {
  @Test("finds a curated trace by its words after start-up seeding")
  func curated() async throws {
    try await Service.with(seeds: true) { service in
      let token = try await service.register("me@example.com")
      let answer = try await service.post(
        "/api/v1/traces/search", #"{"q": "asyncpg prepared statement already exists pgbouncer", "limit": 3}"#,
        token: token)
      #expect(answer.status == 200 && answer.count("results") == 3)
      #expect(answer.text("results.0.title")?.contains("PgBouncer in transaction mode") == true)
      let tagged = try await service.post(
        "/api/v1/traces/search", #"{"q": "prepared statement", "tags": ["pgbouncer", "Python"]}"#,
        token: token)
      let count = try await service.one(
        """
        SELECT count(*) FROM (SELECT trace_id FROM trace_tags JOIN tags ON tags.id = tag_id
          WHERE name IN ('pgbouncer', 'python') GROUP BY trace_id HAVING count(*) = 2) AS pairs
        """, Int.self)
      #expect(count > 0 && tagged.count("results") == min(count, 10))
      let runs = try await service.get("/api/v1/seeding")
      #expect(runs.count("runs") > 5 && runs.text("runs.0.outcome") == "seeded")
      let tags = try await service.get("/api/v1/tags?limit=2")
      #expect(
        tags.count("tags") == 2
          && (tags.int("tags.0.trace_count") ?? 0) >= (tags.int("tags.1.trace_count") ?? 0))
      let ready = try await service.get("/health/ready")
      #expect(ready.status == 200 && ready.text("status") == "ready" && ready.text("seeding.phase") == "done")
    }
  }

  @Test("ranks by similarity × ln(2 + trust), and excludes flagged traces and other models")
  func ranking() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      let near = try await service.contribute("zebra stripes explained", token: token)
      let trusted = try await service.contribute("zebra stripes and other animals", token: token)
      let disputed = try await service.contribute("zebra", token: token)
      let flagged = try await service.contribute("zebra stripes flagged", token: token)
      let foreign = try await service.contribute("zebra stripes foreign", token: token)
      let old = try await service.contribute("zebra stripes old", token: token)
      _ = try await service.contribute("zebra stripes without vector", token: token)
      try await service.run(
        "UPDATE traces SET embedding_model_id = 'none' WHERE title LIKE '%without vector'")
      try await service.run("DELETE FROM traces WHERE title LIKE '%without vector'")
      try await service.embed()
      _ = try await service.contribute("zebra stripes too new", token: token)
      try await service.run(
        "UPDATE traces SET trust_score = 8 WHERE id = \(try #require(UUID(uuidString: trusted)))")
      try await service.run(
        "UPDATE traces SET trust_score = -5 WHERE id = \(try #require(UUID(uuidString: disputed)))")
      try await service.run(
        "UPDATE traces SET is_flagged = true WHERE id = \(try #require(UUID(uuidString: flagged)))")
      try await service.run(
        "UPDATE traces SET embedding_model_id = 'other' WHERE id = \(try #require(UUID(uuidString: foreign)))"
      )
      try await service.run(
        "UPDATE traces SET embedding_model_version = '0' WHERE id = \(try #require(UUID(uuidString: old)))")
      let answer = try await service.post(
        "/api/v1/traces/search", #"{"q": "zebra stripes explained"}"#, token: token)
      let found = (0..<answer.count("results")).compactMap { answer.text("results.\($0).id") }
      #expect(Set(found) == [near, trusted, disputed])
      #expect(found.first == trusted, "\(answer.response)")
      for index in found.indices {
        let similarity = try #require(answer.number("results.\(index).similarity"))
        let trust = try #require(answer.number("results.\(index).trust_score"))
        let score = try #require(answer.number("results.\(index).score"))
        let weights = [8.0: 2.302585092994046, 0.0: 0.6931471805599453, -5.0: 0.6931471805599453]
        #expect(abs(score - similarity * (weights[trust] ?? 0)) < 1e-9)
      }
    }
  }

  @Test(
    "ranks the hundred nearest candidates of the index, also with tags",
    arguments: TraceIndex.allCases)
  func candidates(index: TraceIndex) async throws {
    try await Service.with { service in
      try await service.database.withConnection { connection in
        // 3,000 traces with one tag are more than are compared without the index. All but one in ten are flagged.
        try await connection.query("INSERT INTO users (email, display_name) VALUES ('a@b.c', 'A')")
        try await connection.query("INSERT INTO tags (name) VALUES ('many'), ('few')")
        try await connection.query(
          """
          INSERT INTO traces (title, context_text, solution_text, contributor_id, embedding, embedding_model_id,
            embedding_model_version, is_flagged)
          SELECT 't' || n, 'c', 's', (SELECT id FROM users),
            (SELECT array_agg(sin(n * d)) FROM generate_series(1, 1536) AS d)::vector, 'local',
            \(EmbeddingModel.local.version), n % 10 <> 0
          FROM generate_series(1, 3000) AS n
          """)
        try await connection.query(
          """
          INSERT INTO trace_tags SELECT traces.id, tags.id FROM traces, tags
          WHERE tags.name = 'many' OR substr(title, 2)::int <= 500
          """)
        try await TraceIndex.dropAll(on: connection)
        try await connection.query(PostgresQuery(unescaped: index.definition))
        try await connection.query("ANALYZE")
        let abilities = try await SearchAbilities.read(on: connection)
        #expect(abilities.index == index && abilities.scansOn)
        let vector = try await connection.queryOne("SELECT embedding FROM traces WHERE title = 't500'")
          .decode(PostgresVector.self)
        for tags in [[], ["many"], ["many", "few"]] {
          let search = RankedSearch(
            vector, of: .local, tags: tags.compactMap { TagName($0) }, limit: 50, abilities: abilities)
          let hits = try await search.run(on: connection)
          #expect(hits.count == 50, "\(tags)")
          #expect(hits.first?.trace.title == "t500" && hits.allSatisfy { !$0.trace.isFlagged }, "\(tags)")
          #expect(hits.allSatisfy { Set($0.trace.tags).isSuperset(of: tags) })
          // With so few rows, the planner would prefer a sequential scan.
          let plan = try await search.explain(
            settings: ["SET LOCAL enable_seqscan = off", "SET LOCAL enable_sort = off"], on: connection)
          #expect(plan.contains("Index Scan using \(index.name)"), "\(tags)\n\(plan)")
        }
        // The limit of the innermost query, which differs from the number of results.
        let plan = try await connection.pipeline([
          "BEGIN", "SET LOCAL hnsw.ef_search = 100", "SET LOCAL hnsw.iterative_scan = relaxed_order",
          "SELECT count(*) FROM (\(RankedSearch(vector, of: .local, limit: 1, abilities: abilities).nearest)) AS n",
          "COMMIT",
        ])
        #expect(try plan[3].first?.decode(Int.self) == RankedSearch.candidates)
      }
    }
  }

  @Test("is timed, also in the histogram buckets of the reference implementation")
  func histogram() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      for tags in ["", #", "tags": ["swift"]"#] {
        let answer = try await service.post("/api/v1/traces/search", #"{"q": "x"\#(tags)}"#, token: token)
        #expect(answer.status == 200 && answer.count("results") == 0)
      }
      let page = String(decoding: try await service.get("/metrics").response.body, as: UTF8.self)
      for bound in ["0.001", "0.005", "0.01", "0.05", "0.1", "0.25", "0.5", "1", "2"] {
        #expect(page.contains("commontrace_search_duration_seconds_bucket{le=\"\(bound)\"} "), "\(bound)")
      }
      #expect(page.contains("commontrace_search_duration_seconds_bucket{le=\"+Inf\"} 2\n"))
      #expect(page.contains("commontrace_search_duration_seconds_count 2\n"))
      #expect(page.contains("commontrace_search_requests_total{has_tags=\"true\"} 1\n"))
    }
  }

  @Test("reports the time of each stage in the response and in the metrics")
  func stages() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      let answer = try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token)
      let parts = try #require(answer.response.headers["Server-Timing"]).split(separator: ", ")
      #expect(
        parts.map { $0.prefix { $0 != ";" } } == ["embed", "pool", "query", "encode", "own"], "\(parts)")
      for part in parts {
        let text = try #require(part.split(separator: ";dur=").last)
        #expect(
          Double(text).map { $0 >= 0 } == true && text.split(separator: ".").last?.count == 3, "\(part)")
      }
      let page = String(decoding: try await service.get("/metrics").response.body, as: UTF8.self)
      for stage in SearchTimes.Stage.allCases {
        let name = "commontrace_search_stage_duration_seconds"
        #expect(page.contains("\(name)_bucket{stage=\"\(stage.rawValue)\",le=\"+Inf\"} 1\n"))
        #expect(page.contains("\(name)_count{stage=\"\(stage.rawValue)\"} 1\n"))
      }
    }
  }

  @Test("uses a prepared statement, and prepares it again after a schema change")
  func kept() async throws {
    try await Service.with(options: { $0.poolSize = 1 }) { service in
      let token = try await service.register("me@example.com")
      _ = try await service.contribute("zebra stripes", token: token)
      try await service.embed()
      for type in ["text", "varchar(200)", "text"] {
        try await service.run("ALTER TABLE traces ALTER COLUMN agent_model TYPE \(unescaped: type)")
        for _ in 0..<2 {
          let answer = try await service.post("/api/v1/traces/search", #"{"q": "zebra"}"#, token: token)
          #expect(answer.status == 200 && answer.count("results") == 1, "\(answer.response)")
        }
      }
      let kept = try await service.server.services.store.read { connection in
        try await connection.query("SELECT statement FROM pg_prepared_statements").map {
          try $0.decode(String.self)
        }
      }
      #expect(kept.contains { $0.hasPrefix("SELECT traces.id") }, "\(kept)")
    }
  }
}
