extension StartupSeeding.Options {
  /// What the configuration says: `AUTO_SEED_DATABASE`, `AUTO_SEED_MODE`, `AUTO_SEED_TIMEOUT`,
  /// `AUTO_MIGRATE`, `SEED_JOBS`, `SEED_LOCK_TIMEOUT`, and `SEED_RETRY_BUDGET`, which is the budget for
  /// connecting too. Production is not allowed by any of them.
  public init(_ settings: Settings) {
    self.init()
    migrates = settings[.autoMigrate]
    seeds = settings[.autoSeed]
    mode = StartupSeeding.Mode(rawValue: settings[.autoSeedMode]) ?? mode
    timeLimit = settings[.autoSeedTimeLimit]
    connectBudget = settings[.retryBudget]
    retry.budget = settings[.retryBudget]
    jobs = settings[.jobs]
    lockTimeout = settings[.lockTimeout]
  }
}
