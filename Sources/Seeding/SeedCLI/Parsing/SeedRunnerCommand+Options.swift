import SeedKit

extension OptionGroup {
  /// The options that select seeders.
  static let selection = OptionGroup(title: "Selection")
  /// A flag for each seeder.
  static let seeders = OptionGroup(title: "Seeders")
  /// The options for report files.
  static let reports = OptionGroup(title: "Reports")
  /// The options that most commands share.
  static let common = OptionGroup(title: "Common options", isShared: true)
}

extension SeedRunnerCommand {
  /// The options of the built-in commands.
  enum Option {
    static let all = OptionSpec(
      name: "all", summary: "Run every seeder that is allowed in the environment", group: .selection)

    /// `--only` and `--except`.
    static func lists(of seeders: [String]) -> [OptionSpec] {
      [
        OptionSpec(
          name: "only", value: .required(valueName: "NAME,..."), isRepeatable: true, isList: true,
          summary: "Run these seeders; same as their flags", group: .selection,
          completion: .values(seeders)),
        OptionSpec(
          name: "except", value: .required(valueName: "NAME,..."), isRepeatable: true, isList: true,
          summary: "With --all: skip these seeders", group: .selection, completion: .values(seeders)),
      ]
    }

    static let allowCommands: OptionSpec = {
      var option = OptionSpec(.allowCommands, group: .common)
      // Commands do not run by default.
      option.isNegatable = false
      return option
    }()

    static let allowProduction = OptionSpec(
      name: "allow-production", summary: "Allow seeding production", group: .run)

    static let fixturesPath = OptionSpec(
      name: "fixtures-path", value: .required(valueName: "PATH"),
      summary: "Read fixtures from PATH, a .json file or a folder of them, instead of the built-in ones",
      variable: OwnFixtures.variable, group: .run, completion: .file)

    static let run = [
      fixturesPath,
      OptionSpec(.jobs, short: "j", summary: SettingKey.jobs.summary + ", 1 to 64", group: .run),
      OptionSpec(
        name: "if-changed",
        summary: "Skip seeders whose fingerprint has not changed since the last run, without comparing rows",
        group: .run),
      OptionSpec(name: "no-migrate", summary: "Do not apply migrations", group: .run),
      allowProduction,
      OptionSpec(
        name: "allow-deletes",
        summary: "In production: allow the policy 'sync' to delete rows that are no longer in the files",
        group: .run),
      OptionSpec(
        name: "restamp", summary: "Replace the environment stamp of the database",
        group: .run),
    ]

    static let reportJSON = OptionSpec(
      name: "report-json", value: .required(valueName: "FILE"),
      summary: "Write a report as JSON, also after a failure; see run-report.schema.json",
      group: .reports, completion: .file)

    static let reportJUnit = OptionSpec(
      name: "report-junit", value: .required(valueName: "FILE"),
      summary: "Write a report as JUnit XML, with a test case for each seeder and verification",
      group: .reports,
      completion: .file)

    static let reportHTML = OptionSpec(
      name: "report-html", value: .required(valueName: "FILE"),
      summary: "Write a report as an HTML page with a timeline of seeders and connections",
      group: .reports, completion: .file)

    /// The report options of a run and of `ci`.
    static let reports = [reportJSON, reportJUnit, reportHTML]

    static let format = OptionSpec(
      name: "format", value: .required(valueName: "FORMAT"),
      summary: "Output format: text or json",
      defaultText: "text", group: .common, completion: .values(["text", "json"]))

    static let logFormat = OptionSpec(
      name: "log-format", value: .required(valueName: "FORMAT"),
      summary: "Format of standard error: text, or json with one event per line",
      defaultText: "text", group: .common, completion: .values(["text", "json"]))

    static let databaseURL = OptionSpec(
      .databaseURL, valueName: "URL",
      summary: "The database: postgresql://USER@HOST:PORT/NAME. Command lines are visible to other users, so "
        + "pass a password in the variable.",
      defaultText: "the PG* variables, or the embedded PostgreSQL",
      group: .common)

    static let environment = OptionSpec(
      .environment, short: "e", valueName: "NAME",
      summary: "Environment: dev, test, ci, ci-local or production", group: .common)

    static let help = OptionSpec(
      name: "help", short: "h", summary: "Show help; -h shows a summary", group: .common, role: .help)

    static let version = OptionSpec(
      name: "version", summary: "Show the version", group: .common, role: .version)

    /// The options of every command that reads the settings.
    static let common = [
      environment,
      databaseURL,
      OptionSpec(
        name: "config-path", value: .required(valueName: "DIR"),
        summary: "Folder of the configuration files",
        defaultText: "Config in the project", group: .common, completion: .directory),
      OptionSpec(
        name: "project-path", value: .required(valueName: "DIR"),
        summary: "Project folder, which holds Config and .seed-runner", variable: "SEED_PROJECT_PATH",
        defaultText: "the nearest one, starting at the working directory", group: .common,
        completion: .directory),
      OptionSpec(
        name: "seeders-path", value: .required(valueName: "DIR"),
        summary: "Folders of declarative seeders, separated by colons", variable: "SEEDERS_PATH",
        defaultText: "Seeders, in the working directory and in the project", group: .common,
        completion: .directory),
      OptionSpec(.builtInSeeders, summary: "Load the built-in seeders, or do not", group: .common),
      OptionSpec(
        .now, valueName: "TIME", summary: "Use TIME as the current time for moving dates",
        defaultText: "the current time", group: .common),
      allowCommands,
      OptionSpec(
        .rows, valueName: "NUMBERS",
        summary: "Number of generated rows: 1000 for every table, or customer=1000,product=50",
        defaultText: "those of the definitions", group: .common),
      OptionSpec(.scale, group: .common),
      format, logFormat,
      OptionSpec(
        .debug, summary: "Log which seeders are loaded, when each starts and ends, and errors in full",
        group: .common),
      OptionSpec(
        name: "quiet", short: "q", summary: "Print only the result and errors, no progress", group: .common),
      help,
    ]

    /// The common options except some.
    static func common(without left: OptionSpec...) -> [OptionSpec] {
      common.filter { !left.contains($0) }
    }

    static let yes = OptionSpec(name: "yes", summary: "Do not ask for confirmation")

    static func version(_ name: String, _ summary: String, default text: String) -> OptionSpec {
      OptionSpec(
        name: name, value: .required(valueName: "VERSION"), range: 0...Int.max, summary: summary,
        defaultText: text)
    }
  }
}
