extension OptionGroup {
  /// What to seed.
  static let selection = OptionGroup(title: "Selection")
  /// A flag for each seeder.
  static let seeders = OptionGroup(title: "Seeders")
  /// Files about a run.
  static let reports = OptionGroup(title: "Reports")
  /// How to seed.
  static let run = OptionGroup(title: "Run")
  /// What capacity data is like.
  static let capacity = OptionGroup(title: "Capacity data")
  /// What every command takes, where it makes sense.
  static let common = OptionGroup(title: "Common options", isShared: true)
}

extension SeedRunnerCommand {
  /// The options, each once.
  enum Option {
    static let all = OptionSpec(
      name: "all", summary: "Every seeder that may run in the environment", group: .selection)

    /// `--only` and `--except`.
    static func lists(of seeders: [String]) -> [OptionSpec] {
      [
        OptionSpec(
          name: "only", value: .required(valueName: "NAME,..."), isRepeatable: true, isList: true,
          summary: "These seeders, the same as their flags", group: .selection,
          completion: .values(seeders)),
        OptionSpec(
          name: "except", value: .required(valueName: "NAME,..."), isRepeatable: true, isList: true,
          summary: "With --all: every seeder but these", group: .selection, completion: .values(seeders)),
      ]
    }

    static let allowProduction = OptionSpec(
      name: "allow-production", summary: "Say that production is meant", group: .run)

    static let fixturesPath = OptionSpec(
      name: "fixtures-path", value: .required(valueName: "PATH"),
      summary: "Other records, for a seeder whose summary says so: a file, or a folder of .json files",
      defaultText: "those built in", group: .run, completion: .file)

    static let run = [
      fixturesPath,
      OptionSpec(
        name: "jobs", short: "j", value: .required(valueName: "N"), range: 1...64,
        summary: "How many seeders may run at the same time, 1 to 64", variable: "SEED_JOBS",
        defaultText: "4", group: .run),
      OptionSpec(
        name: "if-changed",
        summary: "Skip seeders whose fingerprint in the history is current, without looking at their rows",
        group: .run),
      OptionSpec(name: "no-migrate", summary: "Do not apply migrations first", group: .run),
      allowProduction,
      OptionSpec(
        name: "allow-deletes",
        summary: "In production: let the policy 'sync' delete rows that left the files", group: .run),
      OptionSpec(
        name: "restamp", summary: "Accept that the database was stamped with another environment",
        group: .run),
      wait,
    ]

    static let reportJSON = OptionSpec(
      name: "report-json", value: .required(valueName: "FILE"),
      summary: "Write what was done as JSON, whatever the outcome: run-report.schema.json describes it",
      group: .reports, completion: .file)

    static let reportJUnit = OptionSpec(
      name: "report-junit", value: .required(valueName: "FILE"),
      summary: "Write it as JUnit's XML: a test case for each seeder and each verification", group: .reports,
      completion: .file)

    static let reportHTML = OptionSpec(
      name: "report-html", value: .required(valueName: "FILE"),
      summary: "Write it as a page with a timeline: who ran when, on which connection, waiting for what",
      group: .reports, completion: .file)

    /// The files that a run can leave, whether `--all` or `ci` started it.
    static let reports = [reportJSON, reportJUnit, reportHTML]

    /// For the seeder that reads it.
    static let wait = OptionSpec(
      name: "wait", isNegatable: true,
      summary: "Have 'embeddings' make the vectors; with --no-wait it leaves them to a worker",
      variable: "EMBEDDING_WAIT", group: .run)

    /// For the seeders that read them.
    static let capacity = [
      OptionSpec(
        name: "rows", value: .required(valueName: "N"), range: 0...1_000_000_000,
        summary: "How many rows of capacity data", variable: "CAPACITY_ROWS",
        defaultText: "1000 in test, 10000 in ci, else 100000", group: .capacity),
      OptionSpec(
        name: "capacity-seed", value: .required(valueName: "N"), range: 0...4_294_967_295,
        summary: "What distinguishes one set from another", variable: "CAPACITY_SEED", defaultText: "1",
        group: .capacity),
      OptionSpec(
        name: "clusters", value: .required(valueName: "N"), range: 1...10_000_000,
        summary: "How many clusters the vectors lie in", variable: "CAPACITY_CLUSTERS", defaultText: "1000",
        group: .capacity),
      OptionSpec(
        name: "similarity", value: .required(valueName: "X"),
        summary: "Expected cosine of a vector and its cluster's centre, 0.05 to 1",
        variable: "CAPACITY_SIMILARITY", defaultText: "0.8", group: .capacity),
      OptionSpec(
        name: "index", value: .required(valueName: "KIND"), summary: "Kind of index over the vectors",
        variable: "CAPACITY_INDEX", defaultText: "vector", group: .capacity,
        completion: .values(["vector", "halfvec", "bit"])),
      OptionSpec(
        name: "streams", value: .required(valueName: "N"), range: 1...16,
        summary: "How many connections load at once", variable: "CAPACITY_STREAMS", defaultText: "4",
        group: .capacity),
    ]

    static let format = OptionSpec(
      name: "format", value: .required(valueName: "FORMAT"),
      summary: "How the answer is written: text or json",
      defaultText: "text", group: .common, completion: .values(["text", "json"]))

    static let logFormat = OptionSpec(
      name: "log-format", value: .required(valueName: "FORMAT"),
      summary: "How standard error is written: text, or json for one event a line",
      defaultText: "text", group: .common, completion: .values(["text", "json"]))

    static let databaseURL = OptionSpec(
      name: "database-url", value: .required(valueName: "URL"),
      summary: "The database: postgresql://USER@HOST:PORT/NAME. Others can read a password in a command "
        + "line, so put one into the variable.",
      variable: "DATABASE_URL", defaultText: "the PG* variables, else the embedded PostgreSQL",
      group: .common)

    static let environment = OptionSpec(
      name: "env", short: "e", value: .required(valueName: "NAME"),
      summary: "What the database is for: dev, test, ci, ci-local or production", variable: "SEED_ENV",
      defaultText: "dev", group: .common,
      completion: .values(["dev", "test", "ci", "ci-local", "production"]))

    static let help = OptionSpec(
      name: "help", short: "h", summary: "Show the help of the command", group: .common, role: .help)

    static let version = OptionSpec(
      name: "version", summary: "Show the version of the program", group: .common, role: .version)

    /// What every command takes that looks at the configuration.
    static let common = [
      environment,
      databaseURL,
      OptionSpec(
        name: "config-path", value: .required(valueName: "DIR"),
        summary: "The folder of the settings' files",
        defaultText: "Config in the project", group: .common, completion: .directory),
      OptionSpec(
        name: "project-path", value: .required(valueName: "DIR"),
        summary: "The folder that holds Config and .seed-runner", variable: "SEED_PROJECT_PATH",
        defaultText: "the nearest one, from here upwards", group: .common, completion: .directory),
      OptionSpec(
        name: "seeders-path", value: .required(valueName: "DIR"),
        summary: "Folders of declarative seeders, a colon between them", variable: "SEEDERS_PATH",
        defaultText: "Seeders, here and in the project", group: .common, completion: .directory),
      OptionSpec(
        name: "no-built-in", summary: "Leave out the seeders that are part of the program",
        variable: "SEED_BUILT_IN=false", group: .common),
      format, logFormat,
      OptionSpec(
        name: "debug", isNegatable: true,
        summary: "Tell which seeders are loaded, when each starts and ends, and every error in full",
        variable: "SEED_DEBUG", group: .common),
      OptionSpec(
        name: "quiet", short: "q", summary: "No progress: only the answer and errors", group: .common),
      help,
    ]

    /// The same without some.
    static func common(without left: OptionSpec...) -> [OptionSpec] {
      common.filter { !left.contains($0) }
    }

    static let yes = OptionSpec(name: "yes", summary: "Do not ask")

    static func version(_ name: String, _ summary: String, default text: String) -> OptionSpec {
      OptionSpec(
        name: name, value: .required(valueName: "VERSION"), range: 0...Int.max, summary: summary,
        defaultText: text)
    }
  }
}
