// The commands that create seeders.

extension SeedRunnerCommand {
  /// `init`, which is a word of Swift.
  static let initialize = CommandSpec(
    name: "init", abstract: "Set up a project: settings and a folder of seeders",
    discussion: """
      Creates Config/default.json with its JSON Schema, and the folder Seeders, in the working directory. In a git \
      repository, .seed-runner/ is added to .gitignore. Prints each file and the commands to run next: 'new' \
      creates a seeder from a file, 'export' from a table.

      Existing files are kept, so the command can be run again.
      """,
    options: Option.common.filter { $0.name != "seeders-path" },
    examples: [
      .init(summary: "Set up a project and list tables to start with", line: "seed-runner init")
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

  static let generate = CommandSpec(
    name: "generate", abstract: "Create a seeder that generates rows for the tables of a schema",
    discussion: """
      Writes a seeder.json with a number of rows and generators for every table of the schema, parents first. The \
      generators are guessed from the names, types and comments of the columns and from the constraints. Comments \
      that begin with 'check:' mark what is guessed.

      The first rows of each table are tried in temporary tables. A table whose constraints cannot be met is \
      omitted, with the reason as a comment. Large tables get --rows rows, 1000 by default. Partitions, views, foreign tables, and the tables of extensions and \
      migration tools are omitted, too. Existing files are not overwritten.
      """,
    options: [
      OptionSpec(
        name: "scaffold", value: .required(valueName: "SCHEMA"), summary: "The schema whose tables are filled"
      ),
      id(default: "derived from the name of the schema"),
      OptionSpec(
        name: "output", short: "o", value: .required(valueName: "DIR"), summary: "The folder to create",
        defaultText: "Seeders/ID", completion: .directory),
    ] + Option.common,
    examples: [
      .init(
        summary: "Fill all tables of the schema public, with 10,000 rows in each large one",
        line: "seed-runner generate --scaffold public --rows 10000")
    ])

  static let new = CommandSpec(
    name: "new", abstract: "Create a seeder, from a file or to start from",
    discussion: """
      With --from, the file is copied into the new folder, and seeder.json is derived from all its values and \
      from the table: the key, the columns, references, the dialect, the encoding, and the formats of numbers and \
      dates. Comments that begin with 'check:' mark what is guessed. For a table that does not exist, table.sql \
      creates it. Without a database, the columns are those of the file.

      Without --from, a CSV file with the columns of the table is created.

      Existing files are not overwritten. If something is wrong with the file or the table, nothing is written.
      """,
    options: [
      OptionSpec(
        name: "from", value: .required(valueName: "FILE"),
        summary: "Create the seeder from a file: CSV and its dialects, JSON, JSONL, YAML or COPY text, also "
          + "compressed with gzip or Zstandard", completion: .file),
      table(default: "the name of the seeder, or of the file"),
      key(default: "the first unique key of the table that the file fills"),
      OptionSpec(
        name: "output", short: "o", value: .required(valueName: "DIR"), summary: "The folder to create",
        defaultText: "Seeders/NAME", completion: .directory),
      OptionSpec(
        name: "swift",
        summary: "Create a registered seeder in Swift with a test; only in a checkout of this project"),
    ] + Option.common,
    rules: [.excludes(["swift"], ["from", "table", "output"]), .requires("key", "from")],
    arguments: [ArgumentSpec(name: "NAME", summary: "The id: lowercase letters, digits and hyphens")],
    examples: [
      .init(
        summary: "Create a seeder from a file, for a table of another name",
        line: "seed-runner new countries --from data/countries.csv --table country"),
      .init(
        summary: "Create a seeder for an existing table", line: "seed-runner new price-lists --table prices"),
    ])
}
