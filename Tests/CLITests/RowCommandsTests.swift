import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("The commands on rows: plan, verify, why, reset, export, new")
struct RowCommandsTests {
  private func run(_ arguments: String..., on database: TemporaryDatabase) async throws
    -> SeedRunnerBinary.Result
  {
    let process = try SeedRunnerBinary.start(arguments, url: database.url)
    let end = try await process.wait()
    return SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
  }

  private func sql(_ statement: PostgresQuery, on database: TemporaryDatabase) async throws {
    try await database.withConnection { try await $0.query(statement) }
  }

  @Test("plan shows the changes for an empty database and leaves it empty")
  func planOnEmpty() async throws {
    try await TemporaryDatabase.with { database in
      let plan = try await run("plan", "tools", "--check", on: database)
      #expect(plan.exitCode == 3, "\(plan.errors)")
      #expect(plan.output.contains("change  tools  tools 18 to insert"))
      #expect(plan.output.contains("migrate  trace-base 1 users_and_tags"))
      let tables = try await database.withConnection { connection in
        try await connection.queryOne(
          "SELECT count(*) FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_|^information_schema$')"
        ).decode(Int.self)
      }
      #expect(tables == 0)
    }
  }

  @Test("an edited row is planned with both values, fails verify, and is overwritten by a run")
  func drift() async throws {
    try await TemporaryDatabase.with { database in
      #expect(try await run("--tools", on: database).exitCode == 0)
      #expect(try await run("plan", "tools", "--check", on: database).exitCode == 0)
      #expect(try await run("verify", "tools", on: database).exitCode == 0)
      try await sql("UPDATE tools SET description = 'mine' WHERE name = 'search_traces'", on: database)
      let plan = try await run("plan", "tools", on: database)
      #expect(plan.exitCode == 0)
      #expect(plan.output.contains("~ (drifted) tools 'search_traces'"))
      #expect(plan.output.contains("description: 'mine' → '"))
      let json = try await run("plan", "tools", "--format", "json", on: database)
      #expect(json.output.contains(#""old" : "mine""#) && json.output.contains(#""is_drift" : true"#))
      #expect(try await run("plan", "tools", "--check", on: database).exitCode == 3)
      let verify = try await run("verify", "tools", on: database)
      #expect(verify.exitCode == 3 && verify.output.contains("1 different, 1 drifted"))
      let why = try await run("why", "tools", "search_traces", on: database)
      #expect(why.exitCode == 0)
      #expect(why.output.contains("Seeders/Tools/tools.json, record 1"))
      #expect(why.output.contains("drifted: edited outside seed-runner"))
      let seeded = try await run("--tools", on: database)
      #expect(seeded.output.contains("tools 1 updated 17 unchanged"))
      #expect(seeded.errors.contains("1 row edited outside seed-runner, overwritten: 'search_traces'"))
      #expect(try await run("verify", "tools", on: database).exitCode == 0)
      #expect(try await run("why", "tools", "nobody's", on: database).exitCode == 3)
      #expect(try await run("why", "nowhere", "1", on: database).exitCode == 64)
    }
  }

  @Test(
    "commands without seeders fail and name the searched folders",
    arguments: [["--all"], ["plan"], ["verify"], ["ci"]])
  func noSeeders(words: [String]) async throws {
    try await SeederPlace.with { place in
      let end = try await place.run(words)
      #expect(end.exitCode == 64, "\(end.errors)")
      #expect(
        end.errors.contains(
          "Error: no seeders found in \(place.folder.path)/*/seeder.json, Seeders/*/seeder.json; "
            + "the built-in seeders are disabled [SR-103]"), "\(end.errors)")
      #expect(end.errors.contains("Fix: run it in the folder of the project, or name the folder"))
    }
  }

  @Test(
    "commands whose environment allows no seeder fail and name the seeders", arguments: [["--all"], ["ci"]])
  func noSeederForEnvironment(words: [String]) async throws {
    try await SeederPlace.with { place in
      try place.write(
        "s",
        """
        {"id": "s", "summary": "for tests", "environments": ["dev"],
         "tables": [{"table": "t", "files": "data.csv", "key": "id"}]}
        """)
      let end = try await place.run(words)
      #expect(end.exitCode == 64)
      #expect(
        end.errors.contains("Error: no seeder is selected in the environment 'test'; available: s [SR-103]"),
        "\(end.errors)")
    }
  }

  @Test("plan shows the edited and deleted rows that make a seeder fail")
  func planOfDrift() async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      func write(_ policy: String) throws {
        try place.write(
          "s",
          """
          {"id": "s", "summary": "for tests",
           "tables": [{"table": "t", "files": "data.csv", "key": "id", "onDrift": "\(policy)"}]}
          """, records: "id,name\n1,a\n2,b\n")
      }
      try write("fail")
      #expect(try await place.run("--s").exitCode == 0)
      try await place.sql("UPDATE t SET name = 'mine' WHERE id = 1")
      try await place.sql("DELETE FROM t WHERE id = 2")
      let failing = try await place.run("plan")
      #expect(failing.exitCode == 3)
      #expect(failing.output.contains("~ (drifted) t '1'"), "\(failing.output)")
      #expect(failing.output.contains("name: 'mine' → 'a'"))
      #expect(failing.output.contains("+ (deleted outside seed-runner) t '2'"))
      try write("keep")
      let kept = try await place.run("plan")
      #expect(kept.output.contains("= (drifted, kept) t '1'"), "\(kept.output)")
      #expect(kept.output.contains("= (deleted outside seed-runner, kept deleted) t '2'"))
      #expect(!kept.output.contains("NULL"))
      let verified = try await place.run("verify")
      #expect(verified.output.contains("1 drifted, 1 deleted outside seed-runner"), "\(verified.output)")
    }
  }

  @Test("plan --check fails for what a run would change, not for drift that it keeps")
  func checkOfDrift() async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      try place.write(
        "s",
        """
        {"id": "s", "summary": "for tests",
         "tables": [{"table": "t", "files": "data.csv", "key": "id", "onDrift": "keep"}]}
        """, records: "id,name\n1,a\n2,b\n3,c\n")
      #expect(try await place.run("--s").exitCode == 0)
      try await place.sql("UPDATE t SET name = 'mine' WHERE id = 1")
      try await place.sql("DELETE FROM t WHERE id = 2")
      let kept = try await place.run("plan", "--check")
      #expect(kept.exitCode == 0, "\(kept.output)")
      #expect(kept.output.hasPrefix("kept  s  t "), "\(kept.output)")
      #expect(
        kept.output.hasSuffix("nothing to do: 1 row matches the fixtures, 2 drifted rows kept\n"),
        "\(kept.output)")
      #expect(try await place.run("plan", "--format", "json").output.contains(#""pending" : false"#))
      #expect(try await place.run("verify").exitCode == 3)
      try await place.sql("DELETE FROM t WHERE id = 3")
      try await place.sql("DELETE FROM seed_runner.owned_row WHERE key = '3'")
      let due = try await place.run("plan", "--check")
      #expect(due.exitCode == 3 && due.output.hasPrefix("change"), "\(due.output)")
    }
  }

  @Test("plan counts the seeders that would fail")
  func planOfFailure() async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      try place.write("bad", table: "t", records: "id,name\nx,a\n")
      let plan = try await place.run("plan")
      #expect(
        plan.output.hasSuffix("0 to delete; 1 seeder would fail; nothing was written\n"), "\(plan.output)")
      #expect(plan.output.contains("fail  bad  1 error in the data [SR-306]\n"), "\(plan.output)")
      #expect(
        plan.output.contains("Fix: correct the error and run again; nothing of it was written."),
        "\(plan.output)")
    }
  }

  @Test("reset deletes rows that are neither edited nor referenced, and reports the others")
  func reset() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await run("--shares", on: database)
      try await sql(
        "UPDATE shares SET title = 'mine' WHERE slug = (SELECT min(slug) FROM shares)", on: database)
      try await sql(
        """
        INSERT INTO transcripts (slug, user_id, title, started_at)
        SELECT 'mine', id, 'mine', now() FROM users WHERE email = 'farid.haddad@example.org'
        """, on: database)
      let unasked = try await run("reset", "shares", on: database)
      #expect(unasked.exitCode == 5)
      let reset = try await run("reset", "shares", "transcripts", "users", "--yes", on: database)
      #expect(reset.exitCode == 0, "\(reset.errors)")
      #expect(reset.output.contains("shares: 1 row kept, edited outside seed-runner"))
      #expect(reset.output.contains("transcripts: 1 row kept, referenced by shares"))
      #expect(reset.output.contains("kept, referenced by transcripts"))
      let left = try await database.withConnection { connection in
        try await connection.queryOne(
          """
          SELECT (SELECT count(*) FROM shares), (SELECT count(*) FROM transcripts),
            (SELECT count(*) FROM transcript_messages), (SELECT count(*) FROM users)
          """
        ).decode(Int.self, Int.self, Int.self, Int.self)
      }
      #expect(left.0 == 1 && left.1 == 2 && left.3 <= 2)
      let again = try await run("--shares", on: database)
      #expect(again.exitCode == 0)
      #expect(again.output.contains("shares 23 inserted 1 updated"))
    }
  }

  @Test("export writes a seeder with references by natural key, whose run changes nothing")
  func export() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        _ = try await run("--shares", on: database)
        let output = "\(folder.path)/seeders/copied-shares"
        let exported = try await run(
          "export", "shares", "--key", "slug", "--id", "copied-shares", "-o", output, on: database)
        #expect(exported.exitCode == 0, "\(exported.errors)")
        let records = try String(contentsOfFile: "\(output)/shares.json", encoding: .utf8)
        #expect(records.contains(#""user": "amara.okafor@example.com""#))
        #expect(records.contains(#""transcript": ""#) && !records.contains("user_id"))
        let seeded = try await run(
          "--copied-shares", "--seeders-path", "\(folder.path)/seeders", on: database)
        #expect(seeded.output.contains("unchanged  copied-shares  shares 24 unchanged"), "\(seeded.output)")
        let twice = try await run("export", "shares", "--key", "slug", "-o", output, on: database)
        #expect(twice.exitCode == 5, "nothing is overwritten")
        let wrong = try await run("export", "shares", "--key", "title", "-o", output + "2", on: database)
        #expect(wrong.exitCode == 64)
      }
    }
  }

  @Test("new creates a seeder that is found and whose only fault is the missing table")
  func new() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        let path = "\(folder.path)/price-lists"
        #expect(
          try await run("new", "price-lists", "--table", "prices", "-o", path, on: database).exitCode == 0)
        try await sql("CREATE TABLE prices (name text PRIMARY KEY, price numeric)", on: database)
        try Data("name,price\nlist,1.50\n".utf8).write(to: URL(filePath: "\(path)/price-lists.csv"))
        let seeded = try await run("--price-lists", "--seeders-path", folder.path, on: database)
        #expect(seeded.output.contains("prices 1 inserted"), "\(seeded.output)\(seeded.errors)")
        #expect(try await run("new", "price-lists", "-o", path, on: database).exitCode == 5)
        #expect(try await run("new", "Price Lists", "-o", path, on: database).exitCode == 64)
        #expect(try await run("new", "users", "-o", path + "2", on: database).exitCode == 5)
      }
    }
  }

  @Test("a faulty seeder.json is reported with its line, and other commands work")
  func faultyDefinition() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        _ = try folder.write("{\n  \"id\": \"x\",\n  \"sumary\": \"y\"\n}\n", to: "seeder.json")
        let list = try await run("list", "--seeders-path", folder.path, on: database)
        #expect(list.exitCode == 0)
        #expect(list.output.contains("seeder.json:1: field 'summary'"))
        #expect(try await run("--help", "--seeders-path", folder.path, on: database).exitCode == 0)
      }
    }
  }
}
