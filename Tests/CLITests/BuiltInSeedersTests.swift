import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("Built-in seeders in a project of one's own")
struct BuiltInSeedersTests {
  @Test(
    "a migration that collides with an application's table names --no-built-in",
    arguments: [["--all"], ["--users"], ["ci"], ["migrate", "up"]])
  func collision(words: [String]) async throws {
    try await SeederPlace.with("CREATE TABLE users (id int PRIMARY KEY)") { place in
      let report = "\(place.folder.path)/report.json"
      let options = words[0] == "migrate" ? [] : ["--report-json", report]
      let end = try await SeedRunnerBinary.start(words + options, url: place.database.url).wait()
      #expect(end.exitCode == 4, "\(end.errors)")
      #expect(end.errors.contains("relation \"users\" already exists"), "\(end.errors)")
      let fix =
        "Fix: leave out the built-in seeders with --no-built-in, or with \"seeders\": {\"builtIn\": false}"
      #expect(end.errors.contains(fix), "\(end.errors)")
      guard !options.isEmpty else { return }
      #expect(try String(contentsOfFile: report, encoding: .utf8).contains("leave out the built-in seeders"))
    }
  }

  @Test("seeders.builtIn leaves them out; a variable and a flag override it")
  func setting() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write(#"{"seeders": {"builtIn": false}}"#, to: "test.json")
      func list(_ words: String..., variables: [String: String] = [:]) async throws -> (Int32, String) {
        let process = try SeedRunnerBinary.start(
          ["list", "--config-path", folder.path] + words, variables: variables)
        let end = try await process.wait()
        return (end.exitCode, end.output + end.errors)
      }
      #expect(try await !list().1.contains("sample-traces"))
      #expect(try await list("--built-in").1.contains("sample-traces"))
      #expect(try await list(variables: ["SEED_BUILT_IN": "true"]).1.contains("sample-traces"))
      #expect(
        try await !list("--no-built-in", variables: ["SEED_BUILT_IN": "true"]).1.contains("sample-traces"))
      #expect(try await list("--env", "dev").1.contains("sample-traces"), "the file of another environment")
      let disabled = try await SeedRunnerBinary.run("--users", "--no-built-in")
      #expect(disabled.exitCode == 64)
      #expect(
        disabled.errors.contains("'--users' is a built-in seeder, and the built-in seeders are disabled"))
      let invalid = try await list(variables: ["SEED_BUILT_IN": "perhaps"])
      #expect(invalid.0 == 78 && invalid.1.contains("SEED_BUILT_IN: seeders.builtIn: found 'perhaps'"))
    }
  }

  @Test("init turns them off in a new project, so that ids and tables of the demo are free")
  func project() async throws {
    try await InitPlace.with("CREATE TABLE users (email text PRIMARY KEY)") { place, _ in
      #expect(try await place.run("init").exitCode == 0)
      let end = try await place.run("export", "users")
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(try place.read("Config/default.json").contains(#""builtIn": false"#))
      #expect(try await place.run("--users").exitCode == 0)
      let list = try await place.run("list")
      #expect(list.output.contains("users") && !list.output.contains("sample-traces"))
      #expect(try await place.run("list", "--built-in").output.contains("sample-traces"))
      #expect(try await place.run("--all").output.contains("unchanged  users"))
    }
  }
}
