import Testing

@testable import SeedCLI

@Suite("The error message for a wrong command line")
struct UsageErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let error: String
    var help: String?
    var command = ""

    init(_ line: String, _ error: String, help: String? = nil, command: String = "") {
      self.init(line.split(separator: " ").map(String.init), error, help: help, command: command)
    }

    init(_ arguments: [String], _ error: String, help: String? = nil, command: String = "") {
      self.arguments = arguments
      self.error = error
      self.help = help
      self.command = command
    }

    private var code: String {
      if error == "no seeders selected" { return "SR-103" }
      return error.hasSuffix("of '--only'") || error.hasSuffix("of '--except'") ? "SR-102" : "SR-101"
    }

    var text: String {
      let reference = "See 'seed-runner\(command.isEmpty ? "" : " " + command) --help'."
      return
        (["Error: \(error) [\(code)]"]
        + (help.map { ["Fix: \($0)"] } ?? []) + [reference]).joined(
          separator: "\n")
    }

    var testDescription: String { "\(arguments)" }
  }

  static let selectable =
    "add --all, --users, --tags, --sample-traces, --curated-traces, --capacity-traces or --only"

  static let selection = [
    Case("", "no seeders selected", help: selectable),
    Case("--env test", "no seeders selected", help: selectable),
    Case(
      "--all --users --except tags", "'--users' and '--except' cannot be combined",
      help: "omit '--users' or '--except'"),
    Case(
      "--only users --except tags", "'--only' and '--except' cannot be combined",
      help: "omit '--only' or '--except'"),
    Case("--except tags", "'--except' needs '--all'", help: "add '--all'"),
    Case("--users --except tags", "'--except' needs '--all'", help: "add '--all'"),
    Case("--only usres", "'usres' is not a value of '--only'", help: "Did you mean 'users'?"),
    Case(
      "--all --except users,sample_trace", "'sample_trace' is not a value of '--except'",
      help: "Did you mean 'sample-traces'?"),
    Case(
      "--only nobody", "'nobody' is not a value of '--only'",
      help: "choose users, tags, sample-traces, curated-traces or capacity-traces"),
    Case(["--only", " , "], "'--only' needs a value", help: "write '--only NAME,...'"),
  ]

  static let words = [
    Case("statsu", "unknown command 'statsu'", help: "Did you mean 'status'?"),
    Case("users", "unknown command 'users'", help: "Did you mean '--users'?"),
    Case("user", "unknown command 'user'", help: "Did you mean '--users'?"),
    Case("sample_traces", "unknown command 'sample_traces'", help: "Did you mean '--sample-traces'?"),
    Case("all", "unknown command 'all'", help: "Did you mean '--all'?"),
    Case("--users tags", "unknown command 'tags'", help: "Did you mean '--tags'?"),
    Case("migrat up", "unknown command 'migrat'", help: "Did you mean 'migrate'?"),
    Case("lsit", "unknown command 'lsit'", help: "Did you mean 'list'?"),
    Case("up", "unknown command 'up'", help: "Did you mean 'migrate up'?"),
    Case("psql", "unknown command 'psql'", help: "Did you mean 'db psql'?"),
    Case("migrat --help", "unknown command 'migrat'", help: "Did you mean 'migrate'?"),
    Case("help migrat", "unknown command 'migrat'", help: "Did you mean 'migrate'?"),
    Case(
      "help users", "unknown command 'users'",
      help: "use one of \(SampleCommand.names)"),
    Case(
      "frobnicate", "unknown command 'frobnicate'",
      help: "use one of \(SampleCommand.names)"),
    Case(
      "migrate", "'seed-runner migrate' needs a command", help: "add up, down, status or sql",
      command: "migrate"),
    Case(
      "migrate --to 3", "'seed-runner migrate' needs a command", help: "add up, down, status or sql",
      command: "migrate"),
    Case(
      "migrate sideways", "unknown command 'sideways'", help: "use one of up, down, status and sql",
      command: "migrate"),
    Case("migrate dwon", "unknown command 'dwon'", help: "Did you mean 'down'?", command: "migrate"),
    Case("list users", "unexpected argument 'users'", command: "list"),
    Case("migrate up 3", "unexpected argument '3'", command: "migrate up"),
    Case("-- --all", "unexpected argument '--all'"),
    Case(
      "completions", "'seed-runner completions' needs SHELL", help: "write 'seed-runner completions SHELL'",
      command: "completions"),
    Case(
      "completions zhs", "'zhs' is not a valid SHELL", help: "Did you mean 'zsh'?", command: "completions"),
    Case(
      "completions tcsh", "'tcsh' is not a valid SHELL", help: "choose bash, zsh or fish",
      command: "completions"),
    Case("completions bash zsh", "unexpected argument 'zsh'", command: "completions"),
    Case(
      "db psql -c x", "'-c' must follow '--'", help: "write 'seed-runner db psql -- -c' to pass it on",
      command: "db psql"),
    Case(
      "db psql app", "'app' must follow '--'", help: "write 'seed-runner db psql -- app' to pass it on",
      command: "db psql"),
  ]

  static let options = [
    Case("--user", "unknown option '--user'", help: "Did you mean '--users'?"),
    Case("--all --foramt json", "unknown option '--foramt'", help: "Did you mean '--format'?"),
    Case("--all --database x", "unknown option '--database'", help: "Did you mean '--database-url'?"),
    Case("--all --no-debgu", "unknown option '--no-debgu'", help: "Did you mean '--no-debug'?"),
    Case("--all --e test", "unknown option '--e'", help: "Did you mean '-e' or '--env'?"),
    Case("--all -env test", "unknown option '-env'", help: "Did you mean '--env'?"),
    Case("-users", "unknown option '-users'", help: "Did you mean '--users'?"),
    Case("--all -x", "unknown option '-x'"),
    Case("--all --xyzzy", "unknown option '--xyzzy'"),
    Case(
      "--stesp 2 migrate down", "unknown option '--stesp'", help: "Did you mean '--steps'?",
      command: "migrate down"),
    Case(
      "migrate up --jobs 2", "'--jobs' is not an option of 'seed-runner migrate up'",
      help: "use it with 'seed-runner', 'seed-runner ci' or 'seed-runner ci-local'", command: "migrate up"),
    Case(
      "--users list", "'--users' is not an option of 'seed-runner list'", help: "use it with 'seed-runner'",
      command: "list"),
    Case(
      "--all --to 3", "'--to' is not an option of 'seed-runner'",
      help: "use it with 'seed-runner migrate up', 'seed-runner migrate down' or 'seed-runner migrate sql'"
    ),
    Case(
      "db start --database-url x", "'--database-url' is not an option of 'seed-runner db start'",
      command: "db start"),
    Case("--no-users", "'--users' cannot be negated", help: "omit '--users' instead"),
    Case("--all --jobs", "'--jobs' needs a value", help: "write '--jobs N'"),
    Case("--all --jobs=", "'--jobs' needs a value", help: "write '--jobs N'"),
    Case(["--all", "--env", ""], "'--env' needs a value", help: "write '--env NAME'"),
    Case(
      "--jobs --all", "'--jobs' needs a value",
      help: "'--all' is read as an option. Write '--jobs N', or '--jobs=N' for a value that starts with '-'."),
    Case("--all --jobs -1", "'-1' is not a value of '--jobs'", help: "give a whole number from 1 to 64"),
    Case(
      "--all --jobs many", "'many' is not a value of '--jobs'", help: "give a whole number from 1 to 64"),
    Case("--all -j65", "'65' is not a value of '--jobs'", help: "give a whole number from 1 to 64"),
    Case(
      "migrate up --to 1.5", "'1.5' is not a value of '--to'", help: "give a whole number from 0",
      command: "migrate up"),
    Case("--all=yes", "'--all' takes no value"),
    Case("--all --no-debug=1", "'--no-debug' takes no value"),
    Case("--all -q=1", "'-q' takes no value"),
    Case("--help=migrate", "'--help' takes no value"),
    Case("--all --env dev -e test", "'--env' is given more than once"),
    Case(
      "--all --debug --no-debug", "'--debug' and '--no-debug' cannot be combined",
      help: "omit '--debug' or '--no-debug'"),
    Case("--all --format yaml", "'yaml' is not a value of '--format'", help: "choose text or json"),
    Case(
      "--all --env prod", "'prod' is not a value of '--env'",
      help: "choose dev, test, ci, ci-local or production"),
    Case(
      "migrate down --to 3 --steps 2", "'--to' and '--steps' cannot be combined",
      help: "omit '--to' or '--steps'", command: "migrate down"),
    Case(
      "migrate sql --from 5 --to 4", "'--from' is above '--to'",
      help: "make '--from' at most as large as '--to'",
      command: "migrate sql"),
    Case("--xyzzy --jobs 0 --all --users", "unknown option '--xyzzy'"),
  ]

  @Test("names the problem and the fix", arguments: selection + words + options)
  func text(expected: Case) {
    #expect(SampleCommand.complaint(about: expected.arguments) == expected.text)
  }

  @Test(
    "never repeats what may be a password",
    arguments: [
      ["postgresql://u:canary@h/d"], ["--databse-url=postgresql://u:canary@h/d"],
      ["--all", "--debug=canary"], ["--all", "--postgresql://u:canary@h/d"],
      ["--all", "--jobs", "postgresql://u:canary@h/d"], ["--only", "postgresql://u:canary@h/d"],
      ["list", "host=h password=canary"], ["completions", "postgres://u:canary@h/d"],
      ["--all", "--env", "--database-url=postgresql://u:canary@h/d"],
      ["--all", "--database-url", "postgresql://u:canary@h/d", "--database-url=postgresql://u:canary@h/d"],
      ["--database-url", "postgresql://u:canary@h/d", "db", "start"],
      ["db", "psql", "postgresql://u:canary@h/d"],
    ])
  func secrets(arguments: [String]) throws {
    let text = try #require(SampleCommand.complaint(about: arguments))
    #expect(!text.contains("canary"))
    let error = #expect(throws: UsageError.self) {
      try CommandLineParser.parse(arguments, command: SampleCommand.spec)
    }
    #expect(!String(reflecting: error).contains("canary"))
  }

  @Test("escapes control characters")
  func controlCharacters() {
    let text = SampleCommand.complaint(about: ["\u{1B}[31mred\n"])
    #expect(text?.hasPrefix(#"Error: unknown command '\u{1B}[31mred\u{A}' [SR-101]"# + "\n") == true)
  }

  @Test("says if there are no seeders")
  func noSeeders() {
    let error = #expect(throws: UsageError.self) {
      try CommandLineParser.parse(["--only", "users"], command: SampleCommand.make([]))
    }
    #expect(error.flatMap { UsageErrorFormatter.help(for: $0) } == "choose nothing")
  }
}
