import Testing

@testable import SeedCLI

@Suite("The command tree")
struct SeedRunnerCommandTests {
  @Test("has every command")
  func commands() {
    let paths = SampleCommand.spec.tree.map { $0.path.joined(separator: " ") }
    #expect(
      paths == [
        "", "init", "list", "status", "plan", "verify", "lint", "reset", "ci", "ci-local", "template",
        "template list", "template drop", "why", "export", "generate", "new", "worker", "worker status",
        "worker retry",
        "capacity",
        "capacity check", "moderator", "moderator list", "moderator add", "moderator remove", "doctor",
        "explain", "config", "migrate",
        "migrate up", "migrate down", "migrate status",
        "migrate sql", "db", "db start", "db stop", "db status", "db url", "db psql", "db destroy",
        "scale-out", "scale-out plan", "scale-out apply", "scale-out status", "scale-out undo", "completions",
        "man", "help",
      ])
  }

  @Test("takes a value for an option in every command or in none, as the parser requires")
  func consistency() {
    let options = SampleCommand.spec.tree.flatMap(\.command.options)
    for (name, same) in Dictionary(grouping: options, by: \.name) {
      #expect(Set(same.map { $0.valueName == nil }).count == 1, "--\(name)")
      #expect(Set(same.map(\.short)).count == 1, "--\(name)")
      #expect(Set(same.map(\.isNegatable)).count == 1, "--\(name)")
      #expect(Set(same.map(\.allowed)).count == 1, "--\(name)")
    }
    let letters = Dictionary(grouping: options.filter { $0.short != nil }, by: \.short)
    for (_, same) in letters { #expect(Set(same.map(\.name)).count == 1) }
  }

  @Test("checks a value before the name of a command by that command")
  func sharedName() throws {
    let spec = SampleCommand.spec
    #expect(
      try CommandLineParser.parse(["--from", "c.csv", "new", "x"], command: spec).value(of: "from") == "c.csv"
    )
    #expect(
      try CommandLineParser.parse(["--from", "4", "migrate", "sql"], command: spec).integer("from") == 4)
    for words in [["--from", "city", "migrate", "sql"], ["migrate", "sql", "--from", "city"]] {
      #expect(throws: UsageError.self) { try CommandLineParser.parse(words, command: spec) }
    }
  }

  @Test("has no duplicate options in a command, and only rules about existing options")
  func soundness() {
    for (path, command) in SampleCommand.spec.tree {
      let names = command.options.map(\.name)
      #expect(Set(names).count == names.count, "\(path)")
      let ruled: [String] = command.rules.flatMap { rule in
        switch rule {
        case .excludes(let some, let others): some + others
        case .requires(let one, let other), .ascends(let one, let other): [one, other]
        case .selects(let options): options
        }
      }
      #expect(Set(ruled).isSubset(of: names), "\(path)")
      #expect(command.arguments.isEmpty || command.subcommands.isEmpty, "\(path)")
      #expect(command.options.contains { $0.role == .help }, "\(path)")
    }
  }

  @Test(
    "gives no flag to a seeder whose name is that of an option, but allows selecting it by name",
    arguments: ["all", "steps", "debug", "no-debug", "version", "only", "help", "jobs"])
  func reservedName(name: String) throws {
    let spec = SampleCommand.make([(name, "A seeder"), ("tags", "Tags")])
    #expect(spec.options.filter { $0.group == .seeders }.map(\.name) == ["tags"])
    let parsed = try CommandLineParser.parse(["--only", name], command: spec)
    #expect(parsed.values(of: "only") == [name])
    #expect(
      try CommandLineParser.parse(["migrate", "down", "--steps", "2"], command: spec).integer("steps") == 2)
  }

  @Test("has valid examples")
  func examples() throws {
    for (path, command) in SampleCommand.spec.tree {
      for example in command.examples {
        // Simulate the shell: remove leading variables, redirections and process substitution <( ).
        let words = example.line.split(whereSeparator: { " ()".contains($0) }).map(String.init)
        let start = try #require(words.firstIndex(of: "seed-runner"), "\(example.line)")
        let arguments = words[(start + 1)...].prefix { $0 != ">" && $0 != "|" }
        let parsed = try CommandLineParser.parse(Array(arguments), command: SampleCommand.spec)
        #expect(parsed.path.starts(with: path) || parsed.isHelpRequested, "\(example.line)")
      }
    }
  }

  @Test("finds a command by its path")
  func path() {
    #expect(SampleCommand.spec.command(at: ["migrate", "up"])?.name == "up")
    #expect(SampleCommand.spec.command(at: [])?.name == "seed-runner")
    #expect(SampleCommand.spec.command(at: ["up"]) == nil)
  }
}
