import SeedKit

extension SeedRunnerCommand {
  static let list = CommandSpec(
    name: "list", abstract: "List the seeders with environments, dependencies and summary",
    options: Option.common)

  static let status = CommandSpec(
    name: "status", abstract: "Show the last run of each seeder: outcome, time, rows",
    discussion: "Reads the history in the database. Nothing is written.",
    options: [
      OptionSpec(
        name: "metrics",
        summary: "Print Prometheus metrics, for the textfile collector of the node exporter")
    ] + Option.common)

  static func lint(seeders: [String]) -> CommandSpec {
    CommandSpec(
      name: "lint", abstract: "Lint fixtures without a database",
      discussion: """
        Reads the fixtures as a run does, then checks lengths, code blocks, tags, filler and near-duplicates. \
        Each finding names the file, line, record and field. Exits with 65 if there are findings.
        """,
      options: [Option.fixturesPath] + Option.common(without: Option.databaseURL),
      arguments: [
        ArgumentSpec(
          name: "SEEDER", summary: "The seeders to lint; all by default", isRequired: false,
          isRepeating: true,
          completion: .values(seeders))
      ])
  }

  static func reset(seeders: [String]) -> CommandSpec {
    CommandSpec(
      name: "reset", abstract: "Delete the rows that seeders inserted",
      discussion: """
        Keeps and reports rows that were edited outside seed-runner, rows that existed before the seeder \
        changed them, and rows that other rows reference. If you also name dependents, their rows are deleted \
        first. Generated data is deleted as a whole.
        """,
      options: removal + Option.common,
      arguments: [
        ArgumentSpec(
          name: "SEEDER", summary: "The seeders whose rows are deleted", isRepeating: true,
          completion: .values(seeders))
      ])
  }

  /// The options that confirm a command that deletes rows.
  private static let removal = [
    Option.yes,
    OptionSpec(name: "allow-production", summary: Option.allowProduction.summary),
    OptionSpec(
      name: "confirm-database", value: .required(valueName: "NAME"),
      summary: "Confirm with the name of the database; required in production"),
  ]

  static let migrate = CommandSpec(
    name: "migrate", abstract: "Apply and revert migrations",
    options: Option.common,
    subcommands: [
      CommandSpec(
        name: "up", abstract: "Apply pending migrations",
        options: [Option.version("to", "The last version to apply", default: "the newest")] + Option.common),
      migrateDown,
      CommandSpec(
        name: "status", abstract: "Show which migrations are applied and which are pending",
        options: Option.common),
      CommandSpec(
        name: "sql", abstract: "Print migrations as SQL without running them",
        options: [
          Option.version("from", "The first version to print", default: "the oldest"),
          Option.version("to", "The last version to print", default: "the newest"),
          OptionSpec(name: "down", summary: "Print the statements that revert, newest first"),
        ] + Option.common,
        rules: [.ascends("from", "to")],
        examples: [
          .init(
            summary: "Print all migrations from version 4 for a DBA",
            line: "seed-runner migrate sql --from 4 > migrations.sql")
        ]),
    ],
    needsSubcommand: true)

  private static let migrateDown = CommandSpec(
    name: "down", abstract: "Revert the newest migrations; deletes their tables and rows",
    options: [
      Option.version("to", "Revert all migrations above this version", default: "see --steps"),
      OptionSpec(
        name: "steps", value: .required(valueName: "N"), range: 1...10_000,
        summary: "How many migrations to revert", defaultText: "1"),
    ] + removal + Option.common,
    rules: [.excludes(["to"], ["steps"])],
    examples: [
      .init(summary: "Revert the newest migration", line: "seed-runner migrate down"),
      .init(
        summary: "Revert all migrations without confirmation", line: "seed-runner migrate down --to 0 --yes"),
    ])

  static let db = CommandSpec(
    name: "db", abstract: "Manage the embedded PostgreSQL of the project",
    options: embedded,
    subcommands: [
      CommandSpec(
        name: "start", abstract: "Start the server; creates its data directory the first time",
        options: embedded),
      CommandSpec(name: "stop", abstract: "Stop the server; its data is kept", options: embedded),
      CommandSpec(
        name: "status", abstract: "Show whether the server is running, its version and its data directory",
        options: embedded),
      CommandSpec(
        name: "url", abstract: "Print the connection URL", options: embedded),
      CommandSpec(
        name: "psql", abstract: "Start the server and open psql",
        options: Option.common(without: Option.databaseURL, Option.format),
        arguments: [
          ArgumentSpec(
            name: "ARGUMENT", summary: "An argument of psql", isRequired: false, isRepeating: true,
            isPassedOn: true, completion: .file)
        ],
        examples: [
          .init(
            summary: "Run one statement", line: "seed-runner db psql -- -c 'SELECT count(*) FROM users'")
        ]),
      CommandSpec(
        name: "destroy", abstract: "Stop the server and delete its data directory",
        options: [Option.yes] + embedded),
    ],
    needsSubcommand: true)

  /// The options of `db`, which only works on the embedded database.
  private static let embedded = Option.common(without: Option.databaseURL)

  static func explain(_ codes: [ErrorCode]) -> CommandSpec {
    CommandSpec(
      name: "explain", abstract: "Explain an error code: its cause and its fix",
      options: [Option.help],
      arguments: [
        ArgumentSpec(
          name: "CODE", summary: "The code at the end of an error; without one, all codes are listed",
          isRequired: false, isRepeating: true, completion: .values(codes.map(\.id)))
      ],
      examples: [
        .init(summary: "Explain an error", line: "seed-runner explain SR-304"),
        .init(summary: "List all error codes", line: "seed-runner explain"),
      ])
  }

  static let completions = CommandSpec(
    name: "completions", abstract: "Print a completion script for bash, zsh or fish",
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
    name: "help", abstract: "Show help for the program or a command",
    options: [Option.help],
    arguments: [
      ArgumentSpec(
        name: "COMMAND", summary: "The words of the command", isRequired: false, isRepeating: true)
    ],
    examples: [.init(summary: "Show help for 'migrate up'", line: "seed-runner help migrate up")])
}
