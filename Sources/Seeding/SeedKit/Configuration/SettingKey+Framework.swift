// The settings of the framework. Other modules declare theirs in the same way, and the program lists them.

extension AnySettingKey {
  /// The settings for seeding: the database, the seeders, and what a server does when it starts.
  public static let seeding: [AnySettingKey] = [
    .init(.environment), .init(.databaseURL), .init(.databaseConnectTimeout), .init(.jobs),
    .init(.retryBudget), .init(.lockTimeout), .init(.builtInSeeders), .init(.now), .init(.allowCommands),
    .init(.rows), .init(.scale),
    .init(.allOnly), .init(.allExcept),
    .init(.autoMigrate), .init(.autoSeed), .init(.autoSeedMode), .init(.autoSeedTimeLimit), .init(.debug),
  ]

  /// The settings of the embedded PostgreSQL.
  public static let embeddedPostgres: [AnySettingKey] = [
    .init(.embeddedBinaries), .init(.embeddedVersion), .init(.embeddedPort), .init(.embeddedUser),
  ]

  /// All settings of the framework. An application inserts its own between the two lists.
  public static let framework = seeding + embeddedPostgres
}

extension SettingKey where Value == SeedEnvironment {
  /// The purpose of the database. `dev` by default; `CI=true` implies `ci`. It decides which file is read, so it
  /// cannot be set in a file.
  public static let environment = SettingKey(
    name: "environment", variables: ["SEED_ENV"], flag: "env",
    summary: "Environment that the database belongs to", unit: nil,
    bounds: nil, defaultValue: .dev, isSecret: false,
    expected: "one of " + SeedEnvironment.allCases.map(\.rawValue).joined(separator: ", "),
    isAllowedInFiles: false, fileType: .text,
    parse: { (text) throws(SettingValueError) in
      do throws(SeedEnvironmentError) {
        return try SeedEnvironment(parsing: text)
      } catch {
        throw SettingValueError(suggestion: error.suggestion?.rawValue)
      }
    }, show: { $0.rawValue }, allowed: SeedEnvironment.allCases.map(\.rawValue))
}

extension SettingKey where Value == Double {
  /// A factor for the numbers of generated rows, 0.001 to 1,000. 1 by default.
  public static let scale = SettingKey(
    "seed.scale", variables: "SEED_SCALE", flag: "scale", default: 1, in: 0.001...1_000,
    summary: "Multiply the number of generated rows")
}

extension SettingKey where Value == String? {
  /// The numbers of generated rows: of all tables, or by table. By default those of the definitions.
  public static let rows = SettingKey(
    name: "seed.rows", variables: ["SEED_ROWS"], flag: "rows",
    summary: "Number of generated rows of every table, or by table", unit: nil,
    bounds: nil, defaultValue: nil, isSecret: false,
    expected: "a number such as 1000, or numbers by table such as customer=1000,product=50",
    isAllowedInFiles: true, fileType: .optionalText,
    parse: { (text) throws(SettingValueError) in
      guard RowCountOptions.numbers(text) != nil else { throw SettingValueError() }
      return text
    }, show: { $0 ?? "" })
  /// The time to which `dates` of declarative seeders moves: a day, or a timestamp in UTC. By default the current time.
  public static let now = SettingKey(
    name: "seed.now", variables: ["SEED_NOW"], flag: "now",
    summary: "Current time for moving dates (default: the system clock)", unit: nil,
    bounds: nil, defaultValue: nil, isSecret: false,
    expected: "a day such as 2026-01-05, or 2026-01-05T12:00:00Z",
    isAllowedInFiles: true, fileType: .optionalText,
    parse: { (text) throws(SettingValueError) in
      guard MovingDates.time(text) != nil else { throw SettingValueError() }
      return text
    }, show: { $0 ?? "" })
}

extension SettingKey where Value == [SeederID]? {
  /// What `--all` selects: these seeders and their dependencies. By default all that the environment allows.
  public static let allOnly = SettingKey(
    "all.only", variables: "SEED_ALL_ONLY",
    summary: "Seeders that --all selects (default: all that the environment allows)")
  /// Seeders that `--all` does not select. They still run if others depend on them.
  public static let allExcept = SettingKey(
    "all.except", variables: "SEED_ALL_EXCEPT",
    summary: "Seeders that --all skips unless other seeders depend on them")
}

extension SettingKey where Value == Secret<String>? {
  /// The database. By default the `PG*` variables, and without those the embedded PostgreSQL.
  public static let databaseURL = SettingKey(
    "database.url", variables: "DATABASE_URL", flag: "database-url", expected: ConnectionString.expected,
    summary: "Database to connect to (default: the PG* variables, then the embedded PostgreSQL)",
    check: { (text) throws(SettingValueError) in try ConnectionString.check(text) },
    mask: ConnectionString.mask)
}

extension SettingKey where Value == Duration {
  /// The timeout of one attempt to connect, 1 to 600 seconds. 10 by default.
  public static let databaseConnectTimeout = SettingKey(
    "database.connectTimeout", variables: "DATABASE_CONNECT_TIMEOUT", defaultSeconds: 10, in: 1...600,
    summary: "Time limit for one connection attempt, in seconds")
  /// The retry budget for transient errors, 0 to 3600 seconds. 60 by default.
  public static let retryBudget = SettingKey(
    "seed.retryBudget", variables: "SEED_RETRY_BUDGET", defaultSeconds: 60, in: 0...3600,
    summary: "Retry budget for transient errors, in seconds")
  /// How long to wait for another run of the same seeder, 0 to 86,400 seconds. 300 by default.
  public static let lockTimeout = SettingKey(
    "seed.lockTimeout", variables: "SEED_LOCK_TIMEOUT", defaultSeconds: 300, in: 0...86_400,
    summary: "How long to wait for another run of the same seeder or migration, in seconds")
}

extension SettingKey where Value == Int {
  /// Maximum number of seeders that run at the same time, 1 to 64. 4 by default.
  public static let jobs = SettingKey(
    "seed.jobs", variables: "SEED_JOBS", flag: "jobs", default: 4, in: 1...64,
    summary: "Maximum number of seeders that run at the same time")
  /// The embedded server's TCP port on the loopback address. 0 by default: Unix socket only.
  public static let embeddedPort = SettingKey(
    "embedded.port", variables: "SEED_POSTGRES_PORT", default: 0, in: 0...65_535,
    summary: "TCP port of the embedded PostgreSQL on the loopback address (0: Unix socket only)")
}

extension SettingKey where Value == Bool {
  /// Whether the seeders that are compiled into the program are loaded. True by default.
  public static let builtInSeeders = SettingKey(
    "seeders.builtIn", variables: "SEED_BUILT_IN", flag: "built-in", default: true,
    summary: "Load the built-in seeders")
  /// Whether the commands of declarative seeders may run. False by default.
  public static let allowCommands = SettingKey(
    "seed.allowCommands", variables: "SEED_ALLOW_COMMANDS", flag: "allow-commands", default: false,
    summary: "Allow seeders to run the commands in their definitions")
  /// Whether debug lines are written. False by default.
  public static let debug = SettingKey(
    "debug", variables: "SEED_DEBUG", flag: "debug", default: false,
    summary: "Log loaded seeders, the start and end of each seeder, and full error details")
}

extension SettingKey where Value == String? {
  /// The folder with the PostgreSQL programs of the embedded server. By default they are searched for.
  public static let embeddedBinaries = SettingKey(
    "embedded.binaries", variables: "SEED_POSTGRES_BIN", expected: "a folder path",
    summary: "Folder with the PostgreSQL programs of the embedded server (default: search for it)")
  /// The operating-system user that runs the embedded server if seed-runner runs as root. By default chosen
  /// automatically.
  public static let embeddedUser = SettingKey(
    "embedded.user", variables: "SEED_POSTGRES_USER", expected: "the name of an operating-system user",
    summary: "User that runs the embedded server if seed-runner runs as root (default: chosen automatically)")
}

extension SettingKey where Value == Int? {
  /// The major version of the embedded server, 10 to 99. By default the newest with pgvector.
  public static let embeddedVersion = SettingKey(
    "embedded.version", variables: "SEED_POSTGRES_VERSION", in: 10...99,
    summary: "Major version of the embedded PostgreSQL (default: the newest with pgvector)")
}
