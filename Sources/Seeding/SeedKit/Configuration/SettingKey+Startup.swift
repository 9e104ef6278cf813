// Settings for what a server does with its database when it starts.

extension SettingKey where Value == Bool {
  /// Whether a server applies due migrations when it starts. True by default.
  public static let autoMigrate = SettingKey(
    "startup.migrates", variables: "AUTO_MIGRATE", default: true,
    summary: "Whether a server applies due migrations when it starts")
  /// Whether a server runs the environment's seeders when it starts. False by default.
  public static let autoSeed = SettingKey(
    "startup.seeds", variables: "AUTO_SEED_DATABASE", default: false,
    summary: "Whether a server seeds the database when it starts")
}

extension SettingKey where Value == String {
  /// Whether the start of a server waits for seeding: `blocking` or `background`. `blocking` by default.
  public static let autoSeedMode = SettingKey(
    "startup.mode", variables: "AUTO_SEED_MODE", default: "blocking",
    among: StartupSeeding.Mode.allCases.map(\.rawValue),
    summary: "Whether start-up waits for seeding: blocking or background")
}

extension SettingKey where Value == Duration {
  /// How long the start of a server waits for seeding, 0 to 86,400 seconds. Seeding then continues in the
  /// background. 60 by default.
  public static let autoSeedTimeLimit = SettingKey(
    "startup.timeLimit", variables: "AUTO_SEED_TIMEOUT", defaultSeconds: 60, in: 0...86_400,
    summary: "How long start-up waits for seeding, in seconds; seeding then continues in the background")
}
