extension ErrorCode {
  /// Errors of the command line and of settings. Nothing was started.
  static let usage = [
    invalidCommandLine, unknownSeeder, nothingSelected, invalidSetting, invalidConnectionString, unusablePath,
  ]

  /// A command, an option or an argument is not valid.
  public static let invalidCommandLine = ErrorCode(
    "SR-101", "invalid command line",
    cause:
      "The command line has an unknown command or option, a value that is not allowed, or lacks an argument.",
    fix: "Read the message, which names the argument, and run the command with --help.")
  /// A seeder is named that is not registered.
  public static let unknownSeeder = ErrorCode(
    "SR-102", "unknown seeder",
    cause: """
      No seeder has this id. Seeders are built into the program, or found as folders with a seeder.json in Seeders/ \
      and in the folders of --seeders-path.
      """,
    fix: "Run 'seed-runner list' to see all seeders. Correct the id, or add its folder with --seeders-path.")
  /// No seeder is selected.
  public static let nothingSelected = ErrorCode(
    "SR-103", "no seeder selected",
    cause: "A run needs a selection, and the command line names no seeder that may run in this environment.",
    fix: "Add --all, or name seeders: 'seed-runner --users'.")
  /// A setting has an invalid value.
  public static let invalidSetting = ErrorCode(
    "SR-104", "invalid setting",
    cause: """
      A file in Config/, an environment variable or a flag has an unknown setting, an invalid value, or \
      contradicts another one.
      """,
    fix: """
      The message names the file and line, the variable or the flag. 'seed-runner config SETTING' shows the \
      allowed values and where the current value comes from.
      """)
  /// The connection string is malformed.
  public static let invalidConnectionString = ErrorCode(
    "SR-105", "invalid connection string",
    cause: """
      DATABASE_URL, --database-url or a PG variable is not a valid connection string of libpq, or names a parameter, \
      file or service that cannot be used.
      """,
    fix: """
      Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, and percent-encode special characters of the password. \
      'seed-runner config database.url' shows where the value comes from.
      """)
  /// A path of the command line cannot be used.
  public static let unusablePath = ErrorCode(
    "SR-106", "unusable path",
    cause: "A file or folder named on the command line is missing, already exists, or cannot be written.",
    fix: "Correct the path or its permissions. Nothing is overwritten unless an option says so.")
}
