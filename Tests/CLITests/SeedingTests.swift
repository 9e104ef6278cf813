import Postgres
import SeedTesting
import Testing

@Suite("Seeding from the command line")
struct SeedingTests {
  @Test("everything twice: the second run reports all rows as unchanged", arguments: [16, 18])
  func all(major: Int) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      let first = try await SeedRunnerBinary.run("--all", url: database.url)
      #expect(first.exitCode == 0, "\(first.errors)")
      let lines = first.output.split(separator: "\n").map(String.init)
      #expect(lines.contains { $0.hasPrefix("seeded") && $0.contains("traces 12 inserted") })
      let seeded = lines.count { $0.hasPrefix("seeded ") }
      #expect(lines.last?.hasPrefix("\(seeded) seeded in ") == true, "and nothing else: \(lines.last ?? "")")
      #expect(first.errors.contains("migrated trace-base 1 users_and_tags"))
      let second = try await SeedRunnerBinary.run("--all", url: database.url)
      #expect(second.exitCode == 0)
      #expect(second.output.contains("\n\(seeded) unchanged in "))
      #expect(try await traces(in: database) == 12)
    }
  }

  @Test("without pgvector: all seeders that do not need vectors")
  func withoutVectors() async throws {
    try await DebianPostgres.with { server in
      let first = try await SeedRunnerBinary.run("--all", url: server.url)
      #expect(first.exitCode == 1)
      for seeder in [
        "users", "tags", "tools", "schemas", "prompt-templates", "model-configs", "transcripts", "shares",
      ] {
        #expect(
          first.output.split(separator: "\n").contains { $0.hasPrefix("seeded  \(seeder) ") }, "\(seeder)")
      }
      for seeder in ["curated-traces", "sample-traces", "embeddings"] {
        #expect(
          first.output.split(separator: "\n").contains { $0.hasPrefix("failed  \(seeder) ") }, "\(seeder)")
      }
      #expect(first.output.contains("does not provide the extension 'vector'"))
      #expect(first.output.contains("postgresql-\(server.major)-pgvector"))
      let tools = try await SeedRunnerBinary.run("--tools", url: server.url)
      #expect(tools.exitCode == 0)
      let vectors = try await SeedRunnerBinary.run("--embeddings", url: server.url)
      #expect(vectors.exitCode != 0)
      let up = try await SeedRunnerBinary.run("migrate", "up", url: server.url)
      #expect(up.exitCode == 4)
      #expect(up.errors.contains("does not provide the extension 'vector'"))
    }
  }

  @Test("selected seeders in any spelling of the flag, and their dependencies")
  func some() async throws {
    try await TemporaryDatabase.with { database in
      let users = try await SeedRunnerBinary.run("--users", url: database.url)
      #expect(users.output.split(separator: "\n").count == 2)
      let traces = try await SeedRunnerBinary.run("--sample_traces", url: database.url)
      #expect(traces.output.contains("unchanged  users"))
      #expect(traces.output.contains("seeded     sample-traces"))
    }
  }

  @Test("with a JSON report that can be parsed")
  func json() async throws {
    try await TemporaryDatabase.with { database in
      let result = try await SeedRunnerBinary.run(
        "--only", "users,tags", "--format", "json", url: database.url)
      #expect(result.exitCode == 0)
      for text in [#""success" : true"#, #""outcome" : "seeded""#, #""environment" : "test""#, #""run_id""#] {
        #expect(result.output.contains(text), "\(text)")
      }
      let status = try await SeedRunnerBinary.run("status", url: database.url)
      #expect(status.output.contains(/sample-traces +never/))
      #expect(status.output.contains(/users +seeded/))
    }
  }

  @Test(
    "status --metrics: the last runs and the backlog of embeddings",
    arguments: [
      #"seed_runner_last_run_outcome{seeder="users",outcome="seeded"} 1"#,
      "# TYPE seed_runner_last_run_timestamp_seconds gauge", "commontrace_embedding_backlog 12",
    ])
  func metrics(line: String) async throws {
    try await TemporaryDatabase.with { database in
      _ = try await SeedRunnerBinary.run("--sample-traces", url: database.url)
      let status = try await SeedRunnerBinary.run("status", "--metrics", url: database.url)
      #expect(status.output.split(separator: "\n").contains { $0 == line })
    }
  }

  @Test("status --metrics: metrics of missing tables are omitted with a message")
  func metricsWithoutTables() async throws {
    try await TemporaryDatabase.with { database in
      let status = try await SeedRunnerBinary.run("status", "--metrics", url: database.url)
      #expect(status.exitCode == 0)
      #expect(status.errors.contains("some metrics are missing: relation"))
    }
  }

  @Test("by twenty concurrent processes: each row once, all succeed")
  func twenty() async throws {
    try await TemporaryDatabase.with { database in
      let results = try await withThrowingTaskGroup(of: SeedRunnerBinary.Result.self) { group in
        for _ in 0..<20 {
          group.addTask { try await SeedRunnerBinary.run("--all", "--jobs", "2", url: database.url) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.allSatisfy { $0.exitCode == 0 }, "\(results.filter { $0.exitCode != 0 }.map(\.errors))")
      let seeded = results.flatMap { $0.output.matches(of: /(?m)^seeded +([a-z-]+)/).map(\.output.1) }
      #expect(Set(seeded).count == seeded.count, "each seeder was seeded by one process")
      #expect(Set(seeded).isSuperset(of: ["users", "tags", "transcripts", "sample-traces"]))
      #expect(try await traces(in: database) == 12)
    }
  }

  @Test("killed at any time: no partial rows, no locks left, and the next run completes it")
  func killed() async throws {
    try await TemporaryDatabase.with { database in
      // No traces, the samples, the curated traces, or both.
      let curated = try await Self.curatedCount()
      let wholes = [0, 12, curated, curated + 12]
      // First an empty database, then one with the schema. Each kill comes a little later.
      for step in 0..<30 {
        let process = try SeedRunnerBinary.start(["--all"], url: database.url)
        try await Task.sleep(for: .milliseconds(step * 5))
        process.kill()
        _ = try await process.wait()
        let isWhole = try await database.withConnection { connection in
          let hasTables = try await connection.queryOne("SELECT to_regclass('traces') IS NOT NULL")
          guard try hasTables.decode(Bool.self) else { return true }
          return try await connection.withTransaction { connection in
            // The server may still be rolling back the work of the killed process.
            try await connection.query("LOCK TABLE traces, trace_tags IN SHARE MODE")
            let counts = try await connection.queryOne(
              "SELECT (SELECT count(*) FROM traces), (SELECT count(DISTINCT trace_id) FROM trace_tags)"
            ).decode(Int.self, Int.self)
            return counts.0 == counts.1 && wholes.contains(counts.0)
          }
        }
        #expect(isWhole, "after \(step * 5) ms")
        if step % 6 == 5 { try await empty(database) }
      }
      let result = try await SeedRunnerBinary.run("--all", url: database.url)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(try await traces(in: database) == 12)
    }
  }

  @Test("stopped by a signal: rolled back, exit code 143 or 130", arguments: [(15, 143), (2, 130)])
  func signals(signal: Int, code: Int) async throws {
    try await TemporaryDatabase.with { database in
      _ = try await SeedRunnerBinary.run("migrate", "up", url: database.url)
      try await database.withConnection { holder in
        try await holder.withTransaction { holder in
          try await holder.query("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
          let process = try SeedRunnerBinary.start(["--users"], url: database.url)
          try await Waiting.until(
            on: database,
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
          )
          process.signal(Int32(signal))
          let end = try await process.wait()
          #expect(end.exitCode == Int32(code), "\(end.errors)")
        }
      }
      #expect(try await SeedRunnerBinary.run("--users", url: database.url).exitCode == 0)
    }
  }

  private func traces(in database: TemporaryDatabase) async throws -> Int {
    try await database.withConnection { connection in
      try await connection.queryOne(
        """
        SELECT count(*) FROM traces WHERE is_seed
          AND contributor_id = (SELECT id FROM users WHERE email = 'seed@commontrace.dev')
        """
      ).decode(Int.self)
    }
  }

  private static func curatedCount() async throws -> Int {
    let report = try await SeedRunnerBinary.run("lint", "curated-traces")
    let row = try #require(report.output.split(separator: "\n").first { $0.hasPrefix("curated-traces") })
    return try #require(Int(row.split(separator: " ")[1]))
  }

  private func empty(_ database: TemporaryDatabase) async throws {
    try await database.withConnection { connection in
      let hasTables = try await connection.queryOne("SELECT to_regclass('traces') IS NOT NULL")
      guard try hasTables.decode(Bool.self) else { return }
      try await connection.query("DELETE FROM users")
      try await connection.query("DELETE FROM tags")
    }
  }
}

enum Waiting {
  /// Waits until a query returns true.
  static func until(on database: TemporaryDatabase, _ query: PostgresQuery) async throws {
    try await database.withConnection { connection in
      let deadline = ContinuousClock.now + .seconds(60)
      while ContinuousClock.now < deadline {
        if try await connection.queryOne(query).decode(Bool.self) { return }
        try await Task.sleep(for: .milliseconds(5))
      }
      Issue.record("it never became true: \(query)")
    }
  }
}
