import FoundationEssentials
import CapacityTraces
import Catalog
import Postgres
import SeedKit
import SeedTesting
import Testing
import TraceStore

@Suite("Loading capacity data")
struct CapacityLoadTests {
  private func options(rows: Int, index: TraceIndex = .vector, seed: Int = 1) -> CapacityOptions {
    CapacityOptions(
      rows: rows, seed: seed, clusters: 20, similarity: 0.8, index: index, streams: 3, runsByDefault: true)
  }

  private func runner(_ options: CapacityOptions, _ database: TemporaryDatabase) throws -> SeedRunner {
    let settings = try Settings.load(
      flags: [:], environment: [:], configDirectory: nil, keys: Catalog.settings)
    let others = try Catalog.registry(settings).seeders.map(\.seeder).filter { $0.id != "capacity-traces" }
    let seeder = try CapacityTracesSeeder(
      options: options, validationThreshold: 2, fixtures: Catalog.fixtures)
    let plan = try SeedPlan(
      registry: SeederRegistry(others + [seeder]), selection: .only(["capacity-traces"]), environment: .test)
    return SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: Catalog.fixtures)
  }

  private func seed(_ options: CapacityOptions, _ database: TemporaryDatabase) async throws -> SeederReport {
    try #require(try await runner(options, database).run().seeders.last)
  }

  private func scalar<Value: PostgresDecodable & Sendable>(
    _ query: PostgresQuery, _ database: TemporaryDatabase, as: Value.Type = Value.self
  ) async throws -> Value {
    try await database.withConnection { try await $0.queryOne(query).decode(Value.self) }
  }

  /// A digest of all columns except timestamps.
  private func checksum(_ database: TemporaryDatabase) async throws -> String {
    try await scalar(
      """
      SELECT md5(string_agg(md5(ROW(id, title, context_text, solution_text, embedding, embedding_model_id,
        embedding_model_version, status, trust_score, confirmation_count, contributor_id, is_seed)::text), ''
        ORDER BY id)) FROM traces
      """, database)
  }

  private func count(_ database: TemporaryDatabase) async throws -> Int {
    try await scalar("SELECT count(*) FROM traces", database)
  }

  @Test("inserts validated traces with vectors, the requested number of rows, and a vector index")
  func loads() async throws {
    try await TemporaryDatabase.with { database in
      let report = try await seed(options(rows: 2_601), database)
      #expect(report.outcome == .seeded)
      #expect(report.tables.total == RowCounts(inserted: 2_601))
      let good = try await scalar(
        """
        SELECT count(DISTINCT title) FROM traces JOIN users ON users.id = contributor_id
        WHERE status = 'validated' AND traces.is_seed AND trust_score = 1 AND vector_dims(embedding) = 1536
          AND email = 'capacity-test@commontrace.internal' AND embedding_model_id = 'local'
          AND length(context_text) > 50 AND solution_text LIKE '%```bash%'
        """, database, as: Int.self)
      #expect(good == 2_601)
      let indexes = try await database.withConnection { try await TraceIndex.available(on: $0) }
      #expect(indexes == [.vector])
    }
  }

  @Test("writes nothing the second time")
  func secondRun() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(options(rows: 500), database)
      func state() async throws -> String {
        try await scalar(
          """
          SELECT concat(sum(xmin::text::bigint), (SELECT oid FROM pg_class WHERE relname = 'ix_traces_embedding_hnsw'),
            (SELECT count(*) FROM seed_runner.history)) FROM traces
          """, database)
      }
      let before = try await state()
      let report = try await seed(options(rows: 500), database)
      #expect(report.outcome == .unchanged)
      #expect(report.tables.total == RowCounts(unchanged: 500))
      #expect(try await state() == before)
    }
  }

  @Test("loads only missing rows, with the same result as a single load")
  func grows() async throws {
    let atOnce = try await TemporaryDatabase.with { database in
      _ = try await seed(options(rows: 2_710), database)
      return try await checksum(database)
    }
    try await TemporaryDatabase.with { database in
      _ = try await seed(options(rows: 1_234), database)
      let grown = try await seed(options(rows: 2_710), database)
      #expect(grown.tables.total == RowCounts(inserted: 1_476, unchanged: 1_234))
      #expect(try await checksum(database) == atOnce)
      // Fewer rows are requested. Existing rows remain.
      #expect(try await seed(options(rows: 10), database).outcome == .unchanged)
      #expect(try await count(database) == 2_710)
    }
  }

  @Test("is shared by concurrent runs: each row is inserted once, and all runs succeed")
  func together() async throws {
    try await TemporaryDatabase.with { database in
      let reports = try await withThrowingTaskGroup(of: SeederReport.self) { group in
        for _ in 0..<4 { group.addTask { try await seed(options(rows: 7_600), database) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let inserted = reports.map(\.tables.total.inserted)
      #expect(inserted.reduce(0, +) == 7_600, "\(inserted)")
      #expect(reports.allSatisfy { $0.failure == nil })
      #expect(try await count(database) == 7_600)
      #expect(try await scalar("SELECT count(DISTINCT title) FROM traces", database) == 7_600)
      #expect(try await scalar("SELECT phase FROM seed_runner.bulk_load", database) == "done")
    }
  }

  @Test("rejects rows of other options until the old ones are reset; reset leaves other rows unchanged")
  func otherSpecification() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(options(rows: 300), database)
      let refused = try await seed(options(rows: 300, seed: 2), database)
      #expect(refused.outcome == .failed)
      #expect(refused.failure?.message.contains("seed-runner reset capacity-traces") == true)
      #expect(try await count(database) == 300)
      try await database.withConnection { connection in
        try await connection.query(
          """
          INSERT INTO traces (title, context_text, solution_text, contributor_id, is_seed)
          SELECT 'mine', 'c', 's', id, false FROM users WHERE email = 'capacity-test@commontrace.internal'
          UNION ALL SELECT 'other', 'c', 's', id, true FROM users WHERE email = 'seed@commontrace.dev'
          """)
      }
      let users = try await scalar("SELECT count(*) FROM users", database, as: Int.self)
      let outcomes = try await runner(options(rows: 300), database).reset()
      #expect(outcomes.map(\.tables.total.deleted) == [300])
      #expect(try await count(database) == 2)
      #expect(try await scalar("SELECT count(*) FROM users", database) == users)
      #expect(try await database.withConnection { try await TraceIndex.available(on: $0) } == [.vector])
      #expect(try await seed(options(rows: 200, seed: 2), database).tables.total.inserted == 200)
    }
  }

  @Test("builds a missing index, and replaces one of another kind")
  func index() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(options(rows: 400), database)
      try await database.withConnection { _ = try await $0.query("DROP INDEX ix_traces_embedding_hnsw") }
      #expect(try await seed(options(rows: 400), database).outcome == .unchanged)
      func available() async throws -> [TraceIndex] {
        try await database.withConnection { try await TraceIndex.available(on: $0) }
      }
      #expect(try await available() == [.vector])
      for kind in [TraceIndex.halfvec, .bit] {
        _ = try await seed(options(rows: 400, index: kind), database)
        #expect(try await available() == [kind])
      }
    }
  }

  @Test("keeps the index if users' traces need it")
  func served() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(options(rows: 10), database)
      let vector = PostgresVector([Float](repeating: 0.5, count: 1536))
      try await database.withConnection { connection in
        try await connection.query(
          """
          INSERT INTO traces (title, context_text, solution_text, contributor_id, embedding)
          SELECT 'mine', 'c', 's', id, \(vector)::vector FROM users LIMIT 1
          """)
      }
      func oid() async throws -> Int {
        try await scalar("SELECT 'ix_traces_embedding_hnsw'::regclass::oid::bigint", database)
      }
      let before = try await oid()
      #expect(try await seed(options(rows: 60), database).tables.total.inserted == 50)
      #expect(try await oid() == before)
      _ = try await runner(options(rows: 60), database).reset()
      #expect(try await oid() == before)
      #expect(try await count(database) == 1)
    }
  }

  @Test("finds the nearest traces with every kind of index", arguments: TraceIndex.allCases)
  func search(kind: TraceIndex) async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(options(rows: 2_000, index: kind), database)
      try await database.withConnection { connection in
        let rows = try await connection.query("SELECT embedding FROM traces ORDER BY id LIMIT 20")
        let vectors: [PostgresVector] = try rows.map { try $0.decode(PostgresVector.self) }
        let index = try #require(try await TraceIndex.available(on: connection).first)
        #expect(index == kind)
        let search = TraceSearch(index: index, candidates: 100)
        let plan = try await search.explain(vectors[0], on: connection)
        #expect(plan.contains(kind.name), "\(plan)")
        var found = 0
        for vector in vectors {
          let hits = try await search.run(vector, on: connection)
          let exact = try await TraceSearch(index: nil).run(vector, on: connection)
          #expect(hits.count == 10 && exact.count == 10)
          #expect(hits.map(\.distance) == hits.map(\.distance).sorted())
          found += Set(hits.map(\.id)).intersection(exact.map(\.id)).count
        }
        #expect(found >= 190, "\(found) of 200 with \(kind)")
      }
    }
  }

  @Test("uses a generic plan, so that it is not planned for each search", arguments: TraceIndex.allCases)
  func planned(kind: TraceIndex) async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(options(rows: 2_000, index: kind), database)
      var configuration = database.configuration
      configuration.preparedStatements = .always
      let connection = try await PostgresConnection.connect(configuration)
      try await connection.query("ANALYZE traces")
      let rows = try await connection.query("SELECT embedding FROM traces ORDER BY id LIMIT 12")
      let abilities = try await SearchAbilities.read(on: connection)
      for viewer in [nil, UUID()] {
        for row in rows {
          let search = RankedSearch(
            try row.decode(PostgresVector.self), of: .local, abilities: abilities, viewer: viewer)
          #expect(try await search.run(on: connection).count == 10)
        }
      }
      // The server tries five custom plans before it uses a generic one.
      let plans = try await connection.query(
        "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT traces.id%'"
      ).map { try $0.decode(Int.self, Int.self) }
      #expect(plans.count == 2 && plans.allSatisfy { $0 == (5, 7) }, "\(plans)")
      await connection.close()
    }
  }

  @Test("belongs to the model that search uses")
  func model() async throws {
    try await TemporaryDatabase.with { database in
      let settings = try Settings.load(
        flags: [:],
        environment: [
          "EMBEDDING_PROVIDER": "openai", "EMBEDDING_MODEL": "some-model", "EMBEDDING_DIMENSIONS": "768",
          "CAPACITY_ROWS": "30",
        ], configDirectory: nil, keys: Catalog.settings)
      let plan = try SeedPlan(
        registry: try Catalog.registry(settings), selection: .only(["capacity-traces"]), environment: .test)
      let runner = SeedRunner(plan: plan, configuration: database.configuration, fixtures: Catalog.fixtures)
      #expect(try await runner.run().seeders.last?.outcome == .seeded)
      let found = try await scalar(
        """
        SELECT string_agg(DISTINCT concat_ws(' ', embedding_model_id, embedding_model_version), ',')
        FROM traces WHERE embedding IS NOT NULL
        """, database, as: String.self)
      #expect(found == "some-model 768+local\(EmbeddingModel.local.version)")
      // Searches would never find rows of another model, so the mismatch must be reported.
      let other = try await seed(options(rows: 30), database)
      #expect(other.outcome == .failed)
    }
  }
}
