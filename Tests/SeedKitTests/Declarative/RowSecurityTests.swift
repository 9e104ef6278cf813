import Postgres
import SeedKit
import SeedTesting
import Testing

/// Rows that a role without BYPASSRLS may not see or write.
struct RowSecurityCase: Sendable, CustomTestStringConvertible {
  let name: String
  var policies = "CREATE POLICY own ON t USING (owner = 'app') WITH CHECK (true)"
  let file: String
  let expected: String

  var testDescription: String { name }
}

@Suite("Row-level security")
struct RowSecurityTests {
  static let cases: [RowSecurityCase] = [
    RowSecurityCase(
      name: "hides the row with the key", file: "1,new,app", expected: "duplicate value for 't_pkey' of t"),
    RowSecurityCase(
      name: "hides a row with another unique value", file: "2,theirs,app",
      expected: "duplicate value for 't_a_key' of t"),
    RowSecurityCase(
      name: "rejects an inserted row", policies: "CREATE POLICY own ON t USING (owner = 'app')",
      file: "2,new,other", expected: "a row that violates a row-level security policy of t"),
    RowSecurityCase(
      name: "rejects all inserts", policies: "CREATE POLICY look ON t FOR SELECT USING (true)",
      file: "2,new,app", expected: "a row that violates a row-level security policy of t"),
    RowSecurityCase(
      name: "allows SELECT but not UPDATE of a row",
      policies:
        "CREATE POLICY look ON t FOR SELECT USING (true); CREATE POLICY own ON t USING (owner = 'app')",
      file: "1,new,other", expected: "row '1' is not written to t: row-level security rejects it"),
  ]

  @Test("is reported as the reason, with the record")
  func refused() async throws {
    try await DebianPostgres.with { server in
      try await PostgresConnection.with(server.configuration) {
        try await $0.runScript("CREATE ROLE app LOGIN")
      }
      for (number, example) in Self.cases.enumerated() {
        var owner = server.configuration
        try await PostgresConnection.with(owner) {
          try await $0.runScript("CREATE DATABASE secured_\(number)")
        }
        owner.database = "secured_\(number)"
        try await PostgresConnection.with(owner) { connection in
          try await connection.runScript(
            """
            GRANT CREATE ON DATABASE secured_\(number) TO app;
            CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE, owner text); INSERT INTO t VALUES (1, 'theirs', 'other');
            ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT ALL ON t TO app; \(example.policies)
            """)
        }
        var app = owner
        app.user = "app"
        let report = try await run(example, app)
        let faults = report.failure?.faults.map(\.description) ?? []
        #expect(report.failure?.cause == .data, "\(example.name): \(report.failure?.details ?? "no failure")")
        #expect(report.attempts == 1, "\(example.name)")
        #expect(faults.count == 1, "\(example.name): \(faults)")
        #expect(faults.first?.contains("t.csv:2: record 1") == true, "\(example.name): \(faults)")
        #expect(faults.first?.contains(example.expected) == true, "\(example.name): \(faults)")
        #expect(faults.first?.contains("row-level security") == true, "\(example.name): \(faults)")
      }
    }
  }

  @Test("is not reported if a privilege on the table is missing")
  func rights() async throws {
    try await DebianPostgres.with { server in
      try await PostgresConnection.with(server.configuration) { connection in
        try await connection.runScript(
          """
          CREATE ROLE app LOGIN; GRANT CREATE ON DATABASE postgres TO app;
          CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE, owner text); GRANT SELECT ON t TO app;
          ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY all_rows ON t USING (true)
          """)
      }
      var app = server.configuration
      app.user = "app"
      let example = RowSecurityCase(name: "rights", file: "1,a,app", expected: "")
      let failure = try #require(try await run(example, app).failure)
      #expect(failure.sqlState == "42501")
      #expect(failure.message.contains("permission denied for table t"), "\(failure.message)")
    }
  }

  @Test("fails only the seeder of a table whose schema the role may not use")
  func schema() async throws {
    try await DebianPostgres.with { server in
      try await PostgresConnection.with(server.configuration) { connection in
        try await connection.runScript(
          """
          CREATE ROLE app LOGIN; GRANT CREATE ON DATABASE postgres TO app;
          CREATE TABLE open (id int PRIMARY KEY); GRANT SELECT, INSERT, UPDATE ON open TO app;
          CREATE SCHEMA hidden; CREATE TABLE hidden.closed (id int PRIMARY KEY)
          """)
      }
      var app = server.configuration
      app.user = "app"
      let report = try await TemporaryFolder.with { folder in
        try folder.write("id\n1\n", to: "rows.csv")
        let seeders = try [("a-hidden", "hidden.closed"), ("b-open", "open")].map { id, table in
          try folder.write(
            #"{id: "\#(id)", summary: "s", tables: [{table: "\#(table)", files: "rows.csv", key: "id"}]}"#,
            to: "seeder.json")
          return try DeclarativeSeeder(directory: folder.path)
        }
        let plan = try SeedPlan(registry: SeederRegistry(seeders), selection: .all(), environment: .test)
        return try await SeedRunner(plan: plan, configuration: app, fixtures: FixtureStore(files: [:])).run()
      }
      #expect(report.seeders.map(\.outcome) == [.failed, .seeded])
    }
  }

  private func run(
    _ example: RowSecurityCase, _ configuration: PostgresConfiguration
  ) async throws -> SeederReport {
    try await TemporaryFolder.with { folder in
      try folder.write(
        #"{id: "secured", summary: "s", tables: [{table: "t", files: "t.csv", key: "id"}]}"#,
        to: "seeder.json")
      try folder.write("id,a,owner\n\(example.file)\n", to: "t.csv")
      let seeder = try DeclarativeSeeder(directory: folder.path)
      let plan = try SeedPlan(registry: SeederRegistry([seeder]), selection: .all(), environment: .test)
      let report = try await SeedRunner(
        plan: plan, configuration: configuration, fixtures: FixtureStore(files: [:])
      ).run()
      return try #require(report.seeders.first)
    }
  }
}
