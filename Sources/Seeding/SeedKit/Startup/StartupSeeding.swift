import FoundationEssentials
import Migrations
public import Postgres
import Threads

/// Migrates and seeds a database when a server starts, and never keeps the server from starting.
///
/// ```swift
/// let seeding = try StartupSeeding(seeders: [Countries()], settings: .fromEnvironment())
/// await seeding.start()   // then listen; `seeding.state` tells how it went
/// await seeding.stop()    // when the server ends
/// ```
///
/// ``run()`` is the same as one service of a group, ``startBlocking()`` for a program without an event loop.
///
/// A database that is up to date costs a connection and one query. Of many servers that start together one
/// seeds each seeder; the others wait for it and find nothing to do. Failures are passed to `onEvent` in full
/// and kept in ``state``. Nothing is thrown. The database is not needed any more once seeding has ended.
public final class StartupSeeding: Sendable {
  /// What to do at start-up.
  public struct Options: Sendable {
    /// Whether the environment's seeders run. False by default: without `run.migrates` no connection is
    /// opened then.
    public var seeds = false
    /// Whether ``StartupSeeding/start()`` waits. ``StartupSeeding/Mode/blocking`` by default.
    public var mode = Mode.blocking
    /// How long it waits at most; then the work goes on in the background. By default as
    /// ``SettingKey/autoSeedTimeLimit``.
    public var timeLimit = SettingKey<Duration>.autoSeedTimeLimit.defaultValue
    /// How to migrate and seed. By default current seeders are skipped, the migrations of all registered seeders
    /// are applied, and a database that cannot be reached yet is waited for, as ``SettingKey/retryBudget`` says.
    public var run: SeedRunner.Options

    /// The defaults.
    public init() {
      run = SeedRunner.Options()
      run.skipsCurrent = true
      run.connectBudget = SettingKey<Duration>.retryBudget.defaultValue
    }

    /// What the settings say: `AUTO_SEED_DATABASE`, `AUTO_SEED_MODE`, `AUTO_SEED_TIMEOUT`, `AUTO_MIGRATE`,
    /// `SEED_JOBS`, `SEED_LOCK_TIMEOUT`, and `SEED_RETRY_BUDGET`, which also limits the wait for a database.
    /// None of them allows production.
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

  /// Whether the start of a server waits for its seeds.
  public enum Mode: String, Sendable, CaseIterable {
    /// It waits, at most for the time limit.
    case blocking
    /// It does not wait.
    case background
  }

  let registry: SeederRegistry
  let environment: SeedEnvironment
  let configuration: PostgresConfiguration
  let fixtures: FixtureStore
  let options: Options
  private let onEvent: @Sendable (SeedEvent) -> Void
  private let progress: Lock<Progress>

  private struct Progress {
    var state: State
    /// The seeders of the plan, which the state has as soon as they may run.
    var planned: [State.Seeder] = []
    var work: Task<Void, Never>?
    var isStopped = false
  }

  /// Prepares; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - registry: the seeders. All that name `environment` and are part of `--all` run.
  ///   - environment: what the database is for.
  ///   - configuration: the database.
  ///   - fixtures: the files that seeders read.
  ///   - options: the defaults migrate and do not seed.
  ///   - onEvent: called for each event, from several tasks.
  public init(
    registry: SeederRegistry, environment: SeedEnvironment, configuration: PostgresConfiguration,
    fixtures: FixtureStore, options: Options = Options(),
    onEvent: @escaping @Sendable (SeedEvent) -> Void = { _ in }
  ) {
    self.registry = registry
    self.environment = environment
    self.configuration = configuration
    self.fixtures = fixtures
    self.options = options
    self.onEvent = onEvent
    progress = Lock(Progress(state: State(startedAt: Date())))
  }

  /// Prepares what the settings say, with the seeders of an application.
  ///
  /// - Parameters:
  ///   - seeders: those that `--all` selects in the settings' environment run.
  ///   - settings: the database (`DATABASE_URL`, else libpq's variables such as `PGHOST`), the environment, and
  ///     ``Options/init(_:)``.
  ///   - fixtures: the files that the seeders read. None by default.
  ///   - onEvent: called for each event, from several tasks.
  /// - Throws: ``SeedPlanError`` if two seeders have the same id; `PostgresError` for a malformed database URL;
  ///   ``ConfigurationError``.
  public convenience init(
    seeders: [any SeederProtocol], settings: Settings, fixtures: FixtureStore = FixtureStore(files: [:]),
    onEvent: @escaping @Sendable (SeedEvent) -> Void = { _ in }
  ) throws {
    self.init(
      registry: try SeederRegistry(seeders).selecting(by: settings), environment: settings[.environment],
      configuration: try settings[.databaseURL].map { try PostgresConfiguration(url: $0.value) }
        ?? PostgresConfiguration(),
      fixtures: fixtures, options: Options(settings), onEvent: onEvent)
  }

  /// How far it is, or how it went. Takes no time.
  public var state: State { progress.withLock { $0.state } }

  /// Migrates and seeds.
  ///
  /// A second call starts nothing; it waits for the first one's work, or for the time limit. If the waiting
  /// task is cancelled, so is the work, as by ``stop()``.
  ///
  /// - Returns: the state when the work has ended; in blocking mode at the latest after the time limit, in
  ///   background mode at once. A seeder that failed is reported there.
  @discardableResult
  public func start() async -> State {
    guard let work = launch() else { return state }
    guard options.mode == .blocking else { return state }
    let isFinished = await withTaskCancellationHandler {
      // In a task of its own: cancelled work is waited for too, until it is rolled back.
      await Task { (try? await TimeLimit.run(options.timeLimit) { await work.value }) != nil }.value
    } onCancel: {
      work.cancel()
    }
    if !isFinished { tell(.startupGoesOn(after: options.timeLimit)) }
    return state
  }

  /// Migrates and seeds as a service of a group, such as that of ServiceLifecycle: returns when its task is
  /// cancelled, after what is under way is rolled back.
  public func run() async {
    let work = launch()
    await withTaskCancellationHandler {
      await work?.value
      // Only cancellation ends it.
      let (endless, continuation) = AsyncStream<Never>.makeStream()
      for await _ in endless {}
      continuation.finish()
    } onCancel: {
      work?.cancel()
    }
    await stop()
  }

  /// Cancels what is under way and waits until it is rolled back. What was done before stays.
  ///
  /// Nothing starts afterwards.
  public func stop() async {
    let work = progress.withLock { progress in
      progress.isStopped = true
      return progress.work
    }
    work?.cancel()
    await work?.value
  }

  /// Starts the work unless that has happened, or there is none.
  private func launch() -> Task<Void, Never>? {
    progress.withLock { progress in
      if let work = progress.work { return work }
      guard options.run.migrates || options.seeds, !progress.isStopped else { return nil }
      progress.state.startedAt = Date()
      progress.state.phase = .connecting
      let work = Task { await self.work() }
      progress.work = work
      return work
    }
  }

  private func work() async {
    tell(.startup(.connecting))
    do {
      try await bringUpToDate()
      finish(.done, nil)
    } catch {
      finish(.failed, Task.isCancelled ? FailureReport(StartupStopped()) : FailureReport(error))
    }
  }

  private func finish(_ phase: Phase, _ failure: FailureReport?) {
    progress.withLock { progress in
      progress.state.phase = phase
      progress.state.failure = failure?.message
      progress.state.finishedAt = Date()
    }
    if let failure { tell(.startupFailed(failure)) }
    tell(.startup(phase))
  }

  /// Connects, migrates and seeds.
  ///
  /// - Throws: what keeps all seeders from starting.
  private func bringUpToDate() async throws {
    var configuration = configuration
    if let budget = options.run.connectBudget {
      configuration.connectTimeout = min(configuration.connectTimeout, max(budget, .seconds(1)))
    }
    var runner = SeedRunner(
      plan: options.seeds
        ? try SeedPlan(registry: registry, selection: .all(), environment: environment)
        : SeedPlan(withoutStepsFor: environment),
      configuration: configuration, fixtures: fixtures, options: options.run, onEvent: { self.tell($0) })
    runner.migrated = registry.seeders
    let maySeed = environment != .production || options.run.allowsProduction
    guard options.seeds, maySeed else {
      // Migrations need no permission.
      try await runner.migrate()
      return options.seeds ? try runner.plan.checkProduction(isAllowed: false) : ()
    }
    // The server lacks tables, whatever else could be seeded.
    if let error = try await runner.run().missing.first { throw error }
  }

  /// Keeps what an event says, and passes it on.
  private func tell(_ event: SeedEvent) {
    progress.withLock { progress in
      switch event {
      case .loaded(let id, _): progress.planned.append(State.Seeder(id: id.rawValue))
      case .seeding: progress.state.seeders = progress.planned
      case .finished(let report): progress.state.note(report)
      default: break
      }
    }
    onEvent(event)
    switch event {
    case .migrating: enter(.migrating)
    case .seeding: enter(.seeding)
    default: break
    }
  }

  private func enter(_ phase: Phase) {
    progress.withLock { $0.state.phase = phase }
    tell(.startup(phase))
  }
}

/// Why start-up seeding did not end.
struct StartupStopped: Error, CustomStringConvertible {
  let description = "stopped before it finished; the transaction in progress was rolled back"
}
