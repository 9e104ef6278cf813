// The commands for pipelines.

extension SeedRunnerCommand {
  static func ci(seeders: [String], _ modules: [CommandModule]) -> CommandSpec {
    CommandSpec(
      name: "ci", abstract: "Wait for the database, migrate, seed everything, verify, report",
      discussion: """
        One command for a pipeline. Waits until the database answers, applies the migrations that are due, seeds \
        all that --all selects in the environment (ci unless SEED_ENV or --env says otherwise), with retries of \
        what can pass, compares every row with the fixtures, and ends with one exit code. The reports are \
        written whatever the outcome.

        In GitHub Actions, faults become annotations at their lines, and a table is appended to the step's \
        summary.

        With --clone-from the database is made for the job: the first job seeds a template, the others copy \
        it. The template belongs to the fingerprint of all that is seeded; when that changes, another one is \
        made.
        """,
      options: run(seeders: seeders) + [
        OptionSpec(
          name: "clone-from", value: .required(valueName: "NAME"),
          summary: "Make the job's database from the template NAME_FINGERPRINT, and that if it is not there; "
            + "the role needs CREATEDB"),
        replace("With --clone-from: drop the job's database first if it is there"),
      ] + Option.reports + options(of: modules) + Option.common,
      rules: [.requires("replace", "clone-from")],
      examples: [
        .init(
          summary: "With reports",
          line: "seed-runner ci --report-json seed.json --report-junit seed.xml"),
        .init(
          summary: "A seeded database for each of several jobs",
          line: "DATABASE_URL=postgresql://ci@db/job_$N seed-runner ci --clone-from seeded"),
      ],
      exitCodes: codes)
  }

  static func ciLocal(seeders: [String], _ modules: [CommandModule]) -> CommandSpec {
    CommandSpec(
      name: "ci-local", abstract: "The same on the embedded PostgreSQL, in a database of its own",
      discussion: """
        What 'ci' does, on a developer's machine: in the environment ci-local, in the database seed_ci_local of \
        the embedded PostgreSQL, which is started if it does not run. DATABASE_URL and the PG* variables are \
        not looked at, and the database that one works with is left alone.
        """,
      options: run(seeders: seeders) + [
        replace("Drop the database of ci-local first, since ci begins with an empty one")
      ] + Option.reports + options(of: modules)
        + Option.common(without: Option.databaseURL, Option.environment),
      examples: [
        .init(summary: "As in ci, from nothing", line: "seed-runner ci-local --replace")
      ],
      exitCodes: codes)
  }

  /// The templates that `ci --clone-from` made.
  static let template = CommandSpec(
    name: "template", abstract: "List and drop the databases that 'ci --clone-from' copies",
    options: Option.common,
    subcommands: [
      CommandSpec(
        name: "list", abstract: "List the templates of a name: size, age, whether it is the current one",
        options: Option.common, arguments: [templateName]),
      CommandSpec(
        name: "drop", abstract: "Drop the templates of a name that are not the current one",
        discussion: """
          Drops templates of other fingerprints than that of what would be seeded now, and what makers that \
          were killed left. One that is being made stays.
          """,
        options: [
          OptionSpec(name: "current", summary: "Drop the current one too"), Option.yes,
        ] + Option.common,
        arguments: [templateName],
        examples: [
          .init(summary: "In a nightly job", line: "seed-runner template drop seeded --env ci --yes")
        ]),
    ],
    needsSubcommand: true)

  private static let templateName = ArgumentSpec(name: "NAME", summary: "What --clone-from was given")

  private static func run(seeders: [String]) -> [OptionSpec] {
    Option.lists(of: seeders).filter { $0.name == "except" } + [
      Option.fixturesPath,
      OptionSpec(
        name: "database-wait", value: .required(valueName: "SECONDS"), range: 0...3600,
        summary: "How long to wait for a database that does not answer yet",
        defaultText: "the setting seed.retryBudget: 60 unless Config says otherwise", group: .run),
    ] + Option.run.filter { ["jobs", "restamp"].contains($0.name) }
  }

  private static func options(of modules: [CommandModule]) -> [OptionSpec] {
    modules.flatMap(\.runOptions).filter(\.isForCI).map(\.option)
  }

  private static func replace(_ summary: String) -> OptionSpec {
    OptionSpec(name: "replace", summary: summary)
  }

  /// Where they differ from the program's.
  private static let codes: [CommandSpec.Entry] = [
    .init(name: "0", meaning: "Everything was seeded and verified"),
    .init(name: "1", meaning: "A seeder failed, not for wrong data or drift alone"),
    .init(
      name: "3", meaning: "The verification found something else, or drift was the only cause of failure"),
    .init(name: "4", meaning: "The database never answered, or cannot be used"),
    .init(name: "5", meaning: "Refused by a guard, such as the stamp of another environment"),
    .init(name: "64", meaning: "Wrong usage, or a report that cannot be written; nothing was started"),
    .init(
      name: "65", meaning: "Wrong data was the only cause of failure; what does not depend on it is seeded"),
    .init(name: "130, 143", meaning: "Ended by SIGINT or SIGTERM; the reports are written"),
  ]
}
