import Testing

@testable import SeedCLI

@Suite("The command line parser")
struct CommandLineParserTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let line: String
    var path: [String] = []
    var options: [String: ParsedCommand.Given] = [:]
    var arguments: [String] = []

    var testDescription: String { line }
  }

  static let cases = [
    Case(line: "--all", options: ["all": .flag(true)]),
    Case(line: "--users --tags", options: ["users": .flag(true), "tags": .flag(true)]),
    Case(line: "--sample_traces", options: ["sample-traces": .flag(true)]),
    Case(line: "--all --all", options: ["all": .flag(true)]),
    Case(line: "--all --debug", options: ["all": .flag(true), "debug": .flag(true)]),
    Case(line: "--all --no-debug", options: ["all": .flag(true), "debug": .flag(false)]),
    Case(line: "--all --no_debug", options: ["all": .flag(true), "debug": .flag(false)]),
    Case(line: "--all --no-migrate", options: ["all": .flag(true), "no-migrate": .flag(true)]),
    Case(line: "--all --env test", options: ["all": .flag(true), "env": .values(["test"])]),
    Case(line: "--all --env=test", options: ["all": .flag(true), "env": .values(["test"])]),
    Case(line: "--all -e test", options: ["all": .flag(true), "env": .values(["test"])]),
    Case(line: "--all -etest", options: ["all": .flag(true), "env": .values(["test"])]),
    Case(line: "--all -e=test", options: ["all": .flag(true), "env": .values(["test"])]),
    Case(line: "--all --env ci_local", options: ["all": .flag(true), "env": .values(["ci-local"])]),
    Case(line: "--all -qj4", options: ["all": .flag(true), "quiet": .flag(true), "jobs": .values(["4"])]),
    Case(line: "--all -qj 08", options: ["all": .flag(true), "quiet": .flag(true), "jobs": .values(["8"])]),
    Case(line: "--only users,tags", options: ["only": .values(["users", "tags"])]),
    Case(line: "--only=users, --tags", options: ["only": .values(["users"]), "tags": .flag(true)]),
    Case(line: "--only users --only sample_traces", options: ["only": .values(["users", "sample-traces"])]),
    Case(line: "--all --except tags", options: ["all": .flag(true), "except": .values(["tags"])]),
    Case(
      line: "--all --database_url=postgresql://u@h/d?a=b",
      options: ["all": .flag(true), "database-url": .values(["postgresql://u@h/d?a=b"])]),
    Case(line: "--all --config-path -", options: ["all": .flag(true), "config-path": .values(["-"])]),
    Case(line: "--all --config-path=-x", options: ["all": .flag(true), "config-path": .values(["-x"])]),
    Case(line: "list", path: ["list"]),
    Case(line: "status --format json", path: ["status"], options: ["format": .values(["json"])]),
    Case(line: "--format json status", path: ["status"], options: ["format": .values(["json"])]),
    Case(line: "--steps 2 migrate down", path: ["migrate", "down"], options: ["steps": .values(["2"])]),
    Case(line: "migrate --steps 2 down", path: ["migrate", "down"], options: ["steps": .values(["2"])]),
    Case(line: "migrate down --steps 2", path: ["migrate", "down"], options: ["steps": .values(["2"])]),
    Case(
      line: "--env production migrate down --confirm-database app --allow-production",
      path: ["migrate", "down"],
      options: [
        "env": .values(["production"]), "confirm-database": .values(["app"]), "allow-production": .flag(true),
      ]),
    Case(
      line: "migrate sql --from 3 --to 3 --down", path: ["migrate", "sql"],
      options: ["from": .values(["3"]), "to": .values(["3"]), "down": .flag(true)]),
    Case(
      line: "--config-path list db url", path: ["db", "url"], options: ["config-path": .values(["list"])]),
    Case(line: "db psql", path: ["db", "psql"]),
    Case(
      line: "db psql -q -- -c --help -- x", path: ["db", "psql"], options: ["quiet": .flag(true)],
      arguments: ["-c", "--help", "--", "x"]),
    Case(line: "completions bash", path: ["completions"], arguments: ["bash"]),
    Case(line: "completions -- fish", path: ["completions"], arguments: ["fish"]),
  ]

  @Test("accepts options in every spelling and position", arguments: cases)
  func grammar(expected: Case) throws {
    let parsed = try SampleCommand.parse(expected.line)
    #expect(parsed.path == expected.path)
    #expect(parsed.options == expected.options)
    #expect(parsed.arguments == expected.arguments)
    #expect(!parsed.isHelpRequested && !parsed.isVersionRequested)
  }

  @Test(
    "gives help for the named command, even if other arguments are wrong",
    arguments: [
      ("--help", []), ("-h", []), ("help", []), ("-qh", []), ("--all --users --help", []),
      ("migrate up --help", ["migrate", "up"]), ("--help migrate up", ["migrate", "up"]),
      ("migrate -h up", ["migrate", "up"]), ("help migrate up", ["migrate", "up"]),
      ("migrate help up", ["migrate", "up"]), ("help migrate", ["migrate"]), ("help help", ["help"]),
      ("migrate --help", ["migrate"]), ("migrate up --bogus --help", ["migrate", "up"]),
      ("migrate up --to --help", ["migrate", "up"]), ("list extra --help", ["list"]),
      ("--steps x --help migrate down", ["migrate", "down"]), ("completions --help", ["completions"]),
      ("--version --help", []),
    ] as [(String, [String])])
  func help(line: String, path: [String]) throws {
    let parsed = try SampleCommand.parse(line)
    #expect(parsed.isHelpRequested)
    #expect(parsed.path == path)
  }

  @Test(
    "gives the version at any position", arguments: ["--version", "--all --version", "migrate --version"])
  func version(line: String) throws {
    let parsed = try SampleCommand.parse(line)
    #expect(parsed.isVersionRequested && !parsed.isHelpRequested)
  }

  @Test("passes --help on to psql after --")
  func passedOnHelp() throws {
    #expect(try !SampleCommand.parse("db psql -- --help").isHelpRequested)
  }

  @Test("returns the parsed options")
  func accessors() throws {
    let parsed = try SampleCommand.parse("--only users --only tags --no-debug --jobs 3")
    #expect(parsed.values(of: "only") == ["users", "tags"])
    #expect(parsed.value(of: "only") == "tags")
    #expect(parsed.integer("jobs") == 3)
    #expect(parsed.flag("debug") == false)
    #expect(!parsed.has("debug") && parsed.has("only") && !parsed.has("all"))
    #expect(parsed.flag("all") == nil && parsed.value(of: "env") == nil && parsed.values(of: "except") == [])
  }

  @Test("never includes values in descriptions")
  func secrets() throws {
    let parsed = try SampleCommand.parse("status --database-url postgresql://u:canary@h/d")
    var dumped = ""
    dump(parsed, to: &dumped)
    for text in ["\(parsed)", String(reflecting: parsed), dumped] {
      #expect(text.contains("status --database-url"))
      #expect(!text.contains("canary"))
    }
  }

  @Test("preserves empty and non-ASCII arguments")
  func rawArguments() throws {
    let parsed = try CommandLineParser.parse(
      ["db", "psql", "--", "", "Größe\n"], command: SampleCommand.spec)
    #expect(parsed.arguments == ["", "Größe\n"])
  }
}
