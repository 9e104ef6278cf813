/// The command line of a program such as `seed-runner`, as a value.
enum SeedRunnerCommand {
  /// The program's name, which the texts of the commands have too.
  static let name = "seed-runner"
  /// What it does, in a line.
  static let abstract = "Fill a PostgreSQL database with known data, again and again, safely."

  /// The whole tree. Each seeder is a flag of the program itself.
  ///
  /// A seeder whose name is that of an option has no flag; `--only` and `--except` take it all the same.
  ///
  /// - Throws: `CommandFailure` if modules and program have a command or an option of the same name.
  static func spec(
    name: String = name, abstract: String = abstract, seeders: [(name: String, summary: String)],
    modules: [CommandModule]
  ) throws(CommandFailure) -> CommandSpec {
    let names = seeders.map(\.name)
    var root = program
    root.abstract = abstract
    root.subcommands =
      [
        list, status, plan(seeders: names), verify(seeders: names, modules), lint(seeders: names),
        reset(seeders: names), ci(seeders: names, modules), ciLocal(seeders: names, modules), template, why,
        export, new,
      ] + modules.flatMap(\.commands).map(\.spec) + [
        doctor(modules), config, migrate, db, completions, man, help,
      ]
    for module in modules {
      for (name, examples) in module.examples {
        guard let index = root.subcommands.firstIndex(where: { $0.name == name }) else { continue }
        root.subcommands[index].examples += examples
      }
    }
    let fixed = [Option.all] + Option.lists(of: names) + Option.run + Option.reports + Option.common
    let added = modules.runOptions
    try check("command", root.subcommands.map(\.name))
    try check("option", (fixed + added).map { "--\($0.name)" })
    let taken = reservedNames(root.tree.flatMap(\.command.options) + fixed + added + [Option.version])
    let flags = seeders.filter { !taken.contains($0.name) }
    root.options =
      [Option.all] + flags.map { OptionSpec(name: $0.name, summary: $0.summary, group: .seeders) }
      + Option.lists(of: names) + Option.run + added.filter { $0.group == .run } + Option.reports
      + added.filter { $0.group != .run } + Option.common + [Option.version]
    let chosen = flags.map(\.name) + ["only"]
    root.rules = [
      .excludes(["only"], ["except"]),
      .requires("except", "all"),
      .excludes(chosen, ["except"]),
      .selects(["all"] + chosen),
    ]
    return root.renamed(to: name)
  }

  /// The long names that options have already, `no-…` among them: no seeder can have them as its flag.
  static func reservedNames(_ options: [OptionSpec]) -> Set<String> {
    Set(options.flatMap { $0.isNegatable ? [$0.name, "no-\($0.name)"] : [$0.name] })
  }

  private static func check(_ kind: String, _ names: [String]) throws(CommandFailure) {
    var known: Set<String> = []
    for name in names where !known.insert(name).inserted {
      throw CommandFailure(
        code: .internalFault, message: "two of the program's modules have the \(kind) '\(name)'",
        fix: "rename one of them")
    }
  }

  /// The program without what depends on the seeders.
  private static let program = CommandSpec(
    name: name, abstract: abstract,
    discussion: """
      A run makes the rows of the database equal to those of the selected seeders and of the seeders that \
      they depend on: missing rows are inserted, differing rows updated, equal rows not touched. Each \
      seeder is one transaction; when one fails, the others are seeded all the same. Migrations that are \
      due are applied first.

      Without a database given, an embedded PostgreSQL starts by itself and keeps its data in the \
      project's .seed-runner folder.
      """,
    usage: [
      "--all [--except NAME,... | --SEEDER...] [OPTIONS]", "--SEEDER... [OPTIONS]", "COMMAND [OPTIONS]",
    ],
    examples: [
      .init(summary: "Seed everything, into the embedded PostgreSQL", line: "seed-runner --all"),
      .init(
        summary: "Seed one seeder and what it depends on, for the tests",
        line: "seed-runner --only users --env test"),
      .init(
        summary: "Seed another database, and tell a program about it",
        line: "DATABASE_URL=postgresql://me@db.example/app seed-runner --all --format json"),
    ],
    variables: [
      .init(name: "CI", meaning: "true: the environment is ci unless something else says otherwise"),
      .init(name: "PG*", meaning: "PGHOST, PGPORT and the rest of libpq's, if no database URL is given"),
      .init(name: "NO_COLOR", meaning: "If it is set and not empty, no colours"),
    ],
    exitCodes: [
      .init(name: "0", meaning: "All that was asked for is done"),
      .init(name: "1", meaning: "A seeder failed for another reason than wrong data or drift alone"),
      .init(name: "2", meaning: "Internal fault"),
      .init(name: "3", meaning: "Drift or pending changes; edited rows that \"onDrift\": \"fail\" refused"),
      .init(name: "4", meaning: "The database is not reachable or not usable, such as a replica"),
      .init(name: "5", meaning: "Refused by a guard, such as production's"),
      .init(name: "64", meaning: "Wrong usage of the command line"),
      .init(name: "65", meaning: "Wrong data, in fixtures or definitions, is the only cause of failure"),
      .init(name: "78", meaning: "Bad configuration"),
      .init(name: "130, 143", meaning: "Ended by SIGINT or SIGTERM; what was under way is rolled back"),
    ])
}

// The commands for operation: what can be wrong.

extension SeedRunnerCommand {
  static func doctor(_ modules: [CommandModule]) -> CommandSpec {
    let checks = modules.flatMap(\.doctorChecks)
    let topics =
      ["the configuration", "the way to the server", "TLS", "versions", "rights", "poolers", "migrations"]
      + checks.filter(\.isConnected).compactMap(\.topic)
      + ["disk space", "clocks", "connections", "locks"]
      + checks.filter { !$0.isConnected }.compactMap(\.topic)
    return CommandSpec(
      name: "doctor", abstract: "Check everything that a run needs, with a remedy for each failure",
      discussion: """
        Looks at \(topics.dropLast().joined(separator: ", ")) and \(topics.last ?? ""). Changes nothing \
        and starts nothing. Checks that do not depend on one that failed are made all the same; each has a \
        time limit. Exit code 4 if a check fails, 78 if it is the configuration's, 0 with nothing but warnings.
        """,
      options: [
        OptionSpec(
          name: "older-than", value: .required(valueName: "SECONDS"), range: 0...86_400,
          summary: "Tell of transactions that have been open for longer", defaultText: "300")
      ] + Option.common,
      examples: [
        .init(summary: "What is wrong, for a program", line: "seed-runner doctor --format json")
      ])
  }

  static let config = CommandSpec(
    name: "config", abstract: "Explain every setting: its value, where that comes from, what it may be",
    discussion: """
      An option goes before an environment variable, that before the environment's file in the settings' \
      folder, that before default.json there, and that before what is built in. Secrets are masked.
      """,
    options: [
      OptionSpec(name: "brief", summary: "A line for each setting, without explanations"),
      OptionSpec(name: "schema", summary: "Print the JSON Schema of the settings' files, for editors"),
    ] + Option.common,
    rules: [.excludes(["schema"], ["brief"])],
    arguments: [
      ArgumentSpec(
        name: "SETTING", summary: "Which: 'seed.jobs', all of 'seed', or a variable; all without one",
        isRequired: false, isRepeating: true)
    ],
    examples: [
      .init(summary: "What is set for continuous integration", line: "seed-runner config --env ci --brief")
    ])

  static let man = CommandSpec(
    name: "man", abstract: "Print the manual page, made from what the help is made from",
    options: [Option.help],
    examples: [
      .init(summary: "Read it", line: "seed-runner man | man -l -"),
      .init(
        summary: "Install it, for 'man seed-runner'",
        line: "seed-runner man > /usr/local/share/man/man1/seed-runner.1"),
    ])
}
