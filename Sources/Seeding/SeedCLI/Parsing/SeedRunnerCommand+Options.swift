import SeedKit

extension OptionGroup {
  /// What to seed.
  static let selection = OptionGroup(title: "Selection")
  /// A flag for each seeder.
  static let seeders = OptionGroup(title: "Seeders")
  /// Files about a run.
  static let reports = OptionGroup(title: "Reports")
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
      OptionSpec(.jobs, short: "j", summary: SettingKey.jobs.summary + ", 1 to 64", group: .run),
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

    static let format = OptionSpec(
      name: "format", value: .required(valueName: "FORMAT"),
      summary: "How the answer is written: text or json",
      defaultText: "text", group: .common, completion: .values(["text", "json"]))

    static let logFormat = OptionSpec(
      name: "log-format", value: .required(valueName: "FORMAT"),
      summary: "How standard error is written: text, or json for one event a line",
      defaultText: "text", group: .common, completion: .values(["text", "json"]))

    static let databaseURL = OptionSpec(
      .databaseURL, valueName: "URL",
      summary: "The database: postgresql://USER@HOST:PORT/NAME. Others can read a password in a command "
        + "line, so put one into the variable.",
      defaultText: "the PG* variables, else the embedded PostgreSQL",
      group: .common)

    static let environment = OptionSpec(
      .environment, short: "e", valueName: "NAME",
      summary: "What the database is for: dev, test, ci, ci-local or production", group: .common)

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
        .debug, summary: "Tell which seeders are loaded, when each starts and ends, and every error in full",
        group: .common),
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
