import SeedTesting
import Testing

@testable import SeedCLI

@Suite("A command line")
struct CommandLineParserTests {
  static let spec = SeedRunnerCommand.spec(
    seeders: [("users", "Users"), ("tags", "Tags"), ("sample-traces", "Traces")])

  private func parse(_ line: String) throws -> ParsedCommand {
    try CommandLineParser.parse(line.split(separator: " ").map(String.init), command: Self.spec)
  }

  @Test("is read with options in any place and spelling")
  func options() throws {
    for line in [
      "--users --jobs 3 --env test", "--jobs=3 --env=test --users", "-j3 -etest --users",
      "-j 3 -e test --users",
    ] {
      let command = try parse(line)
      #expect(
        command.has("users") && command.value(of: "jobs") == "3" && command.value(of: "env") == "test",
        "\(line)")
    }
    #expect(try parse("--sample_traces").has("sample-traces"))
    #expect(
      try parse("--only users,tags --only sample_traces").values(of: "only") == [
        "users", "tags", "sample-traces",
      ])
    #expect(try parse("--env test migrate up --to 2").path == ["migrate", "up"])
    #expect(try parse("migrate up --env test --to=2").integer("to") == 2)
    #expect(try parse("db psql -- -c --all").arguments == ["-c", "--all"])
    #expect(try parse("migrate up --help").isHelpRequested)
    #expect(try parse("help migrate up").path == ["migrate", "up"])
  }

  @Test(
    "that is wrong is answered with what is wrong and what may have been meant",
    arguments: [
      ("", "nothing was selected: use --all, or any of --users, --tags, --sample-traces"),
      ("--user", "unknown option '--user'. Did you mean '--users'?"),
      ("--sample-trace", "unknown option '--sample-trace'. Did you mean '--sample-traces'?"),
      ("users", "unknown command 'users'. Did you mean '--users'?"),
      ("statsu", "unknown command 'statsu'. Did you mean 'status'?"),
      ("migrate", "which one? Expected one of up, down, status, sql"),
      ("migrate sidewards", "unknown command 'sidewards'"),
      ("--all --users", "'--all' and '--users' contradict each other"),
      ("--all --only tags", "'--all' and '--only' contradict each other"),
      ("--except tags", "'--except' goes with '--all'"),
      (
        "--only tag",
        "'tag' is not a value of '--only'; expected one of users, tags, sample-traces; did you mean 'tags'?"
      ),
      ("--all --jobs", "'--jobs' needs a value: --jobs N"),
      ("--all --jobs --quiet", "'--jobs' needs a value: --jobs N"),
      ("--all --jobs 1 --jobs 2", "'--jobs' was given more than once"),
      ("--all=yes", "'--all' takes no value"),
      ("--all --format yaml", "'yaml' is not a value of '--format'; expected one of text, json"),
      (
        "--all --env prod",
        "'prod' is not a value of '--env'; expected one of dev, test, ci, ci-local, production"
      ),
      ("list --jobs 2", "unknown option '--jobs'"), ("list extra", "unexpected argument 'extra'"),
      ("completions", "the argument bash|zsh|fish is missing"), ("-x", "unknown option '-x'"),
      ("migrate down --to 1 --steps 2", "'--to' and '--steps' contradict each other"),
    ])
  func wrong(line: String, expected: String) {
    let error = #expect(throws: UsageError.self) { try parse(line) }
    #expect(error.map(UsageErrorFormatter.message) == expected)
  }

  @Test("has help for every command that fits the width", arguments: [40, 80, 120])
  func help(width: Int) {
    func paths(_ spec: CommandSpec, _ path: [String]) -> [[String]] {
      [path] + spec.subcommands.flatMap { paths($0, path + [$0.name]) }
    }
    for path in paths(Self.spec, []) {
      let text = HelpFormatter(width: width).text(for: path, in: Self.spec)
      #expect(text.contains("Usage: seed-runner"))
      let examples = text.firstRange(of: "Examples:\n")?.lowerBound ?? text.endIndex
      let long = text[..<examples].split(separator: "\n").filter { $0.count > max(width, 60) }
      #expect(long.isEmpty, "\(path): \(long)")
    }
  }

  @Test("is completed by bash")
  func bash() async throws {
    let script = CompletionScript(shell: .bash).text(for: Self.spec)
    func complete(_ words: String...) async throws -> [String] {
      let list = words.map { "'\($0)'" }.joined(separator: " ")
      let program = """
        \(script)
        COMP_WORDS=(seed-runner \(list)); COMP_CWORD=\(words.count); _seed_runner; printf '%s\\n' "${COMPREPLY[@]}"
        """
      let end = try await ChildProcess.start(
        "/bin/bash", ["-c", program], environment: ["PATH": "/usr/bin:/bin"]
      )
      .wait(timeout: .seconds(30))
      #expect(end.errors.isEmpty, "\(end.errors)")
      return end.output.split(separator: "\n").map(String.init)
    }
    #expect(try await complete("--sam") == ["--sample-traces"])
    #expect(try await complete("mig") == ["migrate"])
    #expect(try await complete("migrate", "").starts(with: ["up", "down", "status", "sql"]))
    #expect(try await complete("--env", "c") == ["ci", "ci-local"])
    #expect(try await complete("--only", "t") == ["tags"])
    #expect(try await complete("db", "d") == ["destroy"])
  }
}
