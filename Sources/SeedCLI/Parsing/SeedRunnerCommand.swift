import SeedKit

/// The commands and options of `seed-runner`.
enum SeedRunnerCommand {
  static let seederGroup = "What to seed"

  /// The program's specification: each seeder is a flag.
  static func spec(seeders: [(name: String, summary: String)]) -> CommandSpec {
    let names = seeders.map(\.name)
    let selection =
      [OptionSpec(name: "all", summary: "All seeders of the environment", group: seederGroup)]
      + seeders.map { OptionSpec(name: $0.name, summary: $0.summary, group: seederGroup) }
      + [
        OptionSpec(
          name: "only", value: .list("A,B"), summary: "The seeders of a list", group: seederGroup,
          completion: .none),
        OptionSpec(
          name: "except", value: .list("A,B"), summary: "With --all: but not these", group: seederGroup),
      ]
    let run = [
      OptionSpec(
        name: "jobs", short: "j", value: .required("N"),
        summary: "Seeders at the same time, 1 to 64 (default 4)",
        variable: "SEED_JOBS"),
      OptionSpec(
        name: "if-changed",
        summary: "Skip a seeder that is up to date by its history, without a look at its rows"),
      OptionSpec(name: "no-migrate", summary: "Do not apply migrations first"),
      OptionSpec(name: "allow-production", summary: "Say that production is meant"),
      OptionSpec(name: "restamp", summary: "Hand over a database that was stamped with another environment"),
    ]
    return CommandSpec(
      name: "seed-runner", summary: "Fills a PostgreSQL database with known data, again and again, safely.",
      discussion: """
        Makes the rows of the database equal to those of the seeders: inserts what is missing, updates what \
        differs, leaves equal rows alone. Each seeder is one transaction; one that fails is undone, and those \
        that do not depend on it are seeded all the same. Migrations that are due are applied first.

        Without a database given, an embedded PostgreSQL starts by itself and keeps its data in .seed-runner.
        """,
      options: selection + run + shared + [
        OptionSpec(name: "version", summary: "The version", group: commonGroup)
      ],
      subcommands: [list, status, config, migrate, database, completions],
      examples: [
        "seed-runner --all", "seed-runner --\(names.first ?? "users") --\(names.dropFirst().first ?? "tags")",
        "seed-runner --all --except \(names.last ?? "users") --format json",
        "DATABASE_URL=postgresql://me@localhost/app seed-runner --all",
      ])
  }

  private static let commonGroup = "Everywhere"

  private static let shared = [
    OptionSpec(
      name: "env", short: "e", value: .required("NAME"),
      summary: "What the database is for (default dev; ci if CI=true)",
      group: commonGroup, variable: "SEED_ENV", completion: .values(SeedEnvironment.allCases.map(\.rawValue))),
    OptionSpec(
      name: "database-url", value: .required("URL"),
      summary: "The database (default: PG* variables, else the embedded PostgreSQL)", group: commonGroup,
      variable: "DATABASE_URL"),
    OptionSpec(
      name: "format", value: .required("FORMAT"), summary: "text or json (default text)", group: commonGroup,
      completion: .values(["text", "json"])),
    OptionSpec(
      name: "config-path", value: .required("FOLDER"),
      summary: "Where the settings' files are (default Config)",
      group: commonGroup, completion: .directory),
    OptionSpec(
      name: "project-path", value: .required("FOLDER"),
      summary: "The project: Config and .seed-runner are in it (default: found from here upwards)",
      group: commonGroup, variable: "SEED_PROJECT_PATH", completion: .directory),
    OptionSpec(
      name: "debug", summary: "Tell which seeders are loaded, when each starts and ends, every error in full",
      group: commonGroup, variable: "SEED_DEBUG"),
    OptionSpec(
      name: "quiet", short: "q", summary: "No progress, only the answer and errors", group: commonGroup),
    OptionSpec(name: "help", short: "h", summary: "Help for the command", group: commonGroup),
  ]

  private static let list = CommandSpec(
    name: "list", summary: "The seeders: id, environments, dependencies, summary", options: shared)

  private static let status = CommandSpec(
    name: "status", summary: "The last recorded run of each seeder: outcome, time, rows",
    discussion: "A run that found nothing to do leaves no record, so this tells when the rows last changed.",
    options: shared)

  private static let config = CommandSpec(
    name: "config", summary: "Every setting: its value and where it comes from, secrets masked",
    options: shared)

  private static let yes = OptionSpec(name: "yes", summary: "Do not ask")

  private static let migrate = CommandSpec(
    name: "migrate", summary: "The schema: apply, revert, status, SQL to read", options: shared,
    subcommands: [
      CommandSpec(
        name: "up", summary: "Applies what is due, each migration in a transaction",
        options: [
          OptionSpec(name: "to", value: .required("VERSION"), summary: "The last version to apply")
        ] + shared),
      CommandSpec(
        name: "down", summary: "Reverts the newest migrations, which removes tables with all their rows",
        options: [
          OptionSpec(name: "steps", value: .required("N"), summary: "How many (default 1)"),
          OptionSpec(name: "to", value: .required("VERSION"), summary: "All above this version"), yes,
          OptionSpec(name: "allow-production", summary: "Say that production is meant"),
          OptionSpec(
            name: "confirm-database", value: .required("NAME"), summary: "In production: the database's name"),
        ] + shared),
      CommandSpec(name: "status", summary: "Where each migration stands; writes nothing", options: shared),
      CommandSpec(
        name: "sql", summary: "Prints the statements for psql and runs nothing",
        options: [
          OptionSpec(name: "from", value: .required("VERSION"), summary: "The first version (default 0)"),
          OptionSpec(name: "to", value: .required("VERSION"), summary: "The last version (default all)"),
          OptionSpec(name: "down", summary: "The way back"),
        ] + shared),
    ])

  private static let database = CommandSpec(
    name: "db", summary: "The embedded PostgreSQL of the project", options: shared,
    subcommands: [
      CommandSpec(name: "start", summary: "Starts it, and makes it first if need be", options: shared),
      CommandSpec(name: "stop", summary: "Stops it; the data stays", options: shared),
      CommandSpec(name: "status", summary: "Whether it runs, where, how large", options: shared),
      CommandSpec(name: "url", summary: "How other programs connect to it", options: shared),
      CommandSpec(
        name: "psql", summary: "Starts it and opens psql; what follows -- goes to psql", options: shared,
        arguments: "[-- ARGUMENTS]", examples: ["seed-runner db psql -- -c 'SELECT count(*) FROM traces'"]),
      CommandSpec(
        name: "destroy", summary: "Stops it and removes its data, after asking", options: [yes] + shared),
    ])

  private static let completions = CommandSpec(
    name: "completions", summary: "A completion script for a shell", options: shared,
    arguments: "bash|zsh|fish",
    examples: ["seed-runner completions bash > ~/.local/share/bash-completion/completions/seed-runner"])
}
