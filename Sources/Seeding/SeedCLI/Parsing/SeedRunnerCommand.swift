/// The command line of a program such as `seed-runner`.
enum SeedRunnerCommand {
  /// The default name, which descriptions and examples also use.
  static let name = "seed-runner"
  /// One line about what the program does.
  static let abstract = "Fill a PostgreSQL database with known data, repeatably and safely."

  /// Builds the program's command with all subcommands. Each seeder becomes a flag of the program.
  ///
  /// A seeder with the name of an option has no flag, but `--only` and `--except` accept it.
  ///
  /// - Throws: `CommandFailure` if two commands or two options have the same name.
  static func spec(
    name: String = name, abstract: String = abstract, seeders: [(name: String, summary: String)],
    modules: [CommandModule]
  ) throws(CommandFailure) -> CommandSpec {
    let names = seeders.map(\.name)
    var root = program
    root.abstract = abstract
    root.subcommands =
      [
        initialize, list, status, plan(seeders: names), verify(seeders: names, modules), lint(seeders: names),
        reset(seeders: names), ci(seeders: names, modules), ciLocal(seeders: names, modules), template, why,
        export, generate, new,
      ] + modules.flatMap(\.commands).map(\.spec) + [
        doctor(modules), explain(modules.errorCodes), config, migrate, db, scaleOut, completions, man, help,
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

  /// The long names of options, including `no-…`. No seeder can have one as its flag.
  static func reservedNames(_ options: [OptionSpec]) -> Set<String> {
    Set(options.flatMap { $0.isNegatable ? [$0.name, "no-\($0.name)"] : [$0.name] })
  }

  private static func check(_ kind: String, _ names: [String]) throws(CommandFailure) {
    var known: Set<String> = []
    for name in names where !known.insert(name).inserted {
      throw CommandFailure(
        code: .internalFault, message: "duplicate \(kind) '\(name)'",
        fix: "rename the one in the module")
    }
  }

  /// The program without the parts that depend on the seeders.
  private static let program = CommandSpec(
    name: name, abstract: abstract,
    discussion: """
      A run applies pending migrations, then runs the selected seeders and their dependencies. A seeder \
      inserts missing rows, updates rows that differ and leaves equal rows untouched. Each seeder is one \
      transaction. If one fails, the others still run.

      Without a database URL, an embedded PostgreSQL is started. It keeps its data in the project's \
      .seed-runner folder.
      """,
    usage: [
      "--all [--except NAME,... | --SEEDER...] [OPTIONS]", "--SEEDER... [OPTIONS]", "COMMAND [OPTIONS]",
    ],
    examples: [
      .init(summary: "Set up a project, then follow its next steps", line: "seed-runner init"),
      .init(summary: "Create a seeder from a file", line: "seed-runner new cities --from cities.csv"),
      .init(summary: "Seed everything", line: "seed-runner --all"),
      .init(summary: "Show what a run would change", line: "seed-runner plan"),
      .init(summary: "Check the setup and suggest fixes", line: "seed-runner doctor"),
      .init(
        summary: "Seed one seeder and its dependencies, for tests",
        line: "seed-runner --only users --env test"),
      .init(
        summary: "Seed another database and print the result as JSON",
        line: "DATABASE_URL=postgresql://me@db.example/app seed-runner --all --format json"),
    ],
    variables: [
      .init(name: "CI", meaning: "If true, the environment is ci unless SEED_ENV or --env is set"),
      .init(name: "PG*", meaning: "PGHOST, PGPORT and libpq's other variables, if no database URL is given"),
      .init(name: "NO_COLOR", meaning: "Disables color if it is set and not empty"),
    ],
    exitCodes: [
      .init(name: "0", meaning: "Success"),
      .init(name: "1", meaning: "A seeder failed or was skipped, not only because of bad data or drift"),
      .init(name: "2", meaning: "Internal error"),
      .init(name: "3", meaning: "Drift or pending changes, or rows that \"onDrift\": \"fail\" rejected"),
      .init(name: "4", meaning: "The database cannot be reached or used, such as a read-only replica"),
      .init(name: "5", meaning: "Refused by a guard, such as the production guard"),
      .init(name: "64", meaning: "Invalid command line"),
      .init(name: "65", meaning: "Bad data in fixtures or definitions is the only cause of failure"),
      .init(name: "78", meaning: "Invalid configuration"),
      .init(name: "130, 143", meaning: "Ended by SIGINT or SIGTERM; open transactions are rolled back"),
    ])
}

// The commands for diagnosis and settings.

extension SeedRunnerCommand {
  static func doctor(_ modules: [CommandModule]) -> CommandSpec {
    let checks = modules.flatMap(\.doctorChecks)
    let topics =
      [
        "the configuration", "reachability of the server", "TLS", "versions", "rights", "poolers",
        "migrations",
      ]
      + checks.filter(\.isConnected).compactMap(\.topic)
      + ["disk space", "clocks", "connections", "locks"]
      + checks.filter { !$0.isConnected }.compactMap(\.topic)
    return CommandSpec(
      name: "doctor", abstract: "Check everything that a run needs and suggest fixes",
      discussion: """
        Checks \(topics.dropLast().joined(separator: ", ")) and \(topics.last ?? ""). Changes nothing \
        and starts nothing. If a check fails, the checks that do not depend on it still run. Each check has a \
        time limit. Exits with 4 if a check fails, with 78 if the configuration is invalid, and with 0 if there \
        are only warnings.
        """,
      options: [
        OptionSpec(
          name: "older-than", value: .required(valueName: "SECONDS"), range: 0...86_400,
          summary: "Report transactions that have been open for longer", defaultText: "300")
      ] + Option.common,
      examples: [
        .init(summary: "Print the result as JSON", line: "seed-runner doctor --format json")
      ])
  }

  static let config = CommandSpec(
    name: "config", abstract: "Explain every setting: its value, source and allowed values",
    discussion: """
      Precedence: option, environment variable, Config/ENVIRONMENT.json, Config/default.json, built-in default. \
      Secrets are masked.
      """,
    options: [
      OptionSpec(name: "brief", summary: "Print one line for each setting"),
      OptionSpec(name: "schema", summary: "Print the JSON Schema of the configuration files"),
    ] + Option.common,
    rules: [.excludes(["schema"], ["brief"])],
    arguments: [
      ArgumentSpec(
        name: "SETTING", summary: "A setting ('seed.jobs'), a group ('seed') or a variable; all by default",
        isRequired: false, isRepeating: true)
    ],
    examples: [
      .init(
        summary: "Show the settings for continuous integration", line: "seed-runner config --env ci --brief")
    ])

  static let man = CommandSpec(
    name: "man", abstract: "Print the manual page",
    options: [Option.help],
    examples: [
      .init(summary: "Read the manual page", line: "seed-runner man | man -l -"),
      .init(
        summary: "Install it",
        line: "seed-runner man > /usr/local/share/man/man1/seed-runner.1"),
    ])
}
