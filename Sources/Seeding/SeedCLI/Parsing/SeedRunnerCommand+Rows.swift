// The commands about single rows: what would change, what has drifted, where a row came from.

extension SeedRunnerCommand {
  private static func optionalSeeders(_ seeders: [String], _ summary: String) -> [ArgumentSpec] {
    [
      ArgumentSpec(
        name: "SEEDER", summary: summary, isRequired: false, isRepeating: true, completion: .values(seeders))
    ]
  }

  static func plan(seeders: [String]) -> CommandSpec {
    CommandSpec(
      name: "plan", abstract: "Show what a run would insert, update and delete; nothing is written",
      discussion: """
        Carries the seeders out in a transaction that is rolled back, so that what is shown is what a run would \
        do. Rows that would change are locked until the plan is made, for moments. Rows that somebody edited since \
        they were written are marked.
        """,
      options: [
        OptionSpec(name: "check", summary: "Exit code 3 if a run would change anything"), Option.fixturesPath,
      ] + Option.common,
      arguments: optionalSeeders(seeders, "Which; all that --all selects without one"),
      examples: [
        .init(summary: "Stop a deployment that would change data", line: "seed-runner plan --check"),
        .init(summary: "Every value before and after", line: "seed-runner plan users --format json"),
      ])
  }

  static func verify(seeders: [String], _ modules: [CommandModule]) -> CommandSpec {
    let topics = modules.flatMap(\.verifications).map { ", \($0.topic)" }.joined()
    return CommandSpec(
      name: "verify", abstract: "Check that the rows are there, equal and whole; nothing is written",
      discussion: """
        Compares every row as 'plan' does\(topics). \
        Exit code 3 if anything differs.
        """,
      options: [Option.fixturesPath] + Option.common,
      arguments: optionalSeeders(seeders, "Whose rows; those of all that --all selects without one"))
  }

  static let why = CommandSpec(
    name: "why", abstract: "Tell which seeder, file, record and run a row came from",
    discussion: "Reads only. Exit code 3 for a row that no seeder wrote.",
    options: Option.common,
    arguments: [
      ArgumentSpec(name: "TABLE", summary: "The table, as in SQL without quotes"),
      ArgumentSpec(
        name: "KEY", summary: "The values of the natural key, in the order of its columns", isRepeating: true),
    ],
    examples: [
      .init(summary: "A row of a key of two columns", line: "seed-runner why model_configs openai gpt-4o")
    ])

  static let export = CommandSpec(
    name: "export", abstract: "Write a declarative seeder from the rows of tables",
    discussion: """
      Writes seeder.json and the records as JSON with every digit, so that they load into an empty database. A \
      foreign key to rows that the database numbers becomes a reference by their natural key; a table that \
      another seeder fills becomes a dependency on that seeder. Nothing is overwritten.
      """,
    options: [
      OptionSpec(
        name: "key", value: .required(valueName: "COLUMN,..."), isRepeatable: true, isList: true,
        summary: "The columns of the natural key",
        defaultText: "the first unique key that the database does not make"),
      OptionSpec(
        name: "columns", value: .required(valueName: "COLUMN,..."), isRepeatable: true, isList: true,
        summary: "The columns to write beside the key", defaultText: "all that are not generated"),
      OptionSpec(
        name: "id", value: .required(valueName: "NAME"), summary: "The id of the seeder",
        defaultText: "made from the table's name"),
      OptionSpec(
        name: "output", short: "o", value: .required(valueName: "DIR"), summary: "The folder to make",
        defaultText: "Seeders/ID", completion: .directory),
    ] + Option.common,
    arguments: [
      ArgumentSpec(name: "TABLE", summary: "A table, with its schema if need be", isRepeating: true)
    ],
    examples: [
      .init(summary: "Countries, by their code", line: "seed-runner export countries --key code"),
      .init(
        summary: "Tables that refer to each other", line: "seed-runner export customers orders --id sales"),
    ])

  static let new = CommandSpec(
    name: "new", abstract: "Make a seeder to start from",
    options: [
      OptionSpec(
        name: "table", value: .required(valueName: "TABLE"), summary: "The table it fills",
        defaultText: "named as the seeder"),
      OptionSpec(
        name: "output", short: "o", value: .required(valueName: "DIR"), summary: "The folder to make",
        defaultText: "Seeders/NAME", completion: .directory),
      OptionSpec(
        name: "swift", summary: "One in Swift, in a checkout of this project: registered, with a test"),
    ] + Option.common(without: Option.databaseURL),
    rules: [.excludes(["swift"], ["table", "output"])],
    arguments: [ArgumentSpec(name: "NAME", summary: "Its id: lower case letters, digits and hyphens")],
    examples: [
      .init(summary: "A seeder for a table that is there", line: "seed-runner new price-lists --table prices")
    ])
}
