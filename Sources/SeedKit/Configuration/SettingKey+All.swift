import Postgres

// All settings there are. A new one is a declaration here and its line in `AnySettingKey.all`.

extension SettingKey where Value == SeedEnvironment {
  /// What the database is for.
  public static let environment = SettingKey(
    "environment", variable: "SEED_ENV", flag: "env", default: .dev, summary: "What the database is for",
    expected: "one of " + SeedEnvironment.allCases.map(\.rawValue).joined(separator: ", "),
    parse: { SeedEnvironment(rawValue: $0) })
}

extension SettingKey where Value == Secret<String>? {
  /// The database; without it the `PG*` variables, without those the embedded PostgreSQL.
  public static let databaseURL = SettingKey(
    optional: "database.url", variable: "DATABASE_URL", flag: "database-url",
    summary: "The database; unset: the PG* variables, else the embedded PostgreSQL",
    expected: "postgresql://user:password@host:port/database",
    parse: { text in (try? PostgresConfiguration(url: text)).map { _ in Secret(text) } },
    show: { secret in (try? PostgresConfiguration(url: secret.value))?.description ?? "****" })
}

extension SettingKey where Value == Duration {
  /// How long one attempt to connect may take.
  public static let databaseConnectTimeout = SettingKey(
    "database.connectTimeout", variable: "DATABASE_CONNECT_TIMEOUT", default: 10, in: 1...600,
    summary: "Seconds that one attempt to connect may take")
  /// How long failed work is tried again.
  public static let retryBudget = SettingKey(
    "seed.retryBudget", variable: "SEED_RETRY_BUDGET", default: 60, in: 0...3600,
    summary: "Seconds in which work that failed with what can pass is tried again")
  /// How long to wait for another run.
  public static let lockTimeout = SettingKey(
    "seed.lockTimeout", variable: "SEED_LOCK_TIMEOUT", default: 300, in: 0...86_400,
    summary: "Seconds to wait for another run of the same seeder or migration")
}

extension SettingKey where Value == Int {
  /// How many seeders may run at once.
  public static let jobs = SettingKey(
    "seed.jobs", variable: "SEED_JOBS", flag: "jobs", default: 4, in: 1...64,
    summary: "How many seeders may run at the same time")
  /// How many confirmations validate a trace.
  public static let validationThreshold = SettingKey(
    "validationThreshold", variable: "VALIDATION_THRESHOLD", default: 2, in: 1...1000,
    summary: "How many confirmations make a trace validated")
  /// The embedded server's TCP port.
  public static let embeddedPort = SettingKey(
    "embedded.port", variable: "SEED_POSTGRES_PORT", default: 0, in: 0...65_535,
    summary: "TCP port of the embedded PostgreSQL on the loopback address; 0: unix socket only")
}

extension SettingKey where Value == Bool {
  /// Whether debug lines are written.
  public static let debug = SettingKey(
    "debug", variable: "SEED_DEBUG", flag: "debug",
    summary: "Whether to tell which seeders are loaded, when each starts and ends, and every error in full")
}

extension SettingKey where Value == String? {
  /// Where PostgreSQL's programs are.
  public static let embeddedBinaries = SettingKey(
    optional: "embedded.binaries", variable: "SEED_POSTGRES_BIN",
    summary: "Folder of PostgreSQL's programs for the embedded server; unset: searched for",
    expected: "a folder", parse: { $0 })
  /// The user that runs the embedded server when we are root.
  public static let embeddedUser = SettingKey(
    optional: "embedded.user", variable: "SEED_POSTGRES_USER",
    summary: "Who runs the embedded server when we are root; unset: chosen",
    expected: "the name of a user of the operating system", parse: { $0 })
}

extension SettingKey where Value == Int? {
  /// The major version of the embedded server.
  public static let embeddedVersion = SettingKey(
    optional: "embedded.version", variable: "SEED_POSTGRES_VERSION",
    summary: "Major version of the embedded PostgreSQL; unset: the newest with pgvector",
    expected: "a major version such as 18",
    parse: { text in Int(text).flatMap { (10...99).contains($0) ? $0 : nil } })
}

extension AnySettingKey {
  /// Every key, in the order of `seed-runner config`.
  static let all: [AnySettingKey] = [
    .init(.environment), .init(.databaseURL), .init(.databaseConnectTimeout), .init(.jobs),
    .init(.retryBudget), .init(.lockTimeout), .init(.debug), .init(.validationThreshold),
    .init(.embeddedBinaries), .init(.embeddedVersion), .init(.embeddedPort), .init(.embeddedUser),
  ]
}
