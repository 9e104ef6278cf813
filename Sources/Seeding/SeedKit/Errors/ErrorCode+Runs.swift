extension ErrorCode {
  /// Guards, the plan and the outcome of runs.
  static let runs = [
    productionGuard, deleteGuard, commandGuard, otherEnvironment, notForEnvironment, notConfirmed,
    excludedDependency,
    missingDependency, dependencyCycle, duplicateSeeder, drift, otherBulkLoad, interrupted, seedersFailed,
    verificationFailed, undistributableTables, internalError,
  ]

  /// Production was not allowed.
  public static let productionGuard = ErrorCode(
    "SR-201", "production is not allowed",
    cause: "The environment is production, which no command seeds, resets or restamps by default.",
    fix: "Add --allow-production if you want to seed production. Otherwise set --env or SEED_ENV.")
  /// Deletes in production were not allowed.
  public static let deleteGuard = ErrorCode(
    "SR-202", "deletes in production are not allowed",
    cause: "A table with the policy 'sync' has rows that left the files, and the environment is production.",
    fix: "Review the rows with 'seed-runner plan', then add --allow-deletes.")
  /// Commands of seeders were not allowed.
  public static let commandGuard = ErrorCode(
    "SR-215", "commands are not allowed",
    cause: "A table of a seeder takes its rows from a command, and no command runs by default.",
    fix: "Read the command in the seeder.json, then add --allow-commands or set SEED_ALLOW_COMMANDS=true.")
  /// The database is stamped with another environment.
  public static let otherEnvironment = ErrorCode(
    "SR-203", "database of another environment",
    cause: "The first run stamped the database with its environment. This run uses a different one.",
    fix: """
      Use the environment of the database (--env), or connect to another database. To assign the database to this \
      environment, add --restamp.
      """)
  /// A seeder may not run in the environment.
  public static let notForEnvironment = ErrorCode(
    "SR-204", "seeder of another environment",
    cause: "A selected seeder, or one that it depends on, does not list this environment.",
    fix:
      "Add the environment to \"environments\" in its seeder.json, or to its property 'environments' in Swift."
  )
  /// A destructive command was not confirmed.
  public static let notConfirmed = ErrorCode(
    "SR-205", "not confirmed",
    cause: "The command deletes data and was not confirmed. Nothing was deleted.",
    fix: """
      Confirm in a terminal, or add --yes. In production, add --allow-production and --confirm-database with the \
      name of the database.
      """)
  /// A dependency of a selected seeder is excluded.
  public static let excludedDependency = ErrorCode(
    "SR-206", "excluded dependency",
    cause: "--except names a seeder that other selected seeders depend on.",
    fix: "Exclude its dependents too, or do not exclude it.")
  /// A dependency is not registered.
  public static let missingDependency = ErrorCode(
    "SR-207", "missing dependency",
    cause: "A seeder depends on an id that no seeder has.",
    fix: "Correct the id in its dependencies, or add the missing seeder to the program or to --seeders-path.")
  /// Seeders depend on each other.
  public static let dependencyCycle = ErrorCode(
    "SR-208", "dependency cycle",
    cause: "Seeders depend on each other, so no order is possible. The message shows the cycle.",
    fix: "Remove one of the dependencies, or move the shared rows to a third seeder.")
  /// Two seeders have the same id.
  public static let duplicateSeeder = ErrorCode(
    "SR-209", "duplicate seeder id",
    cause: "Two seeders have the same id.",
    fix: "Give each seeder a unique id. 'seed-runner list' shows where each one comes from.")
  /// Rows were edited outside seed-runner.
  public static let drift = ErrorCode(
    "SR-210", "drifted rows",
    cause: """
      Rows were edited or deleted outside seed-runner since it wrote them, and the seeder has "onDrift": "fail". \
      Nothing of the seeder was written.
      """,
    fix: """
      Inspect the rows with 'seed-runner plan', then revert the edits, copy them to the data file, or set onDrift \
      to "overwrite" or "keep".
      """)
  /// Bulk data of another specification is loaded.
  public static let otherBulkLoad = ErrorCode(
    "SR-211", "generated with other options",
    cause: "The database contains generated rows of this seeder that were made with other options.",
    fix: "Use the same options, or delete the rows with 'seed-runner reset SEEDER' first.")
  /// The run was interrupted.
  public static let interrupted = ErrorCode(
    "SR-212", "interrupted",
    cause: "The run received SIGINT or SIGTERM, or was stopped. Open transactions were rolled back.",
    fix: "Run it again. It continues with the seeders that are missing.")
  /// Some seeders failed.
  public static let seedersFailed = ErrorCode(
    "SR-213", "seeders failed",
    cause: "At least one seeder failed. The others ran, except those that depend on it.",
    fix: "Read the error of each failed seeder, which has its own code and fix.")
  /// A verification failed.
  public static let verificationFailed = ErrorCode(
    "SR-214", "verification failed",
    cause: "Rows differ from the files, or a check of the application found a fault in the data.",
    fix: "'seed-runner plan' shows the differences, and 'seed-runner why TABLE KEY' where a row came from.")
  /// Tables cannot be distributed.
  public static let undistributableTables = ErrorCode(
    "SR-216", "tables that cannot be distributed",
    cause: """
      The declaration distributes a table in a way that Citus does not support, such as one with a unique key without \
      the distribution column. Nothing was changed.
      """,
    fix:
      "Change the table or the declaration as the message says. Documentation/scaling-out.md lists the rules."
  )
  /// Any other error.
  public static let internalError = ErrorCode(
    "SR-299", "other error",
    cause: "A seeder in Swift threw an error without a code, or the program has a fault.",
    fix: "Read the message. --debug logs the error in full; report it if the cause is in seed-runner.")
}
