extension SeedRunnerCommand {
  static let list = CommandSpec(
    name: "list", abstract: "List the seeders: environments, dependencies, summary",
    options: Option.common)

  static let status = CommandSpec(
    name: "status", abstract: "Show the last run of each seeder: outcome, time, rows",
    discussion: "Writes nothing, to no database. What it shows is in the history of the database.",
    options: [
      OptionSpec(
        name: "metrics",
        summary: "Write the last runs as Prometheus metrics, for the node exporter's textfile collector")
    ] + Option.common)

  static func lint(seeders: [String]) -> CommandSpec {
    CommandSpec(
      name: "lint", abstract: "Judge fixtures without a database: faults, filler, near-duplicates",
      discussion: """
        Reads the fixtures of the named seeders, or of all, as a run would, and then more strictly: lengths, \
        code blocks, tags, filler, and texts that say the same as others. Each finding names file, line, \
        record and field. Exit code 65 if there is any.
        """,
      options: [Option.fixturesPath] + Option.common(without: Option.databaseURL),
      arguments: [
        ArgumentSpec(
          name: "SEEDER", summary: "Whose fixtures; all without one", isRequired: false, isRepeating: true,
          completion: .values(seeders))
      ])
  }

  static func reset(seeders: [String]) -> CommandSpec {
    CommandSpec(
      name: "reset", abstract: "Remove the rows that seeders made and nobody edited; others stay",
      discussion: """
        Rows that somebody edited stay, so do rows that a seeder found and changed, and rows to which rows of \
        others refer; each is told. Name dependents too, and theirs go first. Generated data, which is owned as \
        a whole, goes as a whole.
        """,
      options: removal + Option.common,
      arguments: [
        ArgumentSpec(
          name: "SEEDER", summary: "Whose rows", isRepeating: true, completion: .values(seeders))
      ])
  }

  /// How a command that removes rows is confirmed.
  private static let removal = [
    Option.yes,
    OptionSpec(name: "allow-production", summary: Option.allowProduction.summary),
    OptionSpec(
      name: "confirm-database", value: .required(valueName: "NAME"),
      summary: "In production: the name of the database, instead of --yes"),
  ]

  static let migrate = CommandSpec(
    name: "migrate", abstract: "Apply and revert the migrations of the schema",
    options: Option.common,
    subcommands: [
      CommandSpec(
        name: "up", abstract: "Apply the migrations that are due",
        options: [Option.version("to", "The last version to apply", default: "the newest")] + Option.common),
      migrateDown,
      CommandSpec(
        name: "status", abstract: "Show which migrations are applied and which are due",
        options: Option.common),
      CommandSpec(
        name: "sql", abstract: "Print the migrations as SQL; nothing is run",
        options: [
          Option.version("from", "The lowest version to print", default: "the oldest"),
          Option.version("to", "The highest version to print", default: "the newest"),
          OptionSpec(name: "down", summary: "Print how to revert, from the highest to the lowest"),
        ] + Option.common,
        rules: [.ascends("from", "to")],
        examples: [
          .init(
            summary: "For somebody else to apply: all from version 4",
            line: "seed-runner migrate sql --from 4 > migrations.sql")
        ]),
    ],
    needsSubcommand: true)

  private static let migrateDown = CommandSpec(
    name: "down", abstract: "Revert the newest migrations, which removes tables with all their rows",
    options: [
      Option.version("to", "Revert all above this version", default: "see --steps"),
      OptionSpec(
        name: "steps", value: .required(valueName: "N"), range: 1...10_000,
        summary: "How many migrations to revert", defaultText: "1"),
    ] + removal + Option.common,
    rules: [.excludes(["to"], ["steps"])],
    examples: [
      .init(summary: "Revert the newest migration", line: "seed-runner migrate down"),
      .init(summary: "Revert all of them, unasked", line: "seed-runner migrate down --to 0 --yes"),
    ])

  static let db = CommandSpec(
    name: "db", abstract: "Start, stop and use the embedded PostgreSQL of the project",
    options: embedded,
    subcommands: [
      CommandSpec(
        name: "start", abstract: "Start it; the first time, make its data directory too",
        options: embedded),
      CommandSpec(name: "stop", abstract: "Stop it; its data stays", options: embedded),
      CommandSpec(
        name: "status", abstract: "Show whether it runs, its version, where its data is",
        options: embedded),
      CommandSpec(
        name: "url", abstract: "Print the URL by which other programs connect to it", options: embedded),
      CommandSpec(
        name: "psql", abstract: "Start it and open psql on it",
        options: Option.common(without: Option.databaseURL, Option.format),
        arguments: [
          ArgumentSpec(
            name: "ARGUMENT", summary: "What psql gets", isRequired: false, isRepeating: true,
            isPassedOn: true, completion: .file)
        ],
        examples: [
          .init(
            summary: "Run one statement", line: "seed-runner db psql -- -c 'SELECT count(*) FROM users'")
        ]),
      CommandSpec(
        name: "destroy", abstract: "Stop it and remove its data directory with all its data",
        options: [Option.yes] + embedded),
    ],
    needsSubcommand: true)

  /// `db` is about the embedded database and no other.
  private static let embedded = Option.common(without: Option.databaseURL)

  static let completions = CommandSpec(
    name: "completions", abstract: "Print what a shell needs to complete commands and options",
    options: [Option.help],
    arguments: [
      ArgumentSpec(
        name: "SHELL", summary: "bash, zsh or fish", completion: .values(["bash", "zsh", "fish"]))
    ],
    examples: [
      .init(summary: "bash, in ~/.bashrc", line: "source <(seed-runner completions bash)"),
      .init(summary: "zsh, in ~/.zshrc after compinit", line: "source <(seed-runner completions zsh)"),
      .init(
        summary: "fish", line: "seed-runner completions fish > ~/.config/fish/completions/seed-runner.fish"),
    ])

  static let help = CommandSpec(
    name: "help", abstract: "Show the help of the program or of a command",
    options: [Option.help],
    arguments: [
      ArgumentSpec(
        name: "COMMAND", summary: "The words that call the command", isRequired: false, isRepeating: true)
    ],
    examples: [.init(summary: "The help of 'migrate up'", line: "seed-runner help migrate up")])
}
