// The commands that create seeders.

extension SeedRunnerCommand {
  /// `init`, which is a word of Swift.
  static let initialize = CommandSpec(
    name: "init", abstract: "Set up a project: settings, and a first seeder from a table or file",
    discussion: """
      Creates Config/default.json with its JSON Schema, and the folder Seeders, in the working directory. In a git \
      repository, .seed-runner/ is added to .gitignore. Prints each file and the commands to run next.

      With --from, a first seeder is created in Seeders/ID. The rows of a table are exported as 'export' does. A \
      file is copied into the seeder's folder. Its table is found by the name of the file, its columns by the \
      names of the fields, and its key by the unique keys of the table. Without a database, the key is the \
      first field.

      Existing files are kept, so the command can be run again. If something is wrong with the table or the \
      file, nothing is written.
      """,
    options: [
      OptionSpec(
        name: "from", value: .required(valueName: "TABLE|FILE"),
        summary: "Create a seeder from the rows of a table, or from a .csv, .json, .jsonl or .ndjson file",
        completion: .file),
      table(default: "the name of the file"),
      key(default: "the primary key, or another unique key of the table"),
      id(default: "derived from the name of the table or file"),
    ] + Option.common.filter { $0.name != "seeders-path" },
    rules: [.requires("table", "from"), .requires("key", "from"), .requires("id", "from")],
    examples: [
      .init(summary: "Set up a project and list tables to start with", line: "seed-runner init"),
      .init(summary: "Create a seeder from the rows of a table", line: "seed-runner init --from country"),
      .init(
        summary: "Create a seeder from a file, for a table of another name",
        line: "seed-runner init --from data/countries.csv --table country"),
    ])

  private static func table(default text: String) -> OptionSpec {
    OptionSpec(
      name: "table", value: .required(valueName: "TABLE"), summary: "The table that it fills",
      defaultText: text)
  }

  private static func key(default text: String) -> OptionSpec {
    OptionSpec(
      name: "key", value: .required(valueName: "COLUMN,..."), isRepeatable: true, isList: true,
      summary: "The columns of the natural key", defaultText: text)
  }

  private static func id(default text: String) -> OptionSpec {
    OptionSpec(
      name: "id", value: .required(valueName: "NAME"), summary: "The id of the seeder", defaultText: text)
  }

  static let export = CommandSpec(
    name: "export", abstract: "Create a declarative seeder from existing rows",
    discussion: """
      Writes seeder.json and the records as JSON with all digits, ready to load into an empty database. A \
      foreign key to rows with generated ids becomes a reference by natural key. A table that another seeder \
      fills becomes a dependency on that seeder. Existing files are not overwritten.
      """,
    options: [
      key(default: "the first unique key that is not generated"),
      OptionSpec(
        name: "columns", value: .required(valueName: "COLUMN,..."), isRepeatable: true, isList: true,
        summary: "The columns to write in addition to the key", defaultText: "all that are not generated"),
      id(default: "derived from the name of the table"),
      OptionSpec(
        name: "output", short: "o", value: .required(valueName: "DIR"), summary: "The folder to create",
        defaultText: "Seeders/ID", completion: .directory),
    ] + Option.common,
    arguments: [
      ArgumentSpec(
        name: "TABLE", summary: "A table, qualified with its schema if necessary", isRepeating: true)
    ],
    examples: [
      .init(summary: "Export countries by their code", line: "seed-runner export countries --key code"),
      .init(
        summary: "Export tables that refer to each other",
        line: "seed-runner export customers orders --id sales"),
    ])

  static let new = CommandSpec(
    name: "new", abstract: "Create a seeder to start from",
    options: [
      table(default: "the name of the seeder"),
      OptionSpec(
        name: "output", short: "o", value: .required(valueName: "DIR"), summary: "The folder to create",
        defaultText: "Seeders/NAME", completion: .directory),
      OptionSpec(
        name: "swift",
        summary: "Create a registered seeder in Swift with a test; only in a checkout of this project"),
    ] + Option.common(without: Option.databaseURL),
    rules: [.excludes(["swift"], ["table", "output"])],
    arguments: [ArgumentSpec(name: "NAME", summary: "The id: lowercase letters, digits and hyphens")],
    examples: [
      .init(
        summary: "Create a seeder for an existing table", line: "seed-runner new price-lists --table prices")
    ])
}
