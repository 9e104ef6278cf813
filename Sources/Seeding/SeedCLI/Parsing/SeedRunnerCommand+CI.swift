// The commands for CI pipelines.

extension SeedRunnerCommand {
  static func ci(seeders: [String], _ modules: [CommandModule]) -> CommandSpec {
    CommandSpec(
      name: "ci", abstract: "Wait for the database, migrate, seed, verify and report",
      discussion: """
        Waits for the database, applies pending migrations, runs the seeders that --all selects, and compares \
        every row with the fixtures. Transient errors are retried. Reports are written even if the job fails. \
        The environment is ci unless SEED_ENV or --env is set.

        In GitHub Actions, errors in fixtures are annotated at their lines, and a table is added to the step \
        summary.

        With --clone-from each job gets a separate database. The first job seeds a template, and the others \
        copy it. A template is valid for one fingerprint of the seeded data. If the data changes, a new \
        template is created.
        """,
      options: run(seeders: seeders) + [
        OptionSpec(
          name: "clone-from", value: .required(valueName: "NAME"),
          summary:
            "Create the job's database from the template NAME_FINGERPRINT, and the template if it does not "
            + "exist; requires CREATEDB"),
        replace("With --clone-from: drop the job's database first if it exists"),
      ] + Option.reports + options(of: modules) + Option.common,
      rules: [.requires("replace", "clone-from")],
      examples: [
        .init(
          summary: "Seed and write reports",
          line: "seed-runner ci --report-json seed.json --report-junit seed.xml"),
        .init(
          summary: "Give each of several jobs a seeded database",
          line: "DATABASE_URL=postgresql://ci@db/job_$N seed-runner ci --clone-from seeded"),
      ],
      exitCodes: codes)
  }

  static func ciLocal(seeders: [String], _ modules: [CommandModule]) -> CommandSpec {
    CommandSpec(
      name: "ci-local", abstract: "Run the ci job on the embedded PostgreSQL",
      discussion: """
        Does what 'ci' does, on a developer's machine: in the environment ci-local and the database \
        seed_ci_local of the embedded PostgreSQL, which is started if necessary. DATABASE_URL and the PG* \
        variables are ignored, and the development database is not touched.
        """,
      options: run(seeders: seeders) + [
        replace("Drop the database first, to start with an empty one as ci does")
      ] + Option.reports + options(of: modules)
        + Option.common(without: Option.databaseURL, Option.environment),
      examples: [
        .init(summary: "Start from an empty database, as ci does", line: "seed-runner ci-local --replace")
      ],
      exitCodes: codes)
  }

  /// Manages the templates of `ci --clone-from`.
  static let template = CommandSpec(
    name: "template", abstract: "List and drop the databases that 'ci --clone-from' copies",
    options: Option.common,
    subcommands: [
      CommandSpec(
        name: "list", abstract: "List the templates of a name with their size, age and state",
        options: Option.common, arguments: [templateName]),
      CommandSpec(
        name: "drop", abstract: "Drop the outdated templates of a name",
        discussion: """
          Drops the templates whose fingerprint differs from the current one, and the leftovers of killed jobs. \
          A template that is being created is kept.
          """,
        options: [
          OptionSpec(name: "current", summary: "Also drop the current template"), Option.yes,
        ] + Option.common,
        arguments: [templateName],
        examples: [
          .init(summary: "Clean up in a nightly job", line: "seed-runner template drop seeded --env ci --yes")
        ]),
    ],
    needsSubcommand: true)

  private static let templateName = ArgumentSpec(
    name: "NAME", summary: "The name that was passed to --clone-from")

  private static func run(seeders: [String]) -> [OptionSpec] {
    Option.lists(of: seeders).filter { $0.name == "except" } + [
      Option.fixturesPath,
      OptionSpec(
        name: "database-wait", value: .required(valueName: "SECONDS"), range: 0...3600,
        summary: "How long to wait for the database to accept connections",
        defaultText: "the setting seed.retryBudget, 60 by default", group: .run),
    ] + Option.run.filter { ["jobs", "restamp"].contains($0.name) }
  }

  private static func options(of modules: [CommandModule]) -> [OptionSpec] {
    modules.flatMap(\.runOptions).filter(\.isForCI).map(\.option)
  }

  private static func replace(_ summary: String) -> OptionSpec {
    OptionSpec(name: "replace", summary: summary)
  }

  /// The exit codes whose meaning differs from the program's.
  private static let codes: [CommandSpec.Entry] = [
    .init(name: "0", meaning: "Everything was seeded and verified"),
    .init(name: "1", meaning: "A seeder failed, not only because of bad data or drift"),
    .init(
      name: "3", meaning: "The verification found differences, or drift was the only cause of failure"),
    .init(name: "4", meaning: "The database did not respond in time, or cannot be used"),
    .init(name: "5", meaning: "Refused by a guard, such as another environment's stamp"),
    .init(
      name: "64", meaning: "Invalid command line, or a report that cannot be written; nothing was started"),
    .init(
      name: "65", meaning: "Bad data was the only cause of failure; seeders that do not depend on it ran"),
    .init(name: "130, 143", meaning: "Ended by SIGINT or SIGTERM; reports are written"),
  ]
}
