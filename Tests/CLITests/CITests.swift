import EmbeddedPostgres
import FoundationEssentials
import Glibc
import Postgres
import SeedTesting
import Testing

@Suite("ci")
struct CITests {
  private func run(
    _ reports: CIReports, _ arguments: [String], url: String?, variables: [String: String] = [:]
  ) async throws -> SeedRunnerBinary.Result {
    let process = try SeedRunnerBinary.start(
      ["ci"] + reports.options + arguments, url: url,
      variables: reports.variables.merging(variables) { $1 }, directory: reports.folder.path)
    let end = try await process.wait()
    return SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
  }

  @Test("seeds and verifies everything in the environment, and reports it everywhere")
  func passes() async throws {
    try await TemporaryDatabase.with { database in
      try await CIReports.with { reports in
        let result = try await run(reports, [], url: database.url, variables: ["SEED_ENV": ""])
        #expect(result.exitCode == 0, "\(result.errors)\(result.output)")
        try await reports.validate()
        let document = try reports.document()
        #expect(document.result == "passed" && document.exitCode == 0)
        #expect(document.steps.map(\.name) == ["connect", "migrate", "seed", "verify"])
        #expect(document.seeders.allSatisfy { $0.outcome == "seeded" && $0.attempts == 1 })
        #expect(
          document.seeder("users")?.files.map(\.path).contains("Seeders/Users/Fixtures/demo-users.json")
            == true)
        #expect(document.verifications.allSatisfy { $0.outcome == "passed" })
        #expect(
          document.seeders.allSatisfy { seeder in document.verifications.contains { $0.name == seeder.id } })
        #expect(!result.errors.contains("::error"))
        #expect(try reports.text(reports.summary).contains("| users | seeded | users 11 inserted |"))
        #expect(result.output.contains("passed in "))
        let stamp = try await database.withConnection { connection in
          try await connection.queryOne("SELECT name FROM seed_runner.environment").decode(String.self)
        }
        #expect(stamp == "ci", "which is the default of the command")
        let runs = try await database.withConnection { connection in
          try await connection.queryOne("SELECT array_agg(DISTINCT run_id::text) FROM seed_runner.history")
            .decode([String].self)
        }
        #expect(runs.count == 1)
        #expect(
          try reports.text(reports.json).contains(runs[0]),
          "the run's id leads from the report to the history")
      }
    }
  }

  @Test("bad data: exit code 65, an annotation at its line, no rows of that seeder, the others seeded")
  func wrongData() async throws {
    try await TemporaryDatabase.with { database in
      try await CIReports.with { reports in
        try await prepare(reports, database)
        let result = try await run(reports, Self.ownSeeders, url: database.url)
        #expect(result.exitCode == 65, "\(result.errors)")
        let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("::error") }
        #expect(lines.count == 1)
        #expect(
          lines.first?.hasPrefix(
            "::error file=Seeders/bad/people.csv,line=4,title=seed-runner%3A people::record 3") == true,
          "\(lines)")
        try await reports.validate()
        let document = try reports.document()
        #expect(document.exitCode == 65 && document.result == "failed")
        #expect(document.seeder("people")?.outcome == "failed")
        #expect(document.seeder("friends")?.outcome == "skipped", "it depends on people")
        #expect(document.seeder("places")?.outcome == "seeded")
        #expect(document.verifications.first { $0.name == "places" }?.outcome == "passed")
        #expect(document.verifications.first { $0.name == "people" }?.outcome == "skipped")
        #expect(try await count("people", database) == 0)
        #expect(try await count("places", database) == 2)
        #expect(try reports.text(reports.summary).contains("`Seeders/bad/people.csv`:4: record 3"))
        let junit = try reports.text(reports.junit)
        #expect(junit.contains(#"type="SR-306""#))
        #expect(junit.contains(#"<failure message="1 of 3 seeders failed: people""#))
        #expect(junit.contains("no differences; 2 not compared"))
        #expect(document.steps.map(\.outcome) == ["passed", "passed", "failed", "passed"])
      }
    }
  }

  @Test("if nothing was seeded, the step verify is skipped with the reason")
  func nothingVerified() async throws {
    try await TemporaryDatabase.with { database in
      try await CIReports.with { reports in
        try await prepare(reports, database)
        let result = try await run(reports, Self.ownSeeders + ["--except", "places"], url: database.url)
        #expect(result.exitCode == 65, "\(result.errors)")
        try await reports.validate()
        let document = try reports.document()
        #expect(document.steps.map(\.outcome) == ["passed", "passed", "failed", "skipped"])
        #expect(
          try reports.text(reports.junit).contains(#"<skipped message="nothing was verified: not seeded""#))
      }
    }
  }

  @Test("bad data and another failure: exit code 1, because correcting the data is not enough")
  func otherFailure() async throws {
    try await TemporaryDatabase.with { database in
      try await CIReports.with { reports in
        try await prepare(reports, database)
        try await database.withConnection { connection in
          try await connection.runScript(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no: 100%%, really' USING ERRCODE = '42501'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON places FOR EACH ROW EXECUTE FUNCTION refuse();
            """)
        }
        let result = try await run(reports, Self.ownSeeders, url: database.url)
        #expect(result.exitCode == 1)
        #expect(
          result.errors.contains(
            "::error title=seed-runner%3A places::42501 insufficient_privilege: no: 100%25, really"))
        try await reports.validate()
      }
    }
  }

  @Test("a row that differs from its fixture: exit code 3")
  func drift() async throws {
    try await TemporaryDatabase.with { database in
      try await CIReports.with { reports in
        try await prepare(reports, database)
        try reports.folder.write("id,name\n1,Ada\n2,Ben\n3,Cy\n", to: "Seeders/bad/people.csv")
        _ = try await SeedRunnerBinary.run(
          "migrate", "up", "--no-built-in", url: database.url, variables: ["SEED_ENV": "ci"])
        // The history is written after the rows.
        try await database.withConnection { connection in
          try await connection.runScript(
            """
            CREATE FUNCTION twist() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN UPDATE places SET name = name || '!'; RETURN NULL; END $$;
            CREATE TRIGGER twist AFTER INSERT ON seed_runner.history FOR EACH ROW WHEN (NEW.seeder = 'places')
            EXECUTE FUNCTION twist();
            """)
        }
        let result = try await run(reports, Self.ownSeeders, url: database.url)
        #expect(result.exitCode == 3, "\(result.errors)\(result.output)")
        #expect(result.errors.contains("::error title=seed-runner%3A verification of places::"))
        try await reports.validate()
      }
    }
  }

  @Test("a database that never starts: exit code 4, with every attempt in the reports")
  func neverComes() async throws {
    try await CIReports.with { reports in
      let url = "postgresql://nobody:\(SeedRunnerBinary.canary)@/none?host=\(reports.folder.path)"
      let result = try await run(reports, ["--database-wait", "1"], url: url)
      #expect(result.exitCode == 4)
      try await reports.validate()
      let document = try reports.document()
      #expect(document.exitCode == 4 && document.steps.map(\.outcome) == ["failed"])
      #expect(!document.retries.isEmpty && document.retries.allSatisfy { $0.subject == "connect" })
      #expect(
        document.seeders.allSatisfy { $0.outcome == "skipped" && $0.note?.hasPrefix("not run") == true })
      #expect(try reports.text(reports.summary).contains("### seed-runner ci: failed"))
      let texts =
        [result.output, result.errors]
        + [reports.json, reports.junit, reports.summary].map {
          (try? reports.text($0)) ?? SeedRunnerBinary.canary
        }
      #expect(texts.allSatisfy { !$0.contains(SeedRunnerBinary.canary) })
    }
  }

  @Test(
    "a report that cannot be written is rejected before a connection is opened",
    arguments: ["/nowhere/at/all.json", "/", "/dev/null"])
  func unwritable(path: String) async throws {
    try await TemporaryDatabase.with { database in
      let result = try await SeedRunnerBinary.run("ci", "--report-json", path, url: database.url)
      #expect(result.exitCode == 64)
      #expect(result.errors.contains("--report-json \(path) cannot be written: "))
      let schemas = try await database.withConnection { connection in
        try await connection.queryOne("SELECT count(*) FROM pg_namespace WHERE nspname = 'seed_runner'")
          .decode(Int.self)
      }
      #expect(schemas == 0)
    }
  }

  @Test("after an interruption the reports list finished and skipped seeders")
  func interrupted() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await SeedRunnerBinary.run("migrate", "up", url: database.url)
      try await CIReports.with { reports in
        try await database.withConnection { holder in
          try await holder.withTransaction { holder in
            try await holder.query("LOCK TABLE tools IN ACCESS EXCLUSIVE MODE")
            let process = try SeedRunnerBinary.start(
              ["ci"] + reports.options, url: database.url, variables: reports.variables)
            try await Waiting.until(
              on: database,
              "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            process.signal(15)
            let end = try await process.wait()
            #expect(end.exitCode == 143)
          }
        }
        try await reports.validate()
        let document = try reports.document()
        #expect(document.result == "interrupted" && document.exitCode == 143)
        #expect(document.seeder("tools")?.outcome == "skipped")
      }
    }
  }

  @Test(
    "ci-local: a separate database on the embedded server, ignoring DATABASE_URL; --replace drops it first"
  )
  func local() async throws {
    try await CIReports.with { reports in
      chmod(reports.folder.path, 0o755)
      func run(_ arguments: [String]) async throws -> ChildProcess.End {
        let variables = ["SEED_ENV": "dev", "CAPACITY_ROWS": "200", "SEED_PROJECT_PATH": reports.folder.path]
        return try await SeedRunnerBinary.start(
          arguments, url: "postgresql://nobody@nowhere/none", variables: variables
        )
        .wait()
      }
      let postgres = EmbeddedPostgres(EmbeddedPostgres.Settings(projectDirectory: reports.folder.path))
      var results: [(end: ChildProcess.End, inserted: Int)] = []
      let outcome: Result<Void, any Error>
      do {
        for options in [[], [], ["--replace"]] {
          let end = try await run(["ci-local"] + reports.options + options)
          results.append((end, try reports.document().totals.inserted))
        }
        outcome = .success(())
      } catch {
        outcome = .failure(error)
      }
      _ = try await postgres.destroy()
      try outcome.get()
      #expect(results.allSatisfy { $0.end.exitCode == 0 }, "\(results.map(\.end.errors))")
      #expect(
        results[0].inserted > 200 && results[1].inserted == 0 && results[2].inserted == results[0].inserted)
      #expect(try reports.text(reports.json).contains(#""name" : "seed_ci_local""#))
    }
  }

  @Test("--all writes the same reports")
  func all() async throws {
    try await TemporaryDatabase.with { database in
      try await CIReports.with { reports in
        let process = try SeedRunnerBinary.start(["--users"] + reports.options, url: database.url)
        #expect(try await process.wait().exitCode == 0)
        try await reports.validate()
        #expect(try reports.document().seeders.map(\.id) == ["users"])
      }
    }
  }

  private static let ownSeeders = ["--no-built-in", "--seeders-path", "Seeders"]

  /// Three declarative seeders: a valid one, one with a fault in line 4, and one that depends on it.
  private func prepare(_ reports: CIReports, _ database: TemporaryDatabase) async throws {
    for name in ["good", "bad", "dependent"] {
      try FileManager.default.createDirectory(
        atPath: "\(reports.folder.path)/Seeders/\(name)", withIntermediateDirectories: true)
    }
    func definition(_ id: String, dependencies: String = "[]") -> String {
      """
      {"id": "\(id)", "summary": "\(id)", "dependencies": \(dependencies),
       "tables": [{"table": "\(id)", "files": "\(id).csv", "key": "id"}]}
      """
    }
    try reports.folder.write(definition("places"), to: "Seeders/good/seeder.json")
    try reports.folder.write("id,name\n1,Here\n2,There\n", to: "Seeders/good/places.csv")
    try reports.folder.write(definition("people"), to: "Seeders/bad/seeder.json")
    try reports.folder.write("id,name\n1,Ada\n2,Ben\nthree,Cy\n", to: "Seeders/bad/people.csv")
    try reports.folder.write(
      definition("friends", dependencies: #"["people"]"#), to: "Seeders/dependent/seeder.json")
    try reports.folder.write("id,name\n1,Dee\n", to: "Seeders/dependent/friends.csv")
    try await database.withConnection { connection in
      for table in ["places", "people", "friends"] {
        try await connection.query(
          "CREATE TABLE \(unescaped: table) (id int PRIMARY KEY, name text NOT NULL)")
      }
    }
  }

  private func count(_ table: String, _ database: TemporaryDatabase) async throws -> Int {
    try await database.withConnection { connection in
      try await connection.queryOne("SELECT count(*) FROM \(unescaped: table)").decode(Int.self)
    }
  }
}
