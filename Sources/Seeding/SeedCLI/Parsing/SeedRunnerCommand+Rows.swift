// The commands that plan, verify, explain, export and create rows.

extension SeedRunnerCommand {
  private static func optionalSeeders(_ seeders: [String], _ summary: String) -> [ArgumentSpec] {
    [
      ArgumentSpec(
        name: "SEEDER", summary: summary, isRequired: false, isRepeating: true, completion: .values(seeders))
    ]
  }

  static func plan(seeders: [String]) -> CommandSpec {
    CommandSpec(
      name: "plan", abstract: "Show what a run would insert, update and delete",
      discussion: """
        Runs the seeders in a transaction and rolls it back, so the plan shows exactly what a run would do. \
        Nothing is written. Rows that would change are locked while the plan is made. Rows that were edited \
        outside seed-runner are marked as drifted.
        """,
      options: [
        OptionSpec(name: "check", summary: "Exit with 3 if a run would change anything"), Option.fixturesPath,
      ] + Option.common,
      arguments: optionalSeeders(seeders, "The seeders to plan; by default those that --all selects"),
      examples: [
        .init(summary: "Stop a deployment that would change data", line: "seed-runner plan --check"),
        .init(summary: "Show every value before and after", line: "seed-runner plan users --format json"),
      ])
  }

  static func verify(seeders: [String], _ modules: [CommandModule]) -> CommandSpec {
    let topics = modules.flatMap(\.verifications).map { ", \($0.topic)" }.joined()
    return CommandSpec(
      name: "verify", abstract: "Check that the rows in the database match the fixtures",
      discussion: """
        Compares every row as 'plan' does\(topics). \
        Nothing is written. Exits with 3 if anything differs.
        """,
      options: [Option.fixturesPath] + Option.common,
      arguments: optionalSeeders(seeders, "The seeders to verify; by default those that --all selects"))
  }

  static let why = CommandSpec(
    name: "why", abstract: "Show which seeder, file, record and run a row came from",
    discussion: "Nothing is written. Exits with 3 if no seeder wrote the row.",
    options: Option.common,
    arguments: [
      ArgumentSpec(name: "TABLE", summary: "The table, unquoted"),
      ArgumentSpec(
        name: "KEY", summary: "The values of the natural key, in the order of the columns", isRepeating: true),
    ],
    examples: [
      .init(summary: "A row with a key of two columns", line: "seed-runner why model_configs openai gpt-4o")
    ])
}
