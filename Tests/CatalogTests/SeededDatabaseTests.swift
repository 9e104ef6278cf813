import Catalog
import Postgres
import SeedKit
import SeedTesting
import Testing

/// The success criteria SC-1 to SC-5 of the project plan.
@Suite("A seeded database")
struct SeededDatabaseTests {
  private func seed(
    _ database: TemporaryDatabase, selection: SeedPlan.Selection = .all(),
    environment: SeedEnvironment = .test, fixtures: FixtureStore = Catalog.fixtures,
    configure: (inout SeedRunner.Options) -> Void = { _ in }
  ) async throws -> SeedReport {
    let settings = try Settings.load(
      flags: [:], environment: [:], configDirectory: nil, keys: Catalog.settings)
    let plan = try SeedPlan(
      registry: Catalog.registry(settings), selection: selection, environment: environment)
    var options = SeedRunner.Options()
    configure(&options)
    return try await SeedRunner(
      plan: plan, configuration: database.configuration, fixtures: fixtures, options: options
    ).run()
  }

  private func count(_ query: PostgresQuery, _ database: TemporaryDatabase) async throws -> Int {
    try await database.withConnection { try await $0.queryOne(query).decode(Int.self) }
  }

  @Test(
    "has twelve validated sample traces with embeddings of the built-in model",
    arguments: [16, 18])
  func traces(major: Int) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      let report = try await seed(database)
      #expect(report.isSuccess)
      let traces = try await count(
        """
        SELECT count(*) FROM traces WHERE status = 'validated' AND is_seed AND trust_score = 1.0
          AND confirmation_count = 2 AND embedding IS NOT NULL AND embedding_model_id = 'local'
          AND contributor_id = (SELECT id FROM users WHERE email = 'seed@commontrace.dev')
        """, database)
      #expect(traces == 12)
    }
  }

  @Test("has the curated traces, validated and with embeddings, each with three to six tags")
  func curatedTraces() async throws {
    try await TemporaryDatabase.with { database in
      let report = try await seed(database)
      let curated = try await count(
        """
        SELECT count(*) FROM traces WHERE status = 'validated' AND is_seed AND trust_score = 1.0
          AND confirmation_count = 2 AND embedding IS NOT NULL AND embedding_model_id = 'local'
          AND contributor_id = (SELECT id FROM users WHERE email = 'seeds@commontrace.internal')
          AND (SELECT count(*) FROM trace_tags WHERE trace_id = traces.id) BETWEEN 3 AND 6
        """, database)
      #expect(curated >= 225)
      #expect(try await count("SELECT count(*) FROM traces", database) == curated + 12)
      // The vocabulary contains all of them.
      let tags = report.seeders.first { $0.id == "curated-traces" }?.tables.tables.first { $0.name == "tags" }
      #expect(tags?.counts.inserted == 0)
    }
  }

  @Test("has only normalized tags without duplicates")
  func tags() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(database)
      let odd = try await count(
        "SELECT count(*) FROM tags WHERE name <> lower(btrim(name)) OR name ~ '\\s' OR name = ''", database)
      #expect(odd == 0)
      #expect(try await count("SELECT count(*) - count(DISTINCT lower(name)) FROM tags", database) == 0)
      #expect(try await count("SELECT count(*) FROM tags", database) > 30)
    }
  }

  @Test("is not changed by a second run: every row keeps its transaction ID")
  func secondRun() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await seed(database)
      func state() async throws -> [String] {
        try await database.withConnection { connection in
          try await connection.query(
            """
            SELECT 'u' || id || xmin FROM users UNION ALL SELECT 't' || id || xmin FROM tags
            UNION ALL SELECT 'r' || id || xmin FROM traces
            UNION ALL SELECT 'l' || trace_id || tag_id || xmin FROM trace_tags
            UNION ALL SELECT 'h' || attempt_id || xmin FROM seed_runner.history
            UNION ALL SELECT 'm' || set_name || version || xmin FROM seed_runner.migration ORDER BY 1
            """
          ).map { try $0.decode(String.self) }
        }
      }
      let before = try await state()
      let report = try await seed(database)
      #expect(report.seeders.allSatisfy { $0.outcome == .unchanged })
      #expect(try await state() == before)
    }
  }

  @Test("contains only users if only users are selected")
  func usersOnly() async throws {
    try await TemporaryDatabase.with { database in
      let report = try await seed(database, selection: .only(["users"]))
      #expect(report.seeders.map(\.id) == ["users"])
      let contributors = try await database.withConnection { connection in
        try await connection.query("SELECT email FROM users WHERE is_seed ORDER BY email")
          .map { try $0.decode(String.self) }
      }
      #expect(
        contributors == [
          "capacity-test@commontrace.internal", "seed@commontrace.dev", "seeds@commontrace.internal",
        ])
      #expect(try await count("SELECT count(*) FROM users WHERE NOT is_seed", database) >= 5)
      #expect(try await count("SELECT count(*) FROM tags", database) == 0)
      // The tables of traces require an extension, the table of users does not.
      #expect(try await count("SELECT count(*) FROM pg_tables WHERE tablename = 'traces'", database) == 0)
    }
  }

  @Test("has contributors, tags and curated traces, but no demo users or samples, in production")
  func production() async throws {
    try await TemporaryDatabase.with { database in
      let report = try await seed(database, environment: .production) { $0.allowsProduction = true }
      #expect(report.isSuccess)
      #expect(Set(report.leftOut) == ["transcripts", "shares", "sample-traces", "capacity-traces"])
      #expect(try await count("SELECT count(*) FROM users WHERE NOT is_seed", database) == 0)
      #expect(try await count("SELECT count(*) FROM users", database) == 3)
      let samples = try await count(
        """
        SELECT count(*) FROM traces WHERE contributor_id =
          (SELECT id FROM users WHERE email = 'seed@commontrace.dev')
        """, database)
      #expect(samples == 0)
      #expect(try await count("SELECT count(*) FROM traces", database) >= 225)
    }
  }

  @Test("has the same row IDs in every database")
  func sameIDs() async throws {
    func ids() async throws -> [String] {
      try await TemporaryDatabase.with { database in
        _ = try await seed(database)
        return try await database.withConnection { connection in
          try await connection.query(
            "SELECT id::text FROM users UNION SELECT id::text FROM tags UNION SELECT id::text FROM traces ORDER BY 1"
          ).map { try $0.decode(String.self) }
        }
      }
    }
    let first = try await ids()
    #expect(try await ids() == first)
  }

  @Test("is seeded except for a broken fixture and its dependents, and completed after the fix")
  func brokenFixture() async throws {
    try await TemporaryDatabase.with { database in
      let name = "Users/Fixtures/contributors.json"
      let good = try Catalog.fixtures.file(name).bytes
      let bad = String(decoding: good, as: UTF8.self).replacing("seeds@commontrace.internal", with: "Seeds")
      let broken = FixtureStore { file in
        file == name ? Array(bad.utf8) : try? Catalog.fixtures.file(file).bytes
      }
      let report = try await seed(database, fixtures: broken)
      let dependents: Set<SeederID> = [
        "transcripts", "shares", "curated-traces", "sample-traces", "embeddings",
      ]
      for entry in report.seeders {
        let expected: SeederReport.Outcome =
          entry.id == "users" ? .failed : dependents.contains(entry.id) ? .skipped : .seeded
        #expect(entry.outcome == expected, "\(entry.id)")
      }
      let fault = try #require(report.seeders[0].failure?.faults.first)
      #expect(fault.file == "Seeders/Users/Fixtures/contributors.json" && fault.record == 2)
      #expect(fault.field == "email" && fault.line == 3)
      let skipped = report.seeders.first { $0.id == "curated-traces" }
      #expect(skipped?.note == "depends on 'users', which was not seeded")
      #expect(try await count("SELECT count(*) FROM users", database) == 0, "nothing of it was written")
      let mended = try await seed(database)
      for entry in mended.seeders {
        #expect(
          entry.outcome == (entry.id == "users" || dependents.contains(entry.id) ? .seeded : .unchanged))
      }
      #expect(try await count("SELECT count(*) FROM traces", database) >= 225 + 12)
    }
  }

  @Test("is seeded once by twenty concurrent runs")
  func twenty() async throws {
    try await TemporaryDatabase.with { database in
      let reports = try await withThrowingTaskGroup(of: SeedReport.self) { group in
        for _ in 0..<20 { group.addTask { try await seed(database) { $0.jobs = 2 } } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(reports.allSatisfy { $0.isSuccess })
      for id in ["users", "tags", "curated-traces", "sample-traces", "embeddings"] {
        let seeded = reports.flatMap(\.seeders).count { $0.id.rawValue == id && $0.outcome == .seeded }
        #expect(seeded == 1, "\(id)")
      }
      #expect(try await count("SELECT count(*) - count(DISTINCT title) FROM traces", database) == 0)
    }
  }
}
