import Embeddings
import FoundationEssentials
import Migrations
import Postgres
import SeedKit
import SeedTesting
import Testing
import TraceEmbeddings
import TraceStore

@Suite("The seeder 'embeddings'")
struct EmbeddingsSeederTests {
  /// Three traces instead of the hundreds of the built-in seeder, because these tests do not depend on their number.
  private struct FewTraces: Seeder, MigratingSeeder {
    let id: SeederID = "curated-traces"
    let summary = "for tests"

    func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

    func seed(in context: SeedContext) async throws {
      let users = [("seed@example.com", "Seed"), (CapacityCheck.contributor, "Capacity")]
        .map { #"{"email": "\#($0.0)", "display_name": "\#($0.1)"}"# }.joined(separator: ", ")
      try await UserImport.converge(
        UserImport.read([FixtureFile(name: "users.json", bytes: Array("[\(users)]".utf8))], isSeed: true),
        in: context)
      let traces = ["Deadlock of two workers", "Healthcheck in Docker Compose", "Stale cache"]
        .map { #"{"title": "\#($0)", "context": "why", "solution": "how", "tags": ["tag"]}"# }
        .joined(separator: ", ")
      let file = FixtureFile(name: "traces.json", bytes: Array("[\(traces)]".utf8))
      try await TraceImport.converge(
        TraceImport.read([file]), contributor: "seed@example.com", confirmations: 2, in: context)
    }
  }

  private func seed(_ database: TemporaryDatabase, skipsCurrent: Bool = false) async throws -> SeederReport {
    let plan = try SeedPlan(
      registry: SeederRegistry([FewTraces(), EmbeddingsSeeder()]), selection: .only(["embeddings"]),
      environment: .test)
    var options = SeedRunner.Options()
    options.skipsCurrent = skipsCurrent
    let report = try await SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:]),
      options: options
    ).run()
    return try #require(report.seeders.last)
  }

  private func scalar<Value: PostgresDecodable & Sendable>(
    _ query: PostgresQuery, _ database: TemporaryDatabase, as: Value.Type = Value.self
  ) async throws -> Value {
    try await database.withConnection { try await $0.queryOne(query).decode(Value.self) }
  }

  private func run(_ query: PostgresQuery, _ database: TemporaryDatabase) async throws {
    try await database.withConnection { _ = try await $0.query(query) }
  }

  private static let missing: PostgresQuery = "SELECT count(*) FROM traces WHERE embedding IS NULL"

  /// A digest of everything that a run may change, including `updated_at`.
  private static let state: PostgresQuery =
    "SELECT md5(string_agg(id::text || xmin || updated_at, '' ORDER BY id)) FROM traces"

  @Test(
    "requires the curated traces, unless the settings of --all leave them out",
    arguments: [
      ([:], true), (["SEED_ALL_EXCEPT": "sample-traces"], true),
      (["SEED_ALL_EXCEPT": "curated-traces"], false),
      (["SEED_ALL_ONLY": "users,embeddings"], false), (["SEED_ALL_ONLY": "curated-traces,embeddings"], true),
      (["SEED_ALL_EXCEPT": "curated-traces", "EMBEDDING_PROVIDER": "openai"], false),
      (["SEED_ALL_EXCEPT": "curated-traces", "EMBEDDING_WAIT": "false"], false),
    ] as [([String: String], Bool)])
  func dependencies(variables: [String: String], isRequired: Bool) throws {
    let settings = try Settings.load(
      flags: ["env": "test"], environment: variables, configDirectory: nil,
      keys: AnySettingKey.seeding + AnySettingKey.embedding)
    #expect(try EmbeddingsSeeders.make(settings).dependencies == (isRequired ? ["curated-traces"] : []))
  }

  @Test("embeds every trace with the built-in model, and writes nothing in a second run")
  func seeds() async throws {
    try await TemporaryDatabase.with { database in
      let first = try await seed(database)
      let count = try await scalar("SELECT count(*) FROM traces", database, as: Int.self)
      #expect(first.outcome == .seeded && first.tables.total == RowCounts(updated: count))
      let good = try await scalar(
        """
        SELECT count(*) FROM traces WHERE vector_dims(embedding) = 1536 AND abs(vector_norm(embedding) - 1) < 1e-6
          AND embedding_model_id = \(EmbeddingModel.local.id)
          AND embedding_model_version = \(EmbeddingModel.local.version) AND updated_at = created_at
        """, database, as: Int.self)
      #expect(good == count && count == 3)
      let state = try await scalar(Self.state, database, as: String.self)
      let second = try await seed(database)
      #expect(second.outcome == .unchanged && second.tables.total.written == 0)
      #expect(try await scalar(Self.state, database) == state)
    }
  }

  @Test("makes traces searchable by their words")
  func search() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(database)
      let question = EmbeddingText.query("how to check the health of a container")
      let vector = LocalEmbeddingProvider().vector(for: question)
      try await database.withConnection { connection in
        for index in [TraceIndex.vector, nil] {
          let hits = try await TraceSearch(index: index, limit: 1).run(vector, on: connection)
          let titles = try await connection.query(
            "SELECT title FROM traces WHERE id = ANY(\(hits.map(\.id)))"
          )
          .map { try $0.decode(String.self) }
          #expect(titles == ["Healthcheck in Docker Compose"], "\(titles)")
        }
      }
    }
  }

  @Test("embeds users' traces, pending or validated, and keeps embeddings of other models")
  func usersTraces() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(database)
      let other = PostgresVector([1] + [Float](repeating: 0, count: 1535))
      try await run(
        """
        INSERT INTO traces (title, context_text, solution_text, status, contributor_id, embedding,
          embedding_model_id, embedding_model_version)
        SELECT title, 'context', 'solution', status, users.id, embedding, model, version
        FROM (SELECT id FROM users WHERE email = 'seed@example.com') AS users, (VALUES
          ('pending', 'pending', NULL, NULL, NULL), ('validated', 'validated', NULL, NULL, NULL),
          ('other model', 'validated', \(other)::vector, 'text-embedding-3-small', '1'),
          ('older version', 'validated', \(other)::vector, 'local', '0'),
          ('no version', 'validated', \(other)::vector, 'local', NULL)
        ) AS new (title, status, embedding, model, version)
        """, database)
      #expect(try await seed(database).tables.total == RowCounts(updated: 4))
      let left = try await scalar(
        """
        SELECT string_agg(title, ',') FROM traces WHERE embedding_model_id IS DISTINCT FROM 'local'
          AND embedding = \(other)::vector
        """, database, as: String.self)
      #expect(left == "other model")
      #expect(try await scalar(Self.missing, database) == 0)
      #expect(try await seed(database).tables.total.written == 0)
    }
  }

  @Test("embeds a seeded trace again after its text was changed by hand, and only that one")
  func changedText() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(database)
      let title = try await scalar("SELECT min(title) FROM traces", database, as: String.self)
      let vector = try await scalar(
        "SELECT embedding FROM traces WHERE title = \(title)", database, as: PostgresVector.self)
      try await run("UPDATE traces SET solution_text = 'spoilt' WHERE title = \(title)", database)
      // The run restores the text, which removes the vector, and then computes a new one.
      #expect(try await seed(database).tables.total == RowCounts(updated: 1))
      #expect(try await scalar("SELECT embedding FROM traces WHERE title = \(title)", database) == vector)
    }
  }

  @Test("skips capacity data, whose vectors are not computed from text")
  func capacity() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(database)
      try await run(
        """
        INSERT INTO traces (title, context_text, solution_text, contributor_id, is_seed, embedding_model_id,
          embedding_model_version)
        SELECT 'generated', 'context', 'solution', id, true, 'local', '0' FROM users
        WHERE email = \(CapacityCheck.contributor)
        """, database)
      #expect(try await seed(database).outcome == .unchanged)
      #expect(try await scalar(Self.missing, database) == 1)
    }
  }

  @Test("processes more than one batch")
  func batches() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(database)
      try await run("DROP INDEX ix_traces_embedding_hnsw", database)
      try await run(
        """
        INSERT INTO traces (title, context_text, solution_text, contributor_id)
        SELECT 'trace ' || n, 'context', 'solution', (SELECT id FROM users WHERE email = 'seed@example.com')
        FROM generate_series(1, 1100) AS n
        """, database)
      #expect(try await seed(database).tables.total.updated >= 1_100)
      #expect(try await scalar(Self.missing, database) == 0)
    }
  }

  @Test("is skipped by --if-changed while seeds and model are unchanged, even if users added traces")
  func ifChanged() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(database)
      try await run(
        """
        INSERT INTO traces (title, context_text, solution_text, contributor_id)
        SELECT 'new', 'context', 'solution', id FROM users WHERE email = 'seed@example.com'
        """, database)
      #expect(
        try await seed(database, skipsCurrent: true).note == "the fingerprint matches the history")
      #expect(try await scalar(Self.missing, database) == 1)
      #expect(try await seed(database).tables.total == RowCounts(updated: 1))
    }
  }

  @Test("stores no embedding for a text that was edited in the meantime")
  func changedMeanwhile() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(database)
      try await run(
        """
        INSERT INTO traces (title, context_text, solution_text, contributor_id)
        SELECT 'new', 'context', 'solution', id FROM users WHERE email = 'seed@example.com'
        """, database)
      try await database.withConnection { connection in
        let found = try await TraceVectors.pending(for: .local, limit: 10, on: connection)
        #expect(found.map(\.title) == ["new"])
        let trace = try #require(found.first)
        try await connection.query("UPDATE traces SET context_text = 'another' WHERE id = \(trace.id)")
        let vector = LocalEmbeddingProvider().vector(for: EmbeddingText(trace))
        let stored = try await connection.withTransaction { connection in
          try await TraceVectors.store([(trace, vector)], of: .local, on: connection)
        }
        #expect(stored == 0)
      }
      #expect(try await scalar(Self.missing, database) == 1)
    }
  }
}
