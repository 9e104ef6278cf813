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
            Create a seeder from one of these tables, or from another of 3 tables:

          """), "\(first.output)")
      #expect(
        InitPlace.commands(first.output) == [
          "\(SeedRunnerBinary.path) export country",
          "\(SeedRunnerBinary.path) export users",
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
      #expect(try await place.run("--country", "--no-built-in").output.contains("country 2 unchanged"))
      let rest = try await place.run("init")
      #expect(InitPlace.commands(rest.output) == ["\(SeedRunnerBinary.path) plan country users"])
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
      #expect(created.errors.contains("guesses to review, marked 'check:' in"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/.seed-runner"))
      let seeded = try await place.paste(created.output)
      #expect(seeded.output.contains("seeded  nations  nations 2 inserted"), "\(seeded.errors)")
      #expect(try await place.run("db", "destroy", "--yes").exitCode == 0)
    }
  }

  @Test("says that the database cannot be reached")
  func unreachable() async throws {
    try await TemporaryFolder.with { folder in
      let place = InitPlace(folder: folder, url: "postgresql://x@127.0.0.1:1/x")
      let empty = try await place.run("init")
      #expect(empty.exitCode == 0)
      #expect(empty.errors.contains("note: the database cannot be reached: "))
      #expect(empty.output.contains("\(SeedRunnerBinary.path) doctor\n"))
    }
  }

  @Test("repeats no password")
  func password() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("code\nNO\n", to: "country.csv")
      let url = "postgresql://x:\(SeedRunnerBinary.canary)@127.0.0.1:1/x"
      for words in [["init"], ["new", "country", "--from", "country.csv"]] {
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
      let end = try await place.run("init", "--format", "json")
      let text = end.output.filter { !$0.isWhitespace }
      #expect(text.contains(#""created":["Config/default.json","Config/config.schema.json","Seeders/""#))
      #expect(text.contains(#""kept":[],"next":[{"commands":["#))
    }
  }

  @Test("speaks of the application that it is part of")
  func application() async throws {
    try await InitPlace.with(Self.schema) { place, database in
      let program = URL(filePath: SeedRunnerBinary.path).deletingLastPathComponent()
        .appending(path: "bookshop-seeds").path
      let end = try await ChildProcess.start(
        program, ["init"],
        environment: ["PATH": "/usr/bin:/bin", "SEED_ENV": "test", "DATABASE_URL": database.url],
        directory: place.folder.path
      ).wait()
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(try place.read("Config/default.json").contains("'bookshop-seeds config'"))
      #expect(try place.read("Config/config.schema.json").contains("discount"))
      #expect(InitPlace.commands(end.output) == ["\(program) export country"])
      #expect(try await place.paste(end.output).exitCode == 0)
    }
  }
}
