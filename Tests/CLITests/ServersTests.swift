import Postgres
import SeedTesting
import Testing

@Suite("Other servers")
struct ServersTests {
  @Test("pgbouncer in transaction mode: seeded, then unchanged, then by twenty concurrent processes")
  func pgbouncer() async throws {
    try await TemporaryDatabase.with { database in
      try await PgBouncer.with(database: database) { configuration, url in
        let first = try await SeedRunnerBinary.run("--all", url: url)
        #expect(first.exitCode == 0, "\(first.errors)")
        let results = try await withThrowingTaskGroup(of: SeedRunnerBinary.Result.self) { group in
          for _ in 0..<20 { group.addTask { try await SeedRunnerBinary.run("--all", url: url) } }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        for result in results {
          #expect(result.exitCode == 0, "\(result.errors)")
          #expect(result.output.contains(" unchanged") && !result.output.contains(" seeded"))
        }
      }
    }
  }

  @Test("PostgreSQL without pgvector: an error with a fix, exit code 1, and no table that needs it")
  func withoutPgvector() async throws {
    try await DebianPostgres.with { server in
      let result = try await SeedRunnerBinary.run("--all", url: server.url)
      #expect(result.exitCode == 1)
      #expect((result.output + result.errors).contains("postgresql-\(server.major)-pgvector"))
      let connection = try await PostgresConnection.connect(server.configuration)
      let tables = try await connection.queryOne(
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'trace%'"
      ).decode(Int.self)
      #expect(tables == 0)
      await connection.close()
    }
  }
}
