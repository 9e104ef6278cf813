import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("init")
struct InitTests {
  private static let schema = """
    CREATE TABLE country (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE,
      name text NOT NULL, calling_code text);
    INSERT INTO country (code, name) VALUES ('NO', 'Norway'), ('SE', 'Sweden');
    CREATE TABLE bare (x int);
    """

  @Test("sets up a project and suggests tables; the second run writes nothing, and the suggestion works")
  func project() async throws {
    try await InitPlace.with(Self.schema + "CREATE TABLE users (email text PRIMARY KEY);") { place, _ in
      try FileManager.default.createDirectory(
        atPath: "\(place.folder.path)/.git", withIntermediateDirectories: false)
      let first = try await place.run("init")
      #expect(first.exitCode == 0, "\(first.errors)")
      #expect(
        first.output.hasPrefix(
          """
          created Config/default.json
          created Config/config.schema.json
          created Seeders/
          created .gitignore

          Next:
            Create a seeder from one of these tables, or from another of 3 tables, or from a file:

          """), "\(first.output)")
      #expect(
        InitPlace.commands(first.output) == [
          "\(SeedRunnerBinary.path) init --from country",
          "\(SeedRunnerBinary.path) init --from users",
        ])
      #expect(try place.read(".gitignore") == ".seed-runner/\n")
      #expect(try await place.run("config", "--brief").exitCode == 0)
      #expect(
        try await place.run("config", "--schema").output == place.read("Config/config.schema.json"))
      let before = try place.content
      let second = try await place.run("init")
      #expect(second.exitCode == 0)
      #expect(
        second.output.hasPrefix("kept Config/default.json\nkept Config/config.schema.json\nkept Seeders/\n\n")
      )
      #expect(try place.content == before)
      #expect(try await place.paste(second.output).exitCode == 0)
      #expect(try place.read("Seeders/country/seeder.json").contains(#""id": "country""#))
    }
  }

  @Test("creates a seeder from a table, keeps it at the second run, and its next steps succeed")
  func table() async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      let first = try await place.run("init", "--from", "country")
      #expect(first.exitCode == 0, "\(first.errors)")
      #expect(first.output.contains("created Seeders/country/country.json: 2 rows of country\n"))
      #expect(first.output.contains("created Seeders/country/seeder.json\n"))
      #expect(!first.output.contains(".gitignore"))
      let seeded = try await place.paste(first.output)
      #expect(seeded.exitCode == 0 && seeded.output.contains("country 2 unchanged"), "\(seeded.errors)")
      let before = try place.content
      let second = try await place.run("init", "--from", "country")
      #expect(second.exitCode == 0, "\(second.errors)")
      #expect(!second.output.contains("created"))
      #expect(second.output.contains("kept Seeders/country/country.json\nkept Seeders/country/seeder.json\n"))
      #expect(try place.content == before)
      #expect(try await place.paste(second.output).exitCode == 0)
      let rest = try await place.run("init")
      #expect(InitPlace.commands(rest.output) == ["\(SeedRunnerBinary.path) plan country"])
    }
  }

  @Test(
    "creates a seeder from a file of each format, by the columns and the key of its table",
    arguments: [
      ("country.csv", "code,name\nDK,Denmark\n"),
      ("country.csv", "\u{FEFF}Name;Code;Calling-Code\r\nDenmark;DK;0045\r\n"),
      ("country.json", #"[{"name": "Denmark", "code": "DK"}]"#),
      ("country.jsonl", "{\"code\": \"DK\", \"name\": \"Denmark\"}\n"),
      ("Country.ndjson", "{\"code\": \"DK\", \"name\": \"Denmark\"}\n"),
    ])
  func formats(file: String, text: String) async throws {
    try await InitPlace.with(Self.schema) { place, database in
      try place.write(text, to: "my data/\(file)")
      let end = try await place.run("init", "--from", "my data/\(file)")
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(end.output.contains("created Seeders/country/\(file): 1 record copied from my data/\(file)\n"))
      #expect(end.output.contains("created Seeders/country/seeder.json: table country, key code\n"))
      #expect(try place.read("Seeders/country/\(file)") == place.read("my data/\(file)"))
      let seeded = try await place.paste(end.output)
      #expect(seeded.exitCode == 0 && seeded.output.contains("country 1 inserted"), "\(seeded.errors)")
      let name = try await database.withConnection { connection in
        try await connection.queryOne("SELECT name FROM country WHERE code = 'DK'").decode(String.self)
      }
      #expect(name == "Denmark")
    }
  }

  @Test("suggests the statement for a table that does not exist; it works", arguments: ["csv", "json"])
  func newTable(ending: String) async throws {
    try await InitPlace.with { place, _ in
      let texts = [
        "csv": "Order,Full Name,user\n1,it's,x\n2,b,\n",
        "json": #"[{"Order": 1, "Full Name": "a", "user": null}, {"Order": 2, "ok": true, "Tags": ["x"]}]"#,
      ]
      try place.write(texts[ending] ?? "", to: "2 things.\(ending)")
      let end = try await place.run(
        "init", "--from", "2 things.\(ending)", "--id", "things", "--table", "Things")
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(end.errors.contains("note: the key is the first field, because the table does not exist"))
      #expect(end.output.contains(#"CREATE TABLE "Things" ("order" "#))
      let seeded = try await place.paste(end.output)
      #expect(
        seeded.exitCode == 0 && seeded.output.contains("2 inserted"), "\(seeded.output)\(seeded.errors)")
    }
  }

  @Test("tells which fields have no column, and chooses the key that the file has")
  func fields() async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      try place.write("id,code,Nmae,Name,extra\n7,DK,x,Denmark,y\n", to: "c.csv")
      let end = try await place.run("init", "--from", "c.csv", "--table", "country", "--key", "Code,")
      #expect(end.exitCode == 64)
      let good = try await place.run("init", "--from", "c.csv", "--table", "country", "--key", "code")
      #expect(good.exitCode == 0, "\(good.errors)")
      #expect(good.errors.contains("which are ignored: 'Nmae', 'extra'"))
      #expect(try place.read("Seeders/c/seeder.json").contains(#""key": "code""#))
      #expect(try place.read("Seeders/c/seeder.json").contains(#""columns": {"name": "Name"}"#))
      #expect(try await place.paste(good.output).exitCode == 0)
      let own = try await place.run("init", "--from", "c.csv", "--table", "country", "--id", "d")
      #expect(own.output.contains("key id\n"), "the primary key")
    }
  }

  @Test("without a database leads to a first seeder in the embedded PostgreSQL")
  func embedded() async throws {
    try await TemporaryFolder.with { folder in
      let place = InitPlace(folder: folder, url: nil)
      let first = try await place.run("init")
      #expect(first.output.contains("No database is configured."))
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/.seed-runner"))
      let created = try await place.paste(first.output)
      #expect(created.exitCode == 0, "\(created.errors)")
      #expect(created.errors.contains("note: the key is the first field"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/.seed-runner"))
      let seeded = try await place.paste(created.output)
      #expect(seeded.output.contains("seeded  nations  nations 2 inserted"), "\(seeded.errors)")
      #expect(try await place.run("db", "destroy", "--yes").exitCode == 0)
    }
  }

  @Test("with a database that cannot be reached creates a seeder from a file, and says so")
  func unreachable() async throws {
    try await TemporaryFolder.with { folder in
      let place = InitPlace(folder: folder, url: "postgresql://x@127.0.0.1:1/x")
      let empty = try await place.run("init")
      #expect(empty.exitCode == 0)
      #expect(empty.errors.contains("note: the database cannot be reached: "))
      try place.write("Code,Name\nNO,Norway\n", to: "country.csv")
      let end = try await place.run("init", "--from", "country.csv")
      #expect(end.exitCode == 0)
      #expect(end.errors.contains("note: the key is the first field, because the table is not known"))
      let definition = try place.read("Seeders/country/seeder.json")
      #expect(definition.contains(#""columns": {"code": "Code", "name": "Name"}"#), "\(definition)")
      #expect(end.output.contains("\(SeedRunnerBinary.path) doctor\n"))
      #expect(try place.read("Seeders/country/seeder.json").contains(#""key": "code""#))
    }
  }

  @Test("selects a seeder with the name of an option by --only, and carries the options that say where")
  func steps() async throws {
    try await InitPlace.with("CREATE TABLE jobs (id int PRIMARY KEY)") { place, database in
      let bare = InitPlace(folder: place.folder, url: nil)
      let end = try await bare.run(
        "init", "--from", "jobs", "--project-path", "app", "--database-url", database.url, "--env", "dev")
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(end.output.contains("created app/Seeders/jobs/jobs.json: 0 rows of jobs\n"))
      #expect(end.output.contains("--only jobs --env dev --project-path app"))
      if database.configuration.password == nil {
        #expect(try await bare.paste(end.output).exitCode == 0)
      }
    }
  }

  @Test("repeats no password")
  func password() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("code\nNO\n", to: "country.csv")
      let url = "postgresql://x:\(SeedRunnerBinary.canary)@127.0.0.1:1/x"
      for words in [["init"], ["init", "--from", "country.csv"]] {
        let end = try await SeedRunnerBinary.start(words + ["--database-url", url], directory: folder.path)
          .wait()
        #expect(end.exitCode == 0)
        #expect(end.output.contains("Set DATABASE_URL to the value of --database-url"), "\(end.output)")
        #expect(!(end.output + end.errors).contains(SeedRunnerBinary.canary))
      }
    }
  }

  @Test("prints JSON")
  func json() async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      let end = try await place.run("init", "--from", "country", "--format", "json")
      let text = end.output.filter { !$0.isWhitespace }
      #expect(
        text.contains(#""created":["Config/default.json","Config/config.schema.json","Seeders/country"#))
      #expect(text.contains(#""kept":[],"next":[{"commands":["#) && text.contains(#""seeder":"country""#))
    }
  }

  @Test("speaks of the application that it is part of")
  func application() async throws {
    try await InitPlace.with(Self.schema) { place, database in
      let program = URL(filePath: SeedRunnerBinary.path).deletingLastPathComponent()
        .appending(path: "bookshop-seeds").path
      let end = try await ChildProcess.start(
        program, ["init", "--from", "country"],
        environment: ["PATH": "/usr/bin:/bin", "SEED_ENV": "test", "DATABASE_URL": database.url],
        directory: place.folder.path
      ).wait()
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(try place.read("Config/default.json").contains("'bookshop-seeds config'"))
      #expect(try place.read("Config/config.schema.json").contains("discount"))
      #expect(InitPlace.commands(end.output).last == "\(program) --country")
      #expect(try await place.paste(end.output).exitCode == 0)
    }
  }
}
