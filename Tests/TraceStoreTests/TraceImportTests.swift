import FoundationEssentials
import Migrations
import Postgres
import SeedKit
import SeedTesting
import Testing
import TraceStore

@Suite("Importing traces")
struct TraceImportTests {
  private static let contributor = "seed@commontrace.dev"

  /// A seeder with one contributor and some traces.
  private struct TracesSeeder: Seeder, MigratingSeeder {
    let id: SeederID = "traces-for-tests"
    let summary = "for tests"
    let json: String

    func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

    func seed(in context: SeedContext) async throws {
      let users = try UserImport.read(
        [
          FixtureFile(
            name: "users.json", bytes: Array(#"[{"email": "\#(contributor)", "display_name": "Seed"}]"#.utf8))
        ],
        isSeed: true)
      let traces = try TraceImport.read([FixtureFile(name: "traces.json", bytes: Array(json.utf8))])
      try await UserImport.converge(users, in: context)
      try await TraceImport.converge(
        traces, contributor: contributor, confirmations: 2, in: context)
    }
  }

  private func seed(_ json: String, on database: TemporaryDatabase) async throws -> SeederReport {
    let plan = try SeedPlan(
      registry: SeederRegistry([TracesSeeder(json: json)]), selection: .all(), environment: .test)
    let runner = SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:]))
    return try #require(try await runner.run().seeders.first)
  }

  private func trace(_ title: String, context: String = "why", tags: String = #"["Python", "web dev"]"#)
    -> String
  {
    """
    {"title": "\(title)", "context": "\(context)", "solution": "how", "tags": \(tags),
     "agent_model": "m", "agent_version": "1"}
    """
  }

  private func counts(_ report: SeederReport, _ table: String) -> RowCounts? {
    report.tables.tables.first { $0.name == table }?.counts
  }

  @Test("creates validated traces with normalized tags and no embedding")
  func inserts() async throws {
    try await TemporaryDatabase.with { database in
      let report = try await seed("[\(trace("A"))]", on: database)
      #expect(counts(report, "traces") == RowCounts(inserted: 1))
      #expect(counts(report, "tags") == RowCounts(inserted: 2))
      #expect(counts(report, "trace_tags") == RowCounts(inserted: 2))
      try await database.withConnection { connection in
        let (status, isSeed, trust, confirmations, hasEmbedding, tags) = try await connection.queryOne(
          """
          SELECT status, is_seed, trust_score, confirmation_count, embedding IS NOT NULL,
            (SELECT array_agg(name ORDER BY name) FROM trace_tags JOIN tags ON tags.id = tag_id
             WHERE trace_id = traces.id)
          FROM traces
          """
        ).decode(String.self, Bool.self, Double.self, Int.self, Bool.self, [String].self)
        #expect(status == "validated" && isSeed && trust == 1 && confirmations == 2 && !hasEmbedding)
        #expect(tags == ["python", "web-dev"])
      }
      #expect(try await seed("[\(trace("A"))]", on: database).tables.total.written == 0)
    }
  }

  @Test("removes the embedding of a trace whose text changed and keeps the others")
  func embeddings() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed("[\(trace("A")), \(trace("B"))]", on: database)
      let vector = PostgresVector([Float](repeating: 0.5, count: 1536))
      try await database.withConnection { connection in
        try await connection.query(
          "UPDATE traces SET embedding = \(vector), embedding_model_id = 'm', embedding_model_version = '1'")
      }
      let edited = "[\(trace("A", context: "why not")), \(trace("B"))]"
      #expect(counts(try await seed(edited, on: database), "traces") == RowCounts(updated: 1, unchanged: 1))
      try await database.withConnection { connection in
        let left = try await connection.query(
          "SELECT title FROM traces WHERE embedding IS NOT NULL AND embedding_model_id = 'm'")
        let titles = try left.map { try $0.decode(String.self) }
        #expect(titles == ["B"])
        let gone = try await connection.queryOne(
          "SELECT count(*) FROM traces WHERE num_nulls(embedding, embedding_model_id, embedding_model_version) = 3"
        )
        #expect(try gone.decode(Int.self) == 1)
      }
    }
  }

  @Test("leaves a user's trace with the same title unchanged")
  func sameTitle() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed("[]", on: database)
      try await database.withConnection { connection in
        try await connection.query(
          """
          INSERT INTO traces (title, context_text, solution_text, contributor_id)
          SELECT 'A', 'mine', 'mine', id FROM users
          """)
      }
      #expect(counts(try await seed("[\(trace("A"))]", on: database), "traces") == RowCounts(inserted: 1))
      #expect(try await seed("[\(trace("A"))]", on: database).tables.total.written == 0)
      try await database.withConnection { connection in
        let (context, status) = try await connection.queryOne(
          "SELECT context_text, status FROM traces WHERE NOT is_seed"
        ).decode(String.self, String.self)
        #expect(context == "mine" && status == "pending")
      }
    }
  }

  @Test("keeps changes by votes")
  func votes() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed("[\(trace("A"))]", on: database)
      try await database.withConnection { connection in
        try await connection.query("UPDATE traces SET confirmation_count = 7, trust_score = 0.4")
      }
      #expect(try await seed("[\(trace("A"))]", on: database).tables.total.written == 0)
    }
  }

  @Test("rejects a file with errors, reports all of them, and writes nothing")
  func faults() async throws {
    try await TemporaryDatabase.with { database in
      let json = """
        [\(trace("A", tags: #"["ok", "not ok!"]"#)),
        {"title": "", "context": 1, "tags": []},
        \(trace("C")), \(trace("C"))]
        """
      let report = try await seed(json, on: database)
      #expect(report.outcome == .failed)
      let faults = report.failure?.faults.map(\.description) ?? []
      #expect(faults.contains { $0.contains("record 1, field 'tags[2]': found 'not ok!'") }, "\(faults)")
      #expect(faults.count == 6, "\(faults)")
      try await database.withConnection { connection in
        let rows = try await connection.queryOne(
          "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM tags)")
        #expect(try rows.decode(Int.self) == 0)
      }
    }
  }
}
