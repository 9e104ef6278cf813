/// The command line of `seed-runner`, as a value.
enum SeedRunnerCommand {
  /// The program's name.
  static let name = "seed-runner"

  /// The whole tree. Each seeder is a flag of the program itself.
  ///
  /// A seeder whose name is one of ``reservedNames`` has no flag; `--only` and `--except` take it all the
  /// same.
  static func spec(seeders: [(name: String, summary: String)]) -> CommandSpec {
    let flags = seeders.filter { !reservedNames.contains($0.name) }
    var root = program
    root.options =
      [Option.all]
      + flags.map { OptionSpec(name: $0.name, summary: $0.summary, group: .seeders) }
      + Option.lists(of: seeders.map(\.name)) + Option.run + Option.reports + Option.capacity + Option.common
      + [Option.version]
    let chosen = flags.map(\.name) + ["only"]
    let names = seeders.map(\.name)
    root.subcommands =
      [
        list, status, plan(seeders: names), verify(seeders: names), lint(seeders: names),
        reset(seeders: names), ci(seeders: names), ciLocal(seeders: names),
      ]
      + fixed
    root.rules = [
      .excludes(["only"], ["except"]),
      .requires("except", "all"),
      .excludes(chosen, ["except"]),
      .selects(["all"] + chosen),
    ]
    return root
  }

  /// The long names that options have already, `no-…` among them: no seeder can have them as its flag.
  static let reservedNames: Set<String> = {
    let options =
      [Option.all, Option.version] + Option.lists(of: []) + Option.run + Option.reports + Option.capacity
      + program.tree.flatMap(\.command.options)
    return Set(options.flatMap { $0.isNegatable ? [$0.name, "no-\($0.name)"] : [$0.name] })
  }()

  /// The commands that do not depend on the seeders.
  private static let fixed = [
    template, why, export, new, worker, capacity, doctor, config, migrate, db, completions, man, help,
  ]

  /// The program without what depends on the seeders.
  private static let program = CommandSpec(
    name: name, abstract: "Fill a PostgreSQL database with known data, again and again, safely.",
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
    subcommands: [
      list, status, plan(seeders: []), verify(seeders: []), lint(seeders: []), reset(seeders: []),
      ci(seeders: []), ciLocal(seeders: []),
    ] + fixed,
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
