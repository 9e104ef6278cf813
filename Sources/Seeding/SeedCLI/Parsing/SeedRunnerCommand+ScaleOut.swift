extension SeedRunnerCommand {
  private static let declaration = OptionSpec(
    name: "declaration", value: .required(valueName: "FILE"),
    summary: "Read the tables from FILE",
    defaultText: "scale-out.json in the project, or the tables of the application", completion: .file)

  private static let production = OptionSpec(
    name: "allow-production", summary: "Allow changing the tables of production")

  static let scaleOut = CommandSpec(
    name: "scale-out", abstract: "Distribute tables over the nodes of a Citus cluster",
    discussion: """
      For a database that has outgrown one server. The tables are those of scale-out.json in the project folder, or \
      those that the application declares. Documentation/scaling-out.md describes the way there and back.
      """,
    options: Option.common,
    subcommands: [
      CommandSpec(
        name: "plan", abstract: "Print the statements that distribute the tables, with their reasons",
        discussion: "Changes nothing. Also works on a server without Citus.",
        options: [
          declaration, OptionSpec(name: "undo", summary: "Print the statements that bring them back"),
        ]
          + Option.common),
      CommandSpec(
        name: "apply", abstract: "Distribute the tables; continues where an earlier run was interrupted",
        discussion: """
          Refused on a worker, and unless all nodes respond with the same versions and extensions. Writes to the \
          tables wait until their rows are copied. Vector indexes are built afterwards.
          """,
        options: [declaration, production] + Option.common),
      CommandSpec(
        name: "status", abstract: "Show the nodes, and where each table is",
        discussion: "Exits with 3 if a table is not as declared, or if a node cannot be used.",
        options: [declaration] + Option.common),
      CommandSpec(
        name: "undo", abstract: "Bring the tables back to the coordinator",
        options: [declaration, production] + Option.common),
    ],
    needsSubcommand: true)
}
