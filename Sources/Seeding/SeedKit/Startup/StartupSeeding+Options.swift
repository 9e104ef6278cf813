extension StartupSeeding {
  /// What to do at start-up.
  public struct Options: Sendable {
    /// Whether the environment's seeders run. False by default. If `run.migrates` is false too, no connection is
    /// opened.
    public var seeds = false
    /// Whether ``StartupSeeding/start()`` waits. ``StartupSeeding/Mode/blocking`` by default.
    public var mode = Mode.blocking
    /// How long it waits before the work continues in the background. Defaults to the default of
    /// ``SettingKey/autoSeedTimeLimit``.
    public var timeLimit = SettingKey<Duration>.autoSeedTimeLimit.defaultValue
    /// How to migrate and seed. By default, current seeders are skipped, the migrations of all registered seeders
    /// are applied, and a database that is not ready is waited for, limited by ``SettingKey/retryBudget``.
    public var run: SeedRunner.Options

    /// Creates the default options.
    public init() {
      run = SeedRunner.Options()
      run.skipsCurrent = true
      run.connectBudget = SettingKey<Duration>.retryBudget.defaultValue
    }

    /// Takes options from the settings `AUTO_SEED_DATABASE`, `AUTO_SEED_MODE`, `AUTO_SEED_TIMEOUT`, `AUTO_MIGRATE`,
    /// `SEED_JOBS`, `SEED_LOCK_TIMEOUT`, and `SEED_RETRY_BUDGET`, which also limits the wait for a database. None
    /// of them allows seeding production.
    public init(_ settings: Settings) {
      seeds = settings[.autoSeed]
      mode = Mode(rawValue: settings[.autoSeedMode]) ?? .blocking
      timeLimit = settings[.autoSeedTimeLimit]
      run = SeedRunner.Options(settings)
      run.skipsCurrent = true
      run.migrates = settings[.autoMigrate]
      run.connectBudget = settings[.retryBudget]
    }
  }

  /// Whether the start of a server waits for seeding.
  public enum Mode: String, Sendable, CaseIterable {
    /// Waits until the time limit.
    case blocking
    /// Does not wait.
    case background
  }
}
